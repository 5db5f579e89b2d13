// DepartedSink: a sink whose output the restored checkpoint lists, and that the job going on from
// it no longer has, because its script has changed. What it had completed is still published: rows
// that were read before the checkpoint are in it, and no operator will make them again.
//
//   sealed output   published at the start, as that of every sink
//   open files      completed at the start, published with the first checkpoint, from which on the
//                   sink is listed no more
//
// Partitions are marked complete only as far as the sink knew them to be.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "operators/sink_coordinator.h"
#include "runtime/manifest.h"

namespace thalweg::runtime {

struct DepartedSink {
  const NodeSnapshot* snapshot = nullptr;  ///< of the restored manifest
  std::shared_ptr<operators::SinkCoordinator> sink;
};

/// Whether `node` of `manifest` is a sink that has output to publish, or, at the end of the input,
/// partitions to mark complete.
bool HoldsOutput(const Manifest& manifest, const NodeSnapshot& node);

/// What `manifest` lists as pending of the sink.
std::vector<operators::SinkCoordinator::Sealed> PendingOf(const Manifest& manifest,
                                                          std::string_view uid);

/// Of a manifest's sink: kNotSupported, kInvalidSql if this program cannot make it.
Result<DepartedSink> MakeDepartedSink(const NodeSnapshot& snapshot,
                                      const std::string& local_time_zone, FileSystem* file_system);

}  // namespace thalweg::runtime
