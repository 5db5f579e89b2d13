#include "runtime/savepoint.h"

#include <algorithm>

#include "runtime/checkpoint_storage.h"

namespace thalweg::runtime {
namespace {

constexpr int64_t kCopyBytes = 1 << 20;

Status CopyTo(FileSystem* fs, Manifest copy, const std::string& state_folder,
              const std::string& folder) {
  copy.pending.clear();
  for (NodeSnapshot& node : copy.nodes) {
    for (StateSegment& s : node.segments) {
      if (s.file.empty()) continue;
      TW_ASSIGN_OR_RETURN(const auto from, OpenSegment(fs, state_folder, s));
      s.file = std::string(FileName(s.file));
      TW_ASSIGN_OR_RETURN(const auto file, fs->Create(JoinPath(folder, s.file)));
      std::string bytes;
      for (int64_t at = 0; at < s.size; at += static_cast<int64_t>(bytes.size())) {
        bytes.resize(static_cast<size_t>(std::min(kCopyBytes, s.size - at)));
        TW_RETURN_IF_ERROR(from->Read(at, bytes.size(), bytes.data()));
        TW_RETURN_IF_ERROR(file->Append(bytes));
      }
      TW_RETURN_IF_ERROR(file->Sync());
      TW_RETURN_IF_ERROR(file->Close());
    }
  }
  TW_RETURN_IF_ERROR(fs->MakeDirectories(folder));
  TW_RETURN_IF_ERROR(WriteDurably(fs, JoinPath(folder, "_metadata"), copy.Encode()));
  return fs->SyncDirectory(ParentDirectory(folder));
}

}  // namespace

Status WriteSavepoint(FileSystem* fs, const Manifest& manifest, const std::string& state_folder,
                      const std::string& folder) {
  TW_ASSIGN_OR_RETURN(const auto there, fs->Stat(folder));
  if (there) return Status::Io(folder + ": exists already");
  Status written = CopyTo(fs, manifest, state_folder, folder);
  if (!written.ok()) (void)fs->RemoveTree(folder);
  return written;
}

}  // namespace thalweg::runtime
