#include "savepoint/stored_state_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/memory.h"
#include "runtime/checkpoint_storage.h"

namespace thalweg::savepoint {
namespace {
using operators::StoredRows;
using runtime::NodeSnapshot;
using state::TableSchema;

constexpr size_t kNameWidth = 110;

std::string OperatorList(const std::vector<const NodeSnapshot*>& nodes) {
  std::string out;
  for (const NodeSnapshot* n : nodes) {
    out += fmt::format("\n  {}  {}", n->uid, n->name.substr(0, kNameWidth));
  }
  return out;
}

std::string TableList(const NodeSnapshot& node) {
  std::string out;
  for (const TableSchema& t : node.tables) {
    out += "\n  " + t.name + (t.label.empty() ? "" : "  (" + t.label + ")");
  }
  return out + "\n  entries";
}

Result<std::unique_ptr<StoredRows>> RowsOf(const TableSchema& table) {
  return StoredRows::Make(table, MemoryPool::Current());
}

Status Older(const std::string& path) {
  return Status::NotSupported(
      fmt::format("{} was written before checkpoints described their tables: restore the job from "
                  "it, and read the next one",
                  path));
}

std::string Quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += c;
    out += c;
  }
  return out + quote;
}

/// "GlobalGroupAggregate(..)" -> "group_aggregate".
std::string TableName(std::string_view operator_name) {
  if (operator_name.starts_with("Global")) operator_name.remove_prefix(6);
  std::string out;
  for (const char c : operator_name.substr(0, operator_name.find('('))) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty()) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

Result<std::string> FindManifest(FileSystem* fs, const std::string& path) {
  TW_ASSIGN_OR_RETURN(const auto info, fs->Stat(path));
  if (!info) return Status::Io(path + ": there is no checkpoint or savepoint");
  if (!info->is_directory) return path;
  TW_ASSIGN_OR_RETURN(const auto metadata, fs->Stat(JoinPath(path, "_metadata")));
  if (metadata) return path;
  TW_ASSIGN_OR_RETURN(const auto checkpoints, runtime::CheckpointStorage(fs, path).List());
  if (checkpoints.empty()) {
    return Status::Io(path + ": there is no checkpoint or savepoint in this folder");
  }
  return checkpoints.front().path;
}

Result<StoredStateCatalog> StoredStateCatalog::Load(FileSystem* fs, const std::string& path) {
  StoredStateCatalog out;
  TW_ASSIGN_OR_RETURN(out.path_, FindManifest(fs, path));
  TW_ASSIGN_OR_RETURN(out.manifest_, runtime::LoadManifest(fs, out.path_));
  TW_ASSIGN_OR_RETURN(out.folder_, runtime::StateFolderOf(fs, out.path_));
  return out;
}

Result<const NodeSnapshot*> StoredStateCatalog::FindOperator(std::string_view name,
                                                             bool with_tables) const {
  std::vector<const NodeSnapshot*> useful;
  std::vector<const NodeSnapshot*> matches;
  for (const NodeSnapshot& n : manifest_.nodes) {
    if (!name.empty() && (n.uid == name || n.name == name)) return &n;
    const bool has = with_tables ? !n.tables.empty() : !n.entries.empty();
    if (has) useful.push_back(&n);
    if (has && (n.name.find(name) != std::string::npos || n.uid.starts_with(name))) {
      matches.push_back(&n);
    }
  }
  if (matches.size() == 1) return matches[0];
  if (matches.empty() && useful.empty()) {
    const bool older = std::ranges::any_of(manifest_.nodes, [](const NodeSnapshot& n) {
      return n.tables.empty() && !n.segments.empty();
    });
    if (with_tables && older) return Older(path_);
    return Status::InvalidSql(
        fmt::format("{}: no operator has {}", path_, with_tables ? "keyed state" : "entries"));
  }
  return Status::InvalidSql(
      fmt::format("{}: {}{}", path_,
                  matches.empty() ? fmt::format("no operator with state is called '{}':", name)
                  : name.empty()  ? std::string("'operator' must say which one:")
                                  : fmt::format("'{}' may be several operators:", name),
                  OperatorList(matches.empty() ? useful : matches)));
}

