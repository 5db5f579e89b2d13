#include "cli/progress_line.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "base/duration.h"
#include "base/utc_text.h"

namespace thalweg::cli {
namespace {

// 999, 12.3 k, 4.5 M
std::string Count(double rows) {
  if (rows < 1e4) return fmt::format("{:.0f}", rows);
  if (rows < 1e6) return fmt::format("{:.1f} k", rows / 1e3);
  return fmt::format("{:.1f} M", rows / 1e6);
}

// The catalog and database say little, and the line has little room.
std::string ShortName(std::string name) {
  constexpr std::string_view kDefault = "default_catalog.default_database.";
  for (size_t at = 0; (at = name.find(kDefault, at)) != std::string::npos;) {
    name.erase(at, kDefault.size());
  }
  return name;
}

}  // namespace

std::string ProgressLine(const ProgressFacts& facts) {
  std::string line = facts.jobs == 1 ? ShortName(facts.name) : fmt::format("{} jobs", facts.jobs);
  line += fmt::format(": {} {} in ({}/s), {} out", Count(static_cast<double>(facts.rows_in)),
                      facts.rows_in == 1 ? "row" : "rows", Count(facts.rows_per_second),
                      Count(static_cast<double>(facts.rows_out)));
  if (facts.watermark_ms > INT64_MIN && facts.watermark_ms < INT64_MAX) {
    line += ", watermark " + UtcText(facts.watermark_ms);
    const int64_t lag_ms = facts.now_ms - facts.watermark_ms;
    // The lag of old data says nothing.
    if (lag_ms >= 0 && lag_ms < int64_t{7} * 86'400'000) {
      line += ", lag " + (lag_ms < 10'000 ? fmt::format("{} ms", lag_ms)
                                          : FormatDurationMs(lag_ms / 1000 * 1000));
    }
  }
  if (facts.checkpoint > 0) {
    line += fmt::format(", checkpoint {} ({} s ago)", facts.checkpoint,
                        std::max<int64_t>(0, facts.now_ms - facts.checkpoint_ms) / 1000);
  }
  return line;
}

std::string ShortenedTo(size_t columns, std::string_view line) {
  if (columns == 0) return std::string(line);
  // The last column stays free: some terminals go on in the next line at once.
  size_t characters = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if ((line[i] & 0xC0) != 0x80 && ++characters == columns) return std::string(line.substr(0, i));
  }
  return std::string(line);
}

}  // namespace thalweg::cli
