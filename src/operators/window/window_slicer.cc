#include "operators/window/window_slicer.h"

#include <fmt/format.h>

#include <cstdlib>
#include <numeric>

namespace thalweg::operators {
using graph::WindowKind;

Status CheckWindowSpec(const graph::WindowSpec& s) {
  switch (s.kind) {
    case WindowKind::kTumble:
      if (s.size_ms <= 0) {
        return Status::InvalidSql(fmt::format(
            "Tumbling Window parameters must satisfy size > 0, but got size {}ms.", s.size_ms));
      }
      if (std::abs(s.offset_ms) >= s.size_ms) {
        return Status::InvalidSql(
            fmt::format("Tumbling Window parameters must satisfy abs(offset) < size, but got size "
                        "{}ms and offset {}ms.",
                        s.size_ms, s.offset_ms));
      }
      return Status::OK();
    case WindowKind::kHop:
      if (s.size_ms <= 0 || s.slide_ms <= 0) {
        return Status::InvalidSql(fmt::format(
            "Hopping Window must satisfy slide > 0 and size > 0, but got slide {}ms and "
            "size {}ms.",
            s.slide_ms, s.size_ms));
      }
      return Status::OK();
    case WindowKind::kCumulate:
      if (s.size_ms <= 0 || s.slide_ms <= 0) {
        return Status::InvalidSql(
            fmt::format("Cumulative Window parameters must satisfy maxSize > 0 and step > 0, but "
                        "got maxSize {}ms and step {}ms.",
                        s.size_ms, s.slide_ms));
      }
      if (s.size_ms % s.slide_ms != 0) {
        return Status::InvalidSql(
            fmt::format("Cumulative Window requires maxSize must be an integral multiple of step, "
                        "but got maxSize {}ms and step {}ms.",
                        s.size_ms, s.slide_ms));
      }
      return Status::OK();
    case WindowKind::kSession:
      return s.gap_ms > 0 ? Status::OK()
                          : Status::InvalidSql("Session Window parameters must satisfy gap > 0");
  }
  return Status::OK();
}

WindowSlicer::WindowSlicer(const graph::WindowSpec& spec,
                           std::shared_ptr<const expr::TimeZone> zone)
    : kind_(spec.kind),
      offset_(spec.offset_ms),
      shifted_((spec.ltz || !spec.event_time) && zone != nullptr),
      zone_(std::move(zone)) {
  switch (kind_) {
    case WindowKind::kTumble:
      size_ = slice_ = interval_ = spec.size_ms;
      break;
    case WindowKind::kHop:
      size_ = spec.size_ms;
      slice_ = std::gcd(spec.size_ms, spec.slide_ms);
      interval_ = spec.slide_ms;
      break;
    case WindowKind::kCumulate:
      size_ = spec.size_ms;
      slice_ = interval_ = spec.slide_ms;
      break;
    case WindowKind::kSession:
      break;
  }
}

int64_t WindowSlicer::FirstWindowEnd(int64_t slice_end) const {
  if (kind_ != WindowKind::kHop) return slice_end;
  // Window ends are size away from a multiple of the slide.
  const int64_t before = Floor(slice_end - size_, interval_) + size_;
  return before == slice_end ? slice_end : before + interval_;
}

int64_t WindowSlicer::LastWindowEnd(int64_t slice_end) const {
  switch (kind_) {
    case WindowKind::kHop:
      return Floor(slice_end - slice_, interval_) + size_;
    case WindowKind::kCumulate:
      return Floor(slice_end - 1, size_) + size_;
    default:
      return slice_end;
  }
}

int64_t WindowSlicer::WindowStart(int64_t window_end) const {
  return kind_ == WindowKind::kCumulate ? Floor(window_end - 1, size_) : window_end - size_;
}

int64_t WindowSlicer::FiringTime(int64_t window_end) const {
  const int64_t time = window_end - 1;
  if (!shifted_) return time;
  constexpr int64_t kHour = 3600 * 1000;
  const int64_t t1 = zone_->ToUtc(time, 1000);
  if (zone_->fixed()) return t1;
  const int64_t t2 = zone_->ToUtc(time + kHour, 1000);
  if (t1 == t2) return t1 - t1 % kHour;    // the clock skips this hour
  if (t2 - t1 > kHour) return t1 + kHour;  // the clock repeats it: wait for the second one
  return t1;
}

Status WindowSlicer::WindowTimes(const data::Column& column, const data::Rows& rows,
                                 std::vector<int64_t>* out) const {
  const data::Column& s = column.storage();
  const int64_t* values = s.values<int64_t>();
  const uint8_t* valid = s.validity();
  const int64_t unit = data::TimestampUnitsPerSecond(column.type().precision()) / 1000;
  out->resize(static_cast<size_t>(rows.count()));
  for (int32_t k = 0; k < rows.count(); ++k) {
    const int32_t i = column.StorageIndex(rows[k]);
    if (valid != nullptr && valid[i] == 0) {
      return Status::Evaluation(
          "RowTime field should not be null, please convert it to a non-null long value.");
    }
    (*out)[static_cast<size_t>(k)] = unit == 1 ? values[i] : values[i] / unit;
  }
  if (shifted_) {
    expr::TimeZone::Cursor cursor(*zone_);
    for (int64_t& t : *out) t = cursor.ToLocal(t, 1000);
  }
  return Status::OK();
}

}  // namespace thalweg::operators