Result<const TableSchema*> StoredStateCatalog::FindTable(const NodeSnapshot& node,
                                                         std::string_view name) const {
  if (node.tables.empty()) {
    if (!node.segments.empty()) return Older(path_);
    return Status::InvalidSql(
        fmt::format("{} keeps no keyed state; 'table' = 'entries' shows what it keeps", node.name));
  }
  if (name.empty()) return &node.tables[0];
  const TableSchema* found = nullptr;
  int matches = 0;
  for (const TableSchema& t : node.tables) {
    if (t.name == name || t.label == name) return &t;
    if (t.name.find(name) == std::string::npos && t.label.find(name) == std::string::npos) continue;
    found = &t;
    ++matches;
  }
  if (matches == 1) return found;
  return Status::InvalidSql(fmt::format("{}: {}'{}' is none of its tables:{}", node.name,
                                        matches > 1 ? "more than one fits: " : "", name,
                                        TableList(node)));
}

std::string ColumnList(const std::vector<StoredRows::ColumnInfo>& columns) {
  std::string out;
  for (const auto& c : columns) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", c.name, c.type.ToSummary());
    if (!c.missing.empty()) out += " (in a table of its own)";
  }
  return out;
}

Result<std::string> StoredStateCatalog::Describe() const {
  std::string out;
  for (const NodeSnapshot& n : manifest_.nodes) {
    for (size_t i = 0; i < n.tables.size(); ++i) {
      const TableSchema& t = n.tables[i];
      if (i == 0) out += fmt::format("\n{}  {}\n", n.uid, n.name);
      out += fmt::format("  {}{}", t.name, t.label.empty() ? "" : ": " + t.label);
      if (i < n.table_rows.size()) out += fmt::format(", {} keys", n.table_rows[i]);
      out += "\n";
      auto rows = RowsOf(t);
      if (!rows.ok()) {
        out += "    cannot be read: " + rows.status().message() + "\n";
        continue;
      }
      for (const auto& c : (*rows)->columns()) {
        out += fmt::format("    {:<40} {}{}\n", c.name, c.type.ToSummary(),
                           c.missing.empty() ? "" : "  (" + c.missing + ")");
      }
    }
  }
  return out;
}

Result<std::string> StoredStateCatalog::CreateTables() const {
  std::string out;
  int number = 0;
  for (const NodeSnapshot& n : manifest_.nodes) {
    for (size_t i = 0; i < n.tables.size(); ++i) {
      const TableSchema& t = n.tables[i];
      auto rows = RowsOf(t);
      if (!rows.ok()) continue;
      if (i == 0) ++number;
      std::string columns;
      for (const auto& c : (*rows)->columns()) {
        if (!c.missing.empty()) continue;
        columns += fmt::format("{}  {} {}", columns.empty() ? "" : ",\n", Quoted(c.name, '`'),
                               c.type.ToSummary());
      }
      std::string suffix;
      for (const char c : i == 0 ? std::string() : t.name.substr(t.name.find('.') + 1)) {
        suffix += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
      }
      out += fmt::format("-- {}{}\nCREATE TABLE {}_{}{} (\n{}\n) WITH (\n", n.name,
                         t.label.empty() ? "" : ": " + t.label, TableName(n.name), number,
                         suffix.empty() ? "" : "_" + suffix, columns);
      out += fmt::format("  'connector' = 'savepoint',\n  'path' = {},\n  'operator' = {}",
                         Quoted(path_, '\''), Quoted(n.uid, '\''));
      if (i > 0) out += fmt::format(",\n  'table' = {}", Quoted(t.name, '\''));
      out += "\n);\n\n";
    }
  }
  return out;
}

}  // namespace thalweg::savepoint
