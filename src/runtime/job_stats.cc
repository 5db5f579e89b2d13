#include "runtime/job_stats.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/job_wiring.h"
#include "runtime/task/worker.h"
#include "state/extent_space.h"

namespace thalweg::runtime {

JobStats StatsOf(const graph::Graph& graph, const JobWiring& wiring) {
  JobStats stats;
  for (const graph::Node& node : graph.nodes) stats.nodes.push_back({node.name});
  int64_t sink_watermark = INT64_MAX;
  for (const auto& w : wiring.workers) {
    for (const auto& subtask : w->subtasks()) {
      const Subtask& s = *subtask;
      const size_t i = static_cast<size_t>(s.node());
      NodeStats& node = stats.nodes[i];
      const SubtaskCounters& c = s.counters();
      const bool first = &w == &wiring.workers.front();
      node.rows_in += c.rows_in;
      node.rows_out += c.rows_out;
      node.late_rows += c.late_rows;
      node.skipped_rows += c.skipped_rows;
      node.watermark_ms =
          first ? c.watermark_ms.load() : std::min(node.watermark_ms, c.watermark_ms.load());
      node.state_bytes += s.memory().used();
      if (wiring.sources[i]) stats.source_rows += c.rows_out;
      if (wiring.sinks[i]) {
        stats.sink_rows += c.rows_in;
        sink_watermark = std::min(sink_watermark, c.watermark_ms.load());
      }
    }
  }
  stats.watermark_ms = sink_watermark == INT64_MAX ? INT64_MIN : sink_watermark;
  return stats;
}

Status NameLargestHolders(const Status& status, std::vector<NodeStats> nodes) {
  constexpr size_t kNamed = 3;
  constexpr size_t kNameLength = 120;
  std::sort(nodes.begin(), nodes.end(),
            [](const NodeStats& a, const NodeStats& b) { return a.state_bytes > b.state_bytes; });
  std::string holders;
  for (size_t i = 0; i < std::min(kNamed, nodes.size()) && nodes[i].state_bytes > 0; ++i) {
    holders += fmt::format("\n  {}  {}", FormatBytes(nodes[i].state_bytes),
                           nodes[i].name.substr(0, kNameLength));
  }
  std::string message = status.message();
  // Whoever holds no state does not know that others' could have made room.
  const Status paging = state::ExtentSpace::Process()->failure();
  if (!paging.ok() && message.find(paging.message()) == std::string::npos) {
    message += "; state cannot be paged to disk: " + paging.message();
  }
  return Status::ResourceExhausted(message + "\nThe largest holders of memory:" + holders);
}

}  // namespace thalweg::runtime
