// The one line that tells how far the running jobs are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace thalweg::cli {

/// What the line shows.
struct ProgressFacts {
  int jobs = 0;
  std::string name;  ///< of the only job
  int64_t rows_in = 0;
  int64_t rows_out = 0;
  double rows_per_second = 0;
  int64_t watermark_ms = INT64_MIN;
  int64_t checkpoint = 0;     ///< number of the last one; 0: none
  int64_t checkpoint_ms = 0;  ///< epoch ms of its end
  int64_t now_ms = 0;
};
std::string ProgressLine(const ProgressFacts& facts);

/// Fits the line into a terminal of so many columns (0: unknown), so that it can be erased again.
std::string ShortenedTo(size_t columns, std::string_view line);

}  // namespace thalweg::cli
