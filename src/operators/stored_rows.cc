#include "operators/stored_rows.h"

#include <fmt/format.h>
#include <algorithm>

#include <cctype>
#include <cstring>

#include "base/byte_coding.h"
#include "data/gather.h"
#include "data/string_arena.h"
#include "operators/aggregate/stored_calls.h"
#include "state/string_ref.h"
#include "state/value_codec.h"

namespace thalweg::operators {
namespace {
using data::Column;
using data::ColumnPtr;
using state::FieldSchema;

/// One for all rows, whose own groups are of no interest here.
constexpr int kGroups = 1;

std::string Lower(std::string_view s) {
  std::string out;
  for (const char c : s) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

ColumnPtr FixedColumn(const data::Type& type, int32_t offset, int64_t add, uint8_t* const* rows,
                      int32_t count) {
  auto out = Column::Make(type, count);
  auto* values = out->mutable_values<int64_t>();
  for (int32_t k = 0; k < count; ++k) {
    std::memcpy(&values[k], rows[k] + offset, sizeof(int64_t));
    values[k] += add;
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<StoredRows>> StoredRows::Make(state::TableSchema schema, MemoryPool* pool) {
  std::unique_ptr<StoredRows> rows(new StoredRows(std::move(schema)));
  TW_RETURN_IF_ERROR(rows->Init(pool));
  return rows;
}

void StoredRows::Add(ColumnInfo info, Source source) {
  infos_.push_back(std::move(info));
  sources_.push_back(source);
}

Status StoredRows::Init(MemoryPool* pool) {
  memory_ = std::make_unique<state::StateMemory>(pool);
  state::KeyedTableOptions o;
  for (const state::KeySchema& k : schema_.keys) {
    // Shown as another type: the same bytes, of a fixed width.
    const data::PhysicalType physical = data::PhysicalTypeOf(k.type);
    if (!k.shown.Equals(k.type) &&
        (physical >= data::PhysicalType::kString || data::PhysicalTypeOf(k.shown) != physical)) {
      return Status::BadData("the description of a table's keys is damaged");
    }
    o.key_types.push_back(k.type);
  }
  o.value_bytes = schema_.row_bytes - schema_.value_offset;
  o.groups = {0, kGroups};
  o.max_parallelism = kGroups;
  if (state::RowLayout(o.key_types, o.value_bytes).value_offset() != schema_.value_offset) {
    return Status::BadData("the description of a table's keys is damaged");
  }
  StoredAggregates stored;
  std::string kind;
  ByteReader definition(schema_.definition);
  if (definition.GetString(&kind) && kind == kAggregatesDefinition) {
    TW_ASSIGN_OR_RETURN(stored, StoredAggregates::Decode(schema_.definition));
    AccumulatorOptions a;
    a.memory = memory_.get();
    a.groups = o.groups;
    a.max_parallelism = kGroups;
    a.retracts = stored.retracts;
    TW_ASSIGN_OR_RETURN(aggregates_, AggregateSet::Make(stored.calls, a));
  }
  table_ = std::make_unique<state::KeyedTable>(std::move(o), memory_.get());
  if (aggregates_ != nullptr) {
    aggregates_->Place(stored.offset, table_.get());
    for (const FieldSchema& now : aggregates_->Fields()) {
      const FieldSchema* was = nullptr;
      for (const FieldSchema& f : schema_.fields) {
        if (f.part == now.part && f.offset == now.offset && f.bytes == now.bytes) was = &f;
      }
      const auto same = [](const state::TailPart& a, const state::TailPart& b) {
        return a.kind == b.kind && a.offset == b.offset;
      };
      if (was == nullptr || !std::ranges::equal(was->tails, now.tails, same)) {
        return Status::NotSupported("aggregates as another version of this program keeps them");
      }
    }
  }
  const bool set = schema_.definition == kSetDefinition;
  for (size_t i = 0; i < schema_.keys.size(); ++i) {
    const state::KeySchema& k = schema_.keys[i];
    Add({k.name, "", k.shown, ""},
        {set && i == 0 ? Source::Kind::kOwner : Source::Kind::kKey, static_cast<int>(i)});
  }
  for (size_t i = 0; i < schema_.shifted.size(); ++i) {
    const state::ShiftedKey& s = schema_.shifted[i];
    const data::Type& type = schema_.keys[static_cast<size_t>(s.key)].shown;
    Add({s.name, "", type, ""}, {Source::Kind::kShifted, static_cast<int>(i)});
  }
  for (size_t i = 0; i < schema_.fields.size(); ++i) {
    const FieldSchema& f = schema_.fields[i];
    if (f.codec == "columns" && f.type.root() == data::TypeRoot::kRow && f.tails.size() == 1) {
      for (size_t c = 0; c < f.type.fields().size(); ++c) {
        Add({f.type.fields()[c].name, "", f.type.fields()[c].type, ""},
            {Source::Kind::kCell, static_cast<int>(c)});
      }
    } else if (f.part >= 0 && aggregates_ != nullptr && f.part < aggregates_->size()) {
      if (!f.type.EqualsIgnoringNullability(stored.calls[static_cast<size_t>(f.part)].result)) {
        return Status::BadData("the description of a table's aggregates is damaged");
      }
      const std::string missing =
          aggregates_->keeps_values_aside(f.part)
              ? "its values are rows of a table of their own, \"values of " + f.name + "\""
              : "";
      Add({f.name, f.alias, f.type, missing}, {Source::Kind::kCall, f.part});
    } else if (!f.name.empty() && f.bytes == 8 &&
               data::PhysicalTypeOf(f.type) == data::PhysicalType::kInt64) {
      Add({f.name, f.alias, f.type, ""}, {Source::Kind::kField, static_cast<int>(i)});
    }
  }
  return Status::OK();
}

int StoredRows::Find(std::string_view name) const {
  const auto find = [&](auto matches) {
    int found = -1;
    for (size_t i = 0; i < infos_.size(); ++i) {
      if (!matches(infos_[i])) continue;
      if (found >= 0) return -2;
      found = static_cast<int>(i);
    }
    return found;
  };
  int at = find([&](const ColumnInfo& c) { return c.name == name; });
  if (at == -1) at = find([&](const ColumnInfo& c) { return c.alias == name; });
  if (at == -1) at = find([&](const ColumnInfo& c) { return Lower(c.name) == Lower(name); });
  return at;
}

Result<ColumnPtr> StoredRows::Column(int column, uint8_t* const* rows, int32_t count,
                                     int key_group) const {
  const ColumnInfo& info = infos_[static_cast<size_t>(column)];
  const Source source = sources_[static_cast<size_t>(column)];
  const auto index = static_cast<size_t>(source.index);
  switch (source.kind) {
    case Source::Kind::kKey: {
      const state::KeySchema& key = schema_.keys[index];
      if (key.shown.Equals(key.type)) return table_->EmitKey(source.index, rows, count);
      return FixedColumn(key.shown, table_->layout().key_offset(source.index), 0, rows, count);
    }
    case Source::Kind::kOwner: {
      const int64_t group = static_cast<int64_t>(key_group) << 32;
      return FixedColumn(info.type, table_->layout().key_offset(0), group, rows, count);
    }
    case Source::Kind::kShifted: {
      const state::ShiftedKey& s = schema_.shifted[index];
      return FixedColumn(info.type, table_->layout().key_offset(s.key), s.add_ms, rows, count);
    }
    case Source::Kind::kField:
      return FixedColumn(info.type, schema_.fields[index].offset, 0, rows, count);
    case Source::Kind::kCall: {
      if (aggregates_->nested(source.index)) {
        return aggregates_->NestedResult(source.index, rows, count);
      }
      auto out = data::Column::Make(info.type, count);
      std::vector<int32_t> positions;
      for (int32_t k = 0; k < count; ++k) positions.push_back(k);
      data::StringArena arena;
      aggregates_->ResultAt(source.index, rows, count, {out.get(), positions.data(), &arena});
      arena.AttachTo(out.get());
      return ColumnPtr(std::move(out));
    }
    case Source::Kind::kCell: {
      const FieldSchema* row = nullptr;
      for (const FieldSchema& f : schema_.fields) row = f.codec == "columns" ? &f : row;
      std::vector<ColumnPtr> parts;
      for (int32_t k = 0; k < count; ++k) {
        const auto* bytes =
            reinterpret_cast<const state::StringRef*>(rows[k] + row->tails[0].offset);
        state::ByteReader in(bytes->View());
        for (size_t c = 0; c <= index; ++c) {
          TW_ASSIGN_OR_RETURN(ColumnPtr cell,
                              state::DecodeRows(row->type.fields()[c].type, 1, &in));
          if (c == index) parts.push_back(std::move(cell));
        }
      }
      return data::Concat(parts);
    }
  }
  return Status::Internal("column of stored rows");
}

}  // namespace thalweg::operators
