// WindowSpec: how rows are assigned to windows, for every windowing node.
//
//   TUMBLE    |--size--|--size--|
//   HOP       |--size--|            starts every `slide`
//   CUMULATE  |-step-|              grows by `step` up to `size`, then starts anew
//   SESSION   rows closer than `gap` share a window
#pragma once

#include <cstdint>

namespace thalweg::graph {

enum class WindowKind : uint8_t { kTumble, kHop, kCumulate, kSession };

struct WindowSpec {
  WindowKind kind = WindowKind::kTumble;
  int64_t size_ms = 0;   ///< kTumble, kHop, kCumulate (the maximum)
  int64_t slide_ms = 0;  ///< kHop slide, kCumulate step
  int64_t gap_ms = 0;    ///< kSession
  int64_t offset_ms = 0;
  bool event_time = true;  ///< false: processing time
  int time_column = -1;    ///< input column of the time attribute
  /// Time attribute is TIMESTAMP_LTZ: window bounds follow table.local-time-zone.
  bool ltz = false;
};

/// A property of the window, appended to a windowing node's output.
enum class WindowProperty : uint8_t {
  kStart,  ///< TIMESTAMP(3) NOT NULL
  kEnd,    ///< TIMESTAMP(3) NOT NULL
  kTime,   ///< end - 1 ms: rowtime (or proctime) attribute
};

}  // namespace thalweg::graph
