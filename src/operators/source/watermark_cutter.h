// WatermarkCutter: where Flink's watermark assigner would have emitted watermarks inside a batch.
//
// Flink forwards each row, then emits a watermark once it has advanced by more than the interval. A
// batch that is sent whole, its watermark behind it, gives the same result as long as none of its
// rows is at or below a watermark that Flink would have emitted earlier in the batch. So the batch
// is cut only before such a row:
//
//   rows     10 20 900 30        interval 200, watermark = rowtime
//   emitted            ^900      30 <= 900: cut here, send [10 20 900], W(900), [30]
//
// One per split, saved with its position.
#pragma once

#include <algorithm>
#include <cstdint>

#include "data/element.h"

namespace thalweg::operators {

class WatermarkCutter {
 public:
  explicit WatermarkCutter(int64_t interval_ms) : interval_ms_(interval_ms) {}

  /// The first row at or after `begin` before which the batch must be cut, or `end`. Rows without a
  /// watermark (NULL) carry kMinWatermark.
  int32_t Advance(const int64_t* rowtimes, const int64_t* watermarks, int32_t begin, int32_t end) {
    const int64_t sent = emitted_;  // in effect for the rows of this piece
    for (int32_t i = begin; i < end; ++i) {
      if (emitted_ > sent && rowtimes[i] <= emitted_) return i;
      current_ = std::max(current_, watermarks[i]);
      if (current_ - emitted_ > interval_ms_) emitted_ = current_;
    }
    return end;
  }
  /// The split has run dry or the timer has fired: emit what is held back by the interval.
  void Flush() { emitted_ = current_; }
  void SetEnded() { emitted_ = current_ = data::kMaxWatermark; }

  /// The watermark in effect; kMinWatermark before the first.
  int64_t watermark() const { return emitted_ == 0 ? data::kMinWatermark : emitted_; }
  int64_t emitted() const { return emitted_; }
  int64_t current() const { return current_; }
  void Restore(int64_t emitted, int64_t current) {
    emitted_ = emitted;
    current_ = current;
  }

 private:
  int64_t interval_ms_;
  // Both start at 0 as in Flink: watermarks before 1970 are never emitted.
  int64_t current_ = 0;
  int64_t emitted_ = 0;
};

}  // namespace thalweg::operators
