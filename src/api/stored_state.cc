#include "api/stored_state.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "api/table_text.h"
#include "base/memory.h"
#include "base/utc_text.h"
#include "runtime/checkpoint_storage.h"
#include "runtime/savepoint_requests.h"
#include "savepoint/stored_state_catalog.h"

namespace thalweg::api {
namespace {

constexpr std::chrono::minutes kSavepointTimeout{11};
constexpr size_t kNameWidth = 90;

std::string Utc(int64_t epoch_ms) { return UtcText(epoch_ms) + "Z"; }

int64_t SegmentBytes(const runtime::Manifest& m) {
  int64_t bytes = 0;
  for (const auto& n : m.nodes) {
    for (const auto& s : n.segments) bytes += s.size;
  }
  return bytes;
}

Result<std::vector<std::string>> JobFolders(FileSystem* fs, const std::string& state_root) {
  std::vector<std::string> folders;
  TW_ASSIGN_OR_RETURN(const auto there, fs->Stat(state_root));
  if (!there) return folders;
  TW_ASSIGN_OR_RETURN(const auto entries, fs->List(state_root));
  for (const FileInfo& e : entries) {
    if (e.is_directory) folders.push_back(e.path);
  }
  return folders;
}

constexpr size_t kNamedJobs = 10;  // that an error lists

// The answer's writer has another working directory.
Result<std::string> Absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  char* here = getcwd(nullptr, 0);
  if (here == nullptr) return Status::Io("the working directory cannot be found");
  std::string absolute = JoinPath(here, path);
  free(here);
  return absolute;
}

}  // namespace

Result<std::string> FindJobFolder(FileSystem* fs, const std::string& state_root,
                                  const std::string& job) {
  TW_ASSIGN_OR_RETURN(const auto folder, fs->Stat(job));
  if (folder && folder->is_directory) return job;
  TW_ASSIGN_OR_RETURN(const auto folders, JobFolders(fs, state_root));
  std::vector<std::string> matches;
  for (const std::string& f : folders) {
    if (FileName(f) == job) return f;
    if (FileName(f).find(job) != std::string_view::npos) matches.push_back(f);
  }
  if (matches.size() == 1) return matches[0];
  std::string message = matches.empty()
                            ? fmt::format(
                                  "no job named '{}' keeps checkpoints in {}; one that has "
                                  "execution.checkpointing.dir is named by its folder there",
                                  job, state_root)
                            : fmt::format("'{}' may be several jobs of {}:", job, state_root);
  const std::vector<std::string>& named = matches.empty() ? folders : matches;
  for (size_t i = 0; i < std::min(named.size(), kNamedJobs); ++i) {
    message += fmt::format("\n  {}", FileName(named[i]));
  }
  if (named.size() > kNamedJobs) {
    message += fmt::format("\n  and {} more: thalweg state ls", named.size() - kNamedJobs);
  }
  return Status::InvalidSql(message);
}

Result<std::string> ListState(FileSystem* fs, const std::string& state_root,
                              const std::string& job) {
  std::vector<std::string> folders;
  if (job.empty()) {
    TW_ASSIGN_OR_RETURN(folders, JobFolders(fs, state_root));
  } else {
    TW_ASSIGN_OR_RETURN(std::string folder, FindJobFolder(fs, state_root, job));
    folders.push_back(std::move(folder));
  }
  std::string out;
  for (const std::string& folder : folders) {
    runtime::CheckpointStorage storage(fs, folder);
    TW_ASSIGN_OR_RETURN(const auto checkpoints, storage.List());
    out += folder + "\n";
    if (checkpoints.empty()) out += "  no checkpoint\n";
    for (const auto& info : checkpoints) {
      const std::string name(FileName(info.path));
      auto manifest = runtime::LoadManifest(fs, info.path);
      if (!manifest.ok()) {
        out += fmt::format("  {:<12}  {}\n", name, manifest.status().message());
        continue;
      }
      out += fmt::format("  {:<12}  {}  {:>10} of state{}\n", name, Utc(manifest->created_ms),
                         FormatBytes(SegmentBytes(*manifest)),
                         manifest->final ? ", the job has finished" : "");
    }
  }
  return out.empty() ? fmt::format("no jobs in {}\n", state_root) : out;
}

Result<std::string> ShowState(FileSystem* fs, const std::string& state_root,
                              const std::string& path, bool ddl) {
  std::string place = path;
  TW_ASSIGN_OR_RETURN(const auto info, fs->Stat(path));
  if (!info) {
    TW_ASSIGN_OR_RETURN(place, FindJobFolder(fs, state_root, path));
  }
  TW_ASSIGN_OR_RETURN(place, Absolute(place));
  TW_ASSIGN_OR_RETURN(const auto catalog, savepoint::StoredStateCatalog::Load(fs, place));
  if (ddl) return catalog.CreateTables();
  const runtime::Manifest& m = catalog.manifest();
  const std::string& manifest_path = catalog.path();
  std::string out = fmt::format("{}\njob {}, checkpoint {}, generation {}, {}, {} key groups{}\n\n",
                                manifest_path, m.job, m.epoch, m.generation, Utc(m.created_ms),
                                m.max_parallelism, m.final ? ", the job has finished" : "");
  TableText table({"operator", "parallelism", "keys", "state", "on disk", "entries"},
                  {false, true, true, true, true, true});
  std::vector<TextRow> rows;
  for (const runtime::NodeSnapshot& n : m.nodes) {
    int64_t bytes = 0;
    for (const auto& s : n.segments) bytes += s.size;
    rows.push_back({n.name.substr(0, kNameWidth), std::to_string(n.parallelism),
                    std::to_string(n.state_rows), FormatBytes(n.state_bytes), FormatBytes(bytes),
                    std::to_string(n.entries.size())});
  }
  table.Fit(rows);
  table.AppendHeader(&out);
  for (const TextRow& row : rows) table.AppendRow(row, &out);
  for (const runtime::PendingOutput& p : m.pending) {
    out += fmt::format("output of epoch {} is still to be published\n", p.epoch);
  }
  TW_ASSIGN_OR_RETURN(const std::string tables, catalog.Describe());
  return out + tables;
}

Result<std::string> MakeSavepoint(FileSystem* fs, const std::string& state_root,
                                  const std::string& job, const std::string& target, bool stop,
                                  bool drain) {
  TW_ASSIGN_OR_RETURN(const std::string folder, FindJobFolder(fs, state_root, job));
  std::random_device device;
  runtime::SavepointRequest request;
  request.id = fmt::format("{:08x}", device());
  request.after = drain  ? runtime::AfterSavepoint::kDrain
                  : stop ? runtime::AfterSavepoint::kStop
                         : runtime::AfterSavepoint::kGoOn;
  TW_ASSIGN_OR_RETURN(
      request.folder,
      Absolute(target.empty() ? JoinPath(JoinPath(folder, "savepoints"), request.id) : target));
  TW_RETURN_IF_ERROR(runtime::RequestSavepoint(fs, folder, request, kSavepointTimeout));
  return request.folder;
}

}  // namespace thalweg::api
