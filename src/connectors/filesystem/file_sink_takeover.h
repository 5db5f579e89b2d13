// What a start of a job does to the files that earlier starts of its lineage have left, before it
// writes any itself: afterwards the folder is what the restored checkpoint says, and no earlier
// process, stopped anywhere and continued, can publish a row into it.
//
//   hidden files the checkpoint does not name   removed
//   visible files of later epochs               removed (an older checkpoint is restored, or the
//                                               predecessor went on after it was read); the
//                                               partition's success file before them
//   open files the checkpoint names             renamed to .carried, whatever has become of them;
//                                               restored writers copy their valid bytes
//
// Files of other lineages are not touched by it. Reads every folder of the table once, or until it
// has stopped changing. Repeatable: a crash in between changes nothing for the next start.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "connectors/filesystem/file_committable.h"
#include "connectors/filesystem/file_sink.h"

namespace thalweg::connectors {

/// `known`: committables and writer snapshots of the restored checkpoint, in any order.
Status TakeOverFiles(const FileSinkOptions& options, const std::vector<std::string>& known);

/// Removes the hidden files whose lineage begins with one of `lineages`, in every folder of the
/// table.
Status RemoveUnpublishedFiles(const FileSinkOptions& options,
                              const std::vector<std::string>& lineages);

/// The file whose first `state.valid_length` bytes a restored writer goes on with. Nothing if
/// another lineage's rows are visible already, or gone with the file (a notice says so).
Result<std::optional<std::string>> FindCarried(const FileSinkOptions& options,
                                               const OpenFileState& state);

}  // namespace thalweg::connectors
