#include "api/job_hints.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utc_text.h"

namespace thalweg::api {
namespace {

constexpr int64_t kPatienceMs = 30'000;

}  // namespace

std::vector<std::string> JobHints::Look(const runtime::JobStats& stats, int64_t now_ms) {
  std::vector<std::string> hints;
  // Else windows end by the clock.
  const bool event_time = std::ranges::any_of(stats.nodes, [](const runtime::NodeStats& n) {
    return n.name.find(", watermark=[") != std::string::npos;
  });
  for (size_t i = 0; i < stats.nodes.size(); ++i) {
    const runtime::NodeStats& node = stats.nodes[i];
    Window& w = windows_[i];
    if (node.late_rows > 0 && node.late_rows >= 10 * w.told_late_rows) {
      w.told_late_rows = node.late_rows;
      hints.push_back(fmt::format(
          "{}: {} late {} dropped so far: they came after the watermark had closed their window",
          node.name, node.late_rows, node.late_rows == 1 ? "row" : "rows"));
    }
    // Those that only add up ahead of an exchange do not wait.
    if (node.name.find("Window") == std::string::npos || node.name.starts_with("Local")) continue;
    if (node.rows_in == 0 || !event_time) continue;
    if (w.moved_ms < 0 || node.watermark_ms != w.watermark_ms) {
      w.watermark_ms = node.watermark_ms;
      w.rows_in = node.rows_in;
      w.moved_ms = now_ms;
      w.told_waiting = false;
    } else if (!w.told_waiting && node.rows_in > w.rows_in && now_ms - w.moved_ms >= kPatienceMs) {
      w.told_waiting = true;
      hints.push_back(fmt::format(
          "{}: rows come, but for {} s {}, and windows wait for it: either the time attribute does "
          "not grow, or a part of the source without rows holds it back, which "
          "'table.exec.source.idle-timeout' would end",
          node.name, (now_ms - w.moved_ms) / 1000,
          node.watermark_ms == INT64_MIN
              ? "there has been no watermark"
              : fmt::format("the watermark has stood at {}", UtcText(node.watermark_ms))));
    }
  }
  return hints;
}

}  // namespace thalweg::api
