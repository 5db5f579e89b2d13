#include "api/script_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/checksum.h"
#include "base/join.h"
#include "runtime/checkpoint_storage.h"

namespace thalweg::api {
namespace {

// File systems take 255 bytes; what is made within the folder has short names.
constexpr size_t kLongestName = 200;
constexpr std::string_view kSinkName = "Sink(table=[";

/// The tables that the job of a checkpoint writes to.
std::set<std::string> SinksOf(const runtime::Manifest& manifest) {
  std::set<std::string> sinks;
  for (const runtime::NodeSnapshot& node : manifest.nodes) {
    std::string_view name = node.name;
    if (!name.starts_with(kSinkName)) continue;
    name.remove_prefix(kSinkName.size());
    sinks.emplace(name.substr(0, name.find(']')));
  }
  return sinks;
}

/// The newest readable checkpoint in a job's folder; nothing if there is none to go on from.
std::optional<runtime::Manifest> Newest(FileSystem* fs, const std::string& folder) {
  const auto checkpoints = runtime::CheckpointStorage(fs, folder).List();
  if (!checkpoints.ok()) return std::nullopt;
  for (const runtime::CheckpointInfo& info : *checkpoints) {
    auto manifest = runtime::LoadManifest(fs, info.path);
    if (!manifest.ok()) continue;
    if (manifest->final && manifest->pending.empty()) return std::nullopt;
    return *std::move(manifest);
  }
  return std::nullopt;
}

std::string Lines(const std::vector<std::string>& paths) {
  std::string out;
  for (const std::string& path : paths) out += "\n  " + path;
  return out;
}

}  // namespace

std::string ScriptJobs::NextFolder(const Configuration& configuration,
                                   const std::vector<std::string>& sinks) {
  std::string name = configuration.GetString("pipeline.name");
  if (name.empty()) {
    if (!script_.empty()) name = script_ + ".";
    name += "insert-into_" + Join(sinks, ",");
  }
  const int earlier = named_[name]++;
  return FolderName(earlier == 0 ? name : fmt::format("{}_{}", name, earlier));
}

Result<std::string> ScriptJobs::FolderToGoOnIn(
    FileSystem* fs, const std::string& root, const std::string& own,
    const std::vector<std::string>& sinks, const std::function<Sinks()>& all,
    const std::function<void(const std::string&)>& notice) {
  const std::string prefix = FolderName(script_ + ".");
  if (script_.empty() || !own.starts_with(prefix)) return own;
  const std::string own_folder = JoinPath(root, own);
  TW_ASSIGN_OR_RETURN(const auto there, fs->Stat(own_folder));
  if (there) {
    // One whose starts have all died before their first checkpoint holds nothing to go on from.
    TW_ASSIGN_OR_RETURN(const auto own_checkpoints,
                        runtime::CheckpointStorage(fs, own_folder).List());
    if (!own_checkpoints.empty()) return own;
  }
  TW_ASSIGN_OR_RETURN(const auto root_there, fs->Stat(root));
  if (!root_there) return own;
  TW_ASSIGN_OR_RETURN(const auto entries, fs->List(root));
  std::vector<std::string> folders;
  for (const FileInfo& e : entries) {
    const std::string name(FileName(e.path));
    if (e.is_directory && name.starts_with(prefix) && !taken_.contains(name)) {
      folders.push_back(name);
    }
  }
  if (folders.empty()) return own;
  const Sinks named = all();
  std::set<std::string> still_written;
  for (const auto& [folder, tables] : named) still_written.insert(tables.begin(), tables.end());
  std::vector<std::string> best;
  std::vector<std::string> unused;
  size_t most = 1;
  for (const std::string& folder : folders) {
    if (named.contains(folder)) continue;
    const auto manifest = Newest(fs, JoinPath(root, folder));
    if (!manifest) continue;
    const std::set<std::string> theirs = SinksOf(*manifest);
    const auto common = static_cast<size_t>(
        std::ranges::count_if(sinks, [&](const std::string& s) { return theirs.contains(s); }));
    if (common > most) best.clear();
    if (common >= most) best.push_back(folder);
    most = std::max(most, common);
    if (std::ranges::none_of(theirs, [&](const auto& s) { return still_written.contains(s); })) {
      unused.push_back(JoinPath(root, folder));
    }
  }
  if (best.size() > 1) {
    for (std::string& folder : best) folder = JoinPath(root, folder);
    return Status::InvalidSql(fmt::format(
        "the script has changed, and this job may go on from several that it no longer has:{}\n"
        "Name the one with --restore PATH, or start afresh with --restore none.",
        Lines(best)));
  }
  if (best.size() == 1) {
    taken_.insert(best[0]);
    return best[0];
  }
  if (!unused.empty() && !said_) {
    said_ = true;
    notice(fmt::format("the script no longer has these jobs; their checkpoints stay unused:{}",
                       Lines(unused)));
  }
  return own;
}

std::string FolderName(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == ',' ||
        (c == '.' && !out.empty())) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (out.size() <= kLongestName) return out;
  const std::string hash = fmt::format("-{:016x}", Checksum64(name));
  return out.substr(0, kLongestName - hash.size()) + hash;
}

}  // namespace thalweg::api
