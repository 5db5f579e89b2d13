// TimeZone: offsets of one time zone, read once from the system's tz database into a table.
//
// Immutable and thread-safe. Names are Java's: region ids ("Europe/Berlin"), "UTC", "GMT", "Z",
// "GMT+8", "UTC+08:00", "+08:00", "-3", and Java's three-letter names ("PST", "CST", ...).
// Years beyond the table follow the zone's rule, repeated every 400 years.
//
// Local times that a clock change skips or repeats resolve as java.time does it: a skipped time
// moves forward by the length of the gap, a repeated one takes the earlier offset.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace thalweg::expr {

class TimeZone {
 public:
  /// kInvalidSql naming `id` if there is no such zone.
  static Result<std::shared_ptr<const TimeZone>> Find(std::string_view id);
  /// java.util.TimeZone.getTimeZone: region ids, three-letter names and "GMT+h[h][:mm]"; GMT for
  /// everything else.
  static std::shared_ptr<const TimeZone> FindOrGmt(std::string_view id);
  static std::shared_ptr<const TimeZone> Utc();
  /// $TZ, else /etc/localtime, else UTC.
  static std::shared_ptr<const TimeZone> System();

  const std::string& id() const { return id_; }
  /// The same offset always.
  bool fixed() const { return spans_.size() == 1; }

  /// Seconds east of UTC at an instant (epoch seconds).
  int32_t OffsetAt(int64_t epoch_seconds) const { return SpanAt(epoch_seconds).offset; }
  /// The zone's short name at an instant: "CET", "CEST", "UTC".
  std::string_view AbbreviationAt(int64_t epoch_seconds) const;
  /// Which instant a repeated local time means.
  enum class Overlap : uint8_t {
    kEarlier,  ///< java.time
    kLater,    ///< java.util.GregorianCalendar, so UNIX_TIMESTAMP(text), CONVERT_TZ
  };
  /// Offset that turns a local time (seconds since 1970-01-01T00:00 local) into an instant:
  /// instant = local - offset.
  int32_t OffsetOfLocal(int64_t local_seconds, Overlap overlap = Overlap::kEarlier) const;

  /// Epoch values <-> local values, in `units_per_second` (1000, 1000000, 1000000000).
  int64_t ToLocal(int64_t value, int64_t units_per_second) const {
    return value + OffsetAt(FloorSeconds(value, units_per_second)) * units_per_second;
  }
  int64_t ToUtc(int64_t value, int64_t units_per_second,
                Overlap overlap = Overlap::kEarlier) const {
    return value - OffsetOfLocal(FloorSeconds(value, units_per_second), overlap) * units_per_second;
  }

  /// Remembers the span of the latest lookup: for loops over rows. Not thread-safe.
  class Cursor {
   public:
    explicit Cursor(const TimeZone& zone) : zone_(zone) {}
    int32_t OffsetAt(int64_t epoch_seconds) {
      if (epoch_seconds < begin_ || epoch_seconds >= end_) Seek(epoch_seconds);
      return offset_;
    }
    int64_t ToLocal(int64_t value, int64_t units_per_second) {
      return value + OffsetAt(FloorSeconds(value, units_per_second)) * units_per_second;
    }

   private:
    void Seek(int64_t epoch_seconds);
    const TimeZone& zone_;
    int64_t begin_ = 0, end_ = 0;
    int32_t offset_ = 0;
  };

 private:
  /// From `begin` (epoch seconds) until the next span's begin.
  struct Span {
    int64_t begin;
    int32_t offset;
    uint16_t name;  // into names_
  };
  struct Loader;

  TimeZone() = default;
  static int64_t FloorSeconds(int64_t v, int64_t units) { return v / units - (v % units < 0); }
  const Span& SpanAt(int64_t epoch_seconds) const;
  /// The same time of the same weekday in the years that spans_ covers.
  int64_t Fold(int64_t seconds) const;

  std::string id_;
  std::vector<Span> spans_;  // at least one; the first begins at INT64_MIN
  std::vector<std::string> names_;
  int64_t last_exact_ = INT64_MAX;  // later instants are folded back by multiples of 400 years
};

}  // namespace thalweg::expr
