// Compaction of written files (auto-compaction): those of one epoch and one partition, whichever
// subtasks have written them, become as few as the target size allows.
//
//   Seal          writers complete their files, still hidden
//   Prepare       files are packed into bins; a bin of several becomes one hidden file
//   checkpoint    names the merged files only
//   Commit        renames them to their visible names, then removes what they are made of
//
// So an interrupted compaction needs no care of its own: before the checkpoint is durable, nobody
// knows any of the files, and the next start removes them and writes the rows again; afterwards a
// merged file is published like any other. Files of different epochs are never merged, and files
// that are not merged yet never seen.
//
// Row formats are joined byte by byte, 256 KiB at a time; bulk formats are read and encoded again,
// with one row group at a time in memory.
#pragma once

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "connectors/filesystem/file_committable.h"
#include "connectors/filesystem/file_sink.h"

namespace thalweg::connectors {

/// Which files become one, as indices into `bytes`; each stands in the first bin that has room for
/// it, of the ten that were begun last. Larger ones than the target stay alone.
std::vector<std::vector<size_t>> PackFiles(const std::vector<int64_t>& bytes, int64_t target_bytes);

/// Merges `parts`, in any order: what the epoch publishes and removes instead. Merges on up to
/// `threads` threads. May be repeated with the same parts, also after an error.
Result<FileCommittable> CompactFiles(const FileSinkOptions& options,
                                     std::vector<FileCommittable::Part> parts, size_t threads);

}  // namespace thalweg::connectors
