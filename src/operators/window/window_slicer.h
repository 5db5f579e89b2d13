// WindowSlicer: the arithmetic of windows made of slices (TUMBLE, HOP, CUMULATE).
//
//   HOP size 4, slide 2:    |-s1-|-s2-|-s3-|-s4-|      slices of gcd(size, slide)
//                           |==== w ====|              ends at s2
//                                |==== w ====|         ends at s3
//
// All times are "window time": epoch ms for TIMESTAMP; for TIMESTAMP_LTZ the local wall-clock time
// in table.local-time-zone, written as if it were UTC, so that a window of a day is a calendar day.
// A slice is named by its end.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "data/column.h"
#include "data/rows.h"
#include "expr/time_zone.h"
#include "graph/graph.h"

namespace thalweg::operators {

/// kInvalidSql with Flink's words if the sizes do not make windows.
Status CheckWindowSpec(const graph::WindowSpec& spec);

class WindowSlicer {
 public:
  /// `zone` is used when spec.ltz or the time is the processing time.
  WindowSlicer(const graph::WindowSpec& spec, std::shared_ptr<const expr::TimeZone> zone);

  /// End of the slice that `time` (window time) falls into.
  int64_t SliceEnd(int64_t time) const { return Floor(time, slice_) + slice_; }
  /// Windows that contain a slice end at FirstWindowEnd, then every interval() up to LastWindowEnd;
  /// none if First > Last (a HOP with slide > size has gaps).
  int64_t FirstWindowEnd(int64_t slice_end) const;
  int64_t LastWindowEnd(int64_t slice_end) const;
  int64_t interval() const { return interval_; }
  int64_t WindowStart(int64_t window_end) const;
  int64_t slice_ms() const { return slice_; }

  /// Epoch ms of the watermark (or clock) that fires the window; clock changes as Flink has them.
  int64_t FiringTime(int64_t window_end) const;
  bool IsFired(int64_t window_end, int64_t progress) const {
    return progress >= FiringTime(window_end);
  }
  int64_t ToWindowTime(int64_t epoch_ms) const {
    return shifted_ ? zone_->ToLocal(epoch_ms, 1000) : epoch_ms;
  }
  int64_t ToEpoch(int64_t window_time) const {
    return shifted_ ? zone_->ToUtc(window_time, 1000) : window_time;
  }
  /// Window times of the rows of a TIMESTAMP or TIMESTAMP_LTZ column; kEvaluation if one is NULL.
  Status WindowTimes(const data::Column& column, const data::Rows& rows,
                     std::vector<int64_t>* out) const;

 private:
  /// The largest multiple of `unit` (from the offset) that is <= time.
  int64_t Floor(int64_t time, int64_t unit) const {
    const int64_t r = (time - offset_) % unit;
    return time - (r < 0 ? r + unit : r);
  }

  const graph::WindowKind kind_;
  const int64_t offset_;
  int64_t size_ = 1;
  int64_t slice_ = 1;
  int64_t interval_ = 1;
  const bool shifted_;
  const std::shared_ptr<const expr::TimeZone> zone_;
};

}  // namespace thalweg::operators
