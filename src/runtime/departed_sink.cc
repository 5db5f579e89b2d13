#include "runtime/departed_sink.h"

#include <algorithm>

namespace thalweg::runtime {

using operators::SinkCoordinator;

bool HoldsOutput(const Manifest& manifest, const NodeSnapshot& node) {
  return std::ranges::any_of(manifest.pending,
                             [&](const PendingOutput& p) { return p.uid == node.uid; }) ||
         std::ranges::any_of(node.entries, [&](const operators::StateEntry& e) {
           return e.name == SinkCoordinator::kWriterState ||
                  (manifest.final && e.name == SinkCoordinator::kCommitterState);
         });
}

std::vector<SinkCoordinator::Sealed> PendingOf(const Manifest& manifest, std::string_view uid) {
  std::vector<SinkCoordinator::Sealed> pending;
  for (const PendingOutput& p : manifest.pending) {
    if (p.uid == uid) pending.push_back({p.epoch, p.watermark_ms, p.committables});
  }
  return pending;
}

Result<DepartedSink> MakeDepartedSink(const NodeSnapshot& snapshot,
                                      const std::string& local_time_zone, FileSystem* file_system) {
  DepartedSink departed{.snapshot = &snapshot};
  TW_ASSIGN_OR_RETURN(departed.sink,
                      SinkCoordinator::Make(snapshot.sink->node, snapshot.sink->streaming,
                                            local_time_zone, file_system, nullptr, nullptr));
  return departed;
}

}  // namespace thalweg::runtime
