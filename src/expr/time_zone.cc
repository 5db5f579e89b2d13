#include "expr/time_zone.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>

#include <limits.h>
#include <unistd.h>

#include "data/civil_time.h"

namespace thalweg::expr {

namespace {

using data::DaysFromCivil;
using data::DaysInMonth;
using data::FloorMod;

constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kSecondsPer400Years = 146097 * kSecondsPerDay;
constexpr int kMaxOffsetHours = 18;

/// java.time.ZoneId.SHORT_IDS and what java.util.TimeZone knows beside the tz database.
constexpr struct {
  std::string_view name, id;
} kShortIds[] = {
    {"ACT", "Australia/Darwin"},
    {"AET", "Australia/Sydney"},
    {"AGT", "America/Argentina/Buenos_Aires"},
    {"ART", "Africa/Cairo"},
    {"AST", "America/Anchorage"},
    {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},
    {"CAT", "Africa/Harare"},
    {"CNT", "America/St_Johns"},
    {"CST", "America/Chicago"},
    {"CTT", "Asia/Shanghai"},
    {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"},
    {"EST", "-05:00"},
    {"HST", "-10:00"},
    {"IET", "America/Indiana/Indianapolis"},
    {"IST", "Asia/Kolkata"},
    {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"},
    {"MST", "-07:00"},
    {"NET", "Asia/Yerevan"},
    {"NST", "Pacific/Auckland"},
    {"PLT", "Asia/Karachi"},
    {"PNT", "America/Phoenix"},
    {"PRT", "America/Puerto_Rico"},
    {"PST", "America/Los_Angeles"},
    {"SST", "Pacific/Guadalcanal"},
    {"VST", "Asia/Ho_Chi_Minh"},
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// "+8", "+08", "+0800", "+08:00", "+080000", "+08:00:00"; seconds east, or nullopt.
std::optional<int32_t> ParseOffset(std::string_view s) {
  if (s.size() < 2 || (s[0] != '+' && s[0] != '-')) return std::nullopt;
  const int32_t sign = s[0] == '-' ? -1 : 1;
  s.remove_prefix(1);
  int32_t parts[3] = {0, 0, 0};
  if (s.size() == 1) {
    if (!IsDigit(s[0])) return std::nullopt;
    return sign * (s[0] - '0') * 3600;
  }
  const bool colons = s.size() > 2 && s[2] == ':';
  for (int i = 0; i < 3 && !s.empty(); ++i) {
    if (i > 0 && colons) {
      if (s[0] != ':') return std::nullopt;
      s.remove_prefix(1);
    }
    if (s.size() < 2 || !IsDigit(s[0]) || !IsDigit(s[1])) return std::nullopt;
    parts[i] = (s[0] - '0') * 10 + (s[1] - '0');
    s.remove_prefix(2);
  }
  const int32_t seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
  if (!s.empty() || parts[1] > 59 || parts[2] > 59 || seconds > kMaxOffsetHours * 3600) {
    return std::nullopt;
  }
  return sign * seconds;
}

/// "GMT+h", "GMT+hh", "GMT+h:mm", "GMT+hhmm" of java.util.TimeZone, without the "GMT".
std::optional<int32_t> ParseCustomGmt(std::string_view s) {
  if (s.size() < 2 || (s[0] != '+' && s[0] != '-')) return std::nullopt;
  const int32_t sign = s[0] == '-' ? -1 : 1;
  s.remove_prefix(1);
  int32_t h = 0, m = 0;
  const size_t colon = s.find(':');
  auto number = [](std::string_view t, int32_t* v) {
    *v = 0;
    for (char c : t) {
      if (!IsDigit(c)) return false;
      *v = *v * 10 + (c - '0');
    }
    return !t.empty();
  };
  if (colon != std::string_view::npos) {
    if (colon > 2 || s.size() - colon != 3 || !number(s.substr(0, colon), &h) ||
        !number(s.substr(colon + 1), &m)) {
      return std::nullopt;
    }
  } else if (s.size() > 4 || !number(s, &h)) {
    return std::nullopt;
  } else if (s.size() > 2) {
    m = h % 100;
    h /= 100;
  }
  if (h > 23 || m > 59) return std::nullopt;
  return sign * (h * 3600 + m * 60);
}

std::string OffsetId(int32_t seconds) {
  if (seconds == 0) return "Z";
  const int32_t v = seconds < 0 ? -seconds : seconds;
  char buf[16];
  int n = snprintf(buf, sizeof buf, "%c%02d:%02d", seconds < 0 ? '-' : '+', v / 3600, v / 60 % 60);
  std::string id(buf, static_cast<size_t>(n));
  if (v % 60 != 0) {
    n = snprintf(buf, sizeof buf, ":%02d", v % 60);
    id.append(buf, static_cast<size_t>(n));
  }
  return id;
}

/// One end of daylight saving time in a POSIX TZ string: ",M3.5.0/2", ",J60", ",59".
struct RuleDate {
  char kind = 'M';
  int32_t month = 0, week = 0, day = 0;
  int32_t seconds = 7200;

  /// Local seconds since 1970 in the offset that is in force before the change.
  int64_t In(int64_t year) const {
    int64_t days;
    if (kind == 'M') {
      const int64_t first = DaysFromCivil(year, month, 1);
      const int64_t first_weekday = FloorMod(first + 4, 7);  // 0 Sunday
      int64_t d = FloorMod(day - first_weekday, 7) + (week - 1) * 7;
      while (d >= DaysInMonth(year, month)) d -= 7;
      days = first + d;
    } else if (kind == 'J') {  // February 29 is never counted
      days = DaysFromCivil(year, 1, 1) + day - 1 + (data::IsLeapYear(year) && day >= 60);
    } else {
      days = DaysFromCivil(year, 1, 1) + day;
    }
    return days * kSecondsPerDay + seconds;
  }
};

/// The footer of a TZif file: "CET-1CEST,M3.5.0,M10.5.0/3".
struct PosixRule {
  std::string standard_name, daylight_name;
  int32_t standard_offset = 0, daylight_offset = 0;
  bool has_daylight = false;
  RuleDate start, end;

  static std::optional<PosixRule> Parse(std::string_view s) {
    PosixRule r;
    auto name = [&](std::string* out) {
      size_t n = 0;
      if (!s.empty() && s[0] == '<') {
        n = s.find('>');
        if (n == std::string_view::npos) return false;
        *out = s.substr(1, n - 1);
        s.remove_prefix(n + 1);
        return true;
      }
      while (n < s.size() && ((s[n] | 32) >= 'a' && (s[n] | 32) <= 'z')) ++n;
      *out = s.substr(0, n);
      s.remove_prefix(n);
      return n >= 3;
    };
    auto number = [&](int32_t* v) {
      size_t n = 0;
      for (*v = 0; n < s.size() && n < 4 && IsDigit(s[n]); ++n) *v = *v * 10 + (s[n] - '0');
      s.remove_prefix(n);
      return n > 0;
    };
    auto literal = [&](char c) {
      if (s.empty() || s[0] != c) return false;
      s.remove_prefix(1);
      return true;
    };
    auto time = [&](int32_t* seconds) {
      const bool minus = literal('-');
      if (!minus) literal('+');
      int32_t h, m = 0, sec = 0;
      if (!number(&h) || (literal(':') && !number(&m)) || (literal(':') && !number(&sec))) {
        return false;
      }
      *seconds = (minus ? -1 : 1) * (h * 3600 + m * 60 + sec);
      return true;
    };
    auto date = [&](RuleDate* d) {
      if (!literal(',')) return false;
      if (literal('M')) {
        if (!number(&d->month) || !literal('.') || !number(&d->week) || !literal('.') ||
            !number(&d->day) || d->month < 1 || d->month > 12) {
          return false;
        }
      } else {
        d->kind = literal('J') ? 'J' : 'N';
        if (!number(&d->day)) return false;
      }
      return !literal('/') || time(&d->seconds);
    };
    if (!name(&r.standard_name) || !time(&r.standard_offset)) return std::nullopt;
    r.standard_offset = -r.standard_offset;  // POSIX counts westwards
    if (s.empty()) return r;
    r.has_daylight = true;
    r.daylight_offset = r.standard_offset + 3600;
    if (!name(&r.daylight_name)) return std::nullopt;
    if (!s.empty() && s[0] != ',') {
      if (!time(&r.daylight_offset)) return std::nullopt;
      r.daylight_offset = -r.daylight_offset;
    }
    if (!date(&r.start) || !date(&r.end) || !s.empty()) return std::nullopt;
    return r;
  }
};

int64_t BigEndian(const char* p, int bytes) {
  uint64_t v = static_cast<int8_t>(*p) < 0 ? ~uint64_t{0} : 0;
  for (int i = 0; i < bytes; ++i) v = v << 8 | static_cast<uint8_t>(p[i]);
  return static_cast<int64_t>(v);
}

/// Empty if it is no file: "Europe" is a folder.
std::string ReadFile(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return {};
  std::ifstream in(path, std::ios::binary);
  return in ? std::string(std::istreambuf_iterator<char>(in), {}) : std::string();
}

/// A name below the zoneinfo folder that Java would know, too.
bool IsRegionId(std::string_view id) {
  if (id.empty() || id.size() > 64 || id.find("..") != std::string_view::npos ||
      id.starts_with("posix/") || id.starts_with("right/")) {
    return false;
  }
  if (!((id[0] | 32) >= 'a' && (id[0] | 32) <= 'z')) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || IsDigit(c) || strchr("_+-/", c) != nullptr;
  });
}

std::string ZoneinfoFolder() {
  const char* dir = std::getenv("TZDIR");
  return dir != nullptr && *dir != 0 ? dir : "/usr/share/zoneinfo";
}

}  // namespace

struct TimeZone::Loader {
  using Ptr = std::shared_ptr<const TimeZone>;

  static Ptr Fixed(std::string id, int32_t offset, std::string name) {
    std::shared_ptr<TimeZone> z(new TimeZone);
    z->id_ = std::move(id);
    z->names_.push_back(std::move(name));
    z->spans_.push_back({INT64_MIN, offset, 0});
    return z;
  }

  /// Loaded once per process and id.
  static Ptr Region(std::string_view id) {
    static std::mutex mutex;
    static std::map<std::string, Ptr, std::less<>> loaded;
    if (!IsRegionId(id)) return nullptr;
    std::lock_guard lock(mutex);
    if (auto it = loaded.find(id); it != loaded.end()) return it->second;
    Ptr z = Parse(std::string(id), ReadFile(ZoneinfoFolder() + "/" + std::string(id)));
    if (z != nullptr) loaded.emplace(id, z);
    return z;
  }

  /// A TZif file, version 2 or later (RFC 8536); null if it is none.
  static Ptr Parse(std::string id, const std::string& file) {
    constexpr size_t kHeader = 44;
    if (file.size() < kHeader || file.compare(0, 4, "TZif") != 0 || file[4] < '2') return nullptr;
    // The version 1 block is skipped.
    auto count = [&](size_t header, int i) {
      return static_cast<size_t>(BigEndian(&file[header + 20 + 4 * static_cast<size_t>(i)], 4));
    };
    enum { kIsUt, kIsStd, kLeap, kTime, kType, kChar };
    const size_t second = kHeader + count(0, kTime) * 5 + count(0, kType) * 6 + count(0, kChar) +
                          count(0, kLeap) * 8 + count(0, kIsStd) + count(0, kIsUt);
    if (second + kHeader > file.size() || file.compare(second, 4, "TZif") != 0) return nullptr;
    const size_t times = count(second, kTime), types = count(second, kType),
                 chars = count(second, kChar);
    const size_t at_time = second + kHeader, at_index = at_time + times * 8,
                 at_type = at_index + times, at_char = at_type + types * 6;
    const size_t footer =
        at_char + chars + count(second, kLeap) * 12 + count(second, kIsStd) + count(second, kIsUt);
    if (types == 0 || footer + 1 > file.size()) return nullptr;

    std::shared_ptr<TimeZone> z(new TimeZone);
    z->id_ = std::move(id);
    auto add = [&](int64_t begin, int32_t offset, std::string_view name) {
      auto it = std::find(z->names_.begin(), z->names_.end(), name);
      const auto index = static_cast<uint16_t>(it - z->names_.begin());
      if (it == z->names_.end()) z->names_.emplace_back(name);
      if (!z->spans_.empty()) {
        const Span& last = z->spans_.back();
        if (last.offset == offset && last.name == index) return;
      }
      z->spans_.push_back({begin, offset, index});
    };
    auto add_type = [&](int64_t begin, size_t type) {
      const char* t = &file[at_type + type * 6];
      const auto name = at_char + static_cast<uint8_t>(t[5]);
      add(begin, static_cast<int32_t>(BigEndian(t, 4)),
          name < footer ? std::string_view(&file[name]) : std::string_view());
    };
    add_type(INT64_MIN, 0);
    for (size_t i = 0; i < times; ++i) {
      const auto type = static_cast<uint8_t>(file[at_index + i]);
      if (type >= types) return nullptr;
      const int64_t begin = BigEndian(&file[at_time + i * 8], 8);
      if (i == 0 && begin < -(int64_t{1} << 55)) {
        z->spans_.clear();  // "since the big bang": no transition
        add_type(INT64_MIN, type);
      } else {
        add_type(begin, type);
      }
    }
    const size_t footer_end = file.find('\n', footer + 1);
    if (file[footer] == '\n' && footer_end != std::string::npos) {
      auto rule =
          PosixRule::Parse(std::string_view(file).substr(footer + 1, footer_end - footer - 1));
      if (rule) Extend(*rule, add, z.get());
    }
    return z;
  }

  /// Follows the rule for 400 years from the last transition on; then the calendar repeats.
  template <typename Add>
  static void Extend(const PosixRule& r, const Add& add, TimeZone* z) {
    const int64_t last = z->spans_.size() > 1 ? z->spans_.back().begin : 0;
    if (!r.has_daylight) {
      if (z->spans_.back().offset != r.standard_offset) {
        add(last + 1, r.standard_offset, r.standard_name);
      }
      return;
    }
    const int32_t first_year = data::CivilFromDays(data::FloorDiv(last, kSecondsPerDay)).year;
    for (int32_t y = first_year; y <= first_year + 401; ++y) {
      const int64_t on = r.start.In(y) - r.standard_offset;
      const int64_t off = r.end.In(y) - r.daylight_offset;
      auto add_on = [&] {
        if (on > last) add(on, r.daylight_offset, r.daylight_name);
      };
      auto add_off = [&] {
        if (off > last) add(off, r.standard_offset, r.standard_name);
      };
      if (on < off) {
        add_on();
        add_off();
      } else {
        add_off();
        add_on();
      }
    }
    z->last_exact_ = DaysFromCivil(first_year + 401, 1, 1) * kSecondsPerDay;
  }
};

Result<std::shared_ptr<const TimeZone>> TimeZone::Find(std::string_view id) {
  if (id == "Z" || id == "UTC" || id == "GMT" || id == "UT") {
    return Loader::Fixed(std::string(id), 0, id == "Z" ? "UTC" : std::string(id));
  }
  if (auto offset = ParseOffset(id)) {
    const std::string name = OffsetId(*offset);
    return Loader::Fixed(name, *offset, name);
  }
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!id.starts_with(prefix)) continue;
    const std::string_view rest = id.substr(prefix.size());
    std::optional<int32_t> offset = ParseOffset(rest);
    if (!offset && prefix == "GMT") offset = ParseCustomGmt(rest);
    if (offset) {
      const std::string name =
          std::string(prefix) + (*offset == 0 ? std::string() : OffsetId(*offset));
      return Loader::Fixed(name, *offset, name);
    }
  }
  for (const auto& s : kShortIds) {
    if (s.name == id) {
      if (auto offset = ParseOffset(s.id))
        return Loader::Fixed(std::string(id), *offset, std::string(id));
      id = s.id;
      break;
    }
  }
  if (auto z = Loader::Region(id)) return z;
  return Status::InvalidSql("Unknown time zone '" + std::string(id) +
                            "'. Use a name such as 'America/Los_Angeles', or an offset such as "
                            "'GMT+08:00'");
}

std::shared_ptr<const TimeZone> TimeZone::FindOrGmt(std::string_view id) {
  if (id.starts_with("GMT") && id.size() > 3) {
    if (auto offset = ParseCustomGmt(id.substr(3))) {
      const std::string name = "GMT" + (*offset == 0 ? std::string() : OffsetId(*offset));
      return Loader::Fixed(name, *offset, name);
    }
  }
  const bool known = id == "UTC" || IsRegionId(id);
  if (known && !id.starts_with("UTC+") && !id.starts_with("UTC-") && !id.starts_with("UT")) {
    if (auto z = Find(id); z.ok()) return *z;
  }
  return id == "UTC" ? Utc() : Loader::Fixed("GMT", 0, "GMT");
}

std::shared_ptr<const TimeZone> TimeZone::Utc() {
  static const std::shared_ptr<const TimeZone> utc = Loader::Fixed("UTC", 0, "UTC");
  return utc;
}

std::shared_ptr<const TimeZone> TimeZone::System() {
  if (const char* tz = std::getenv("TZ"); tz != nullptr && *tz != 0) {
    if (auto z = Find(*tz == ':' ? tz + 1 : tz); z.ok()) return *z;
  }
  char target[PATH_MAX];
  const ssize_t n = readlink("/etc/localtime", target, sizeof target);
  if (n > 0) {
    const std::string_view path(target, static_cast<size_t>(n));
    constexpr std::string_view kFolder = "zoneinfo/";
    if (const size_t at = path.find(kFolder); at != std::string_view::npos) {
      if (auto z = Find(path.substr(at + kFolder.size())); z.ok()) return *z;
    }
  }
  if (auto z = Loader::Parse("localtime", ReadFile("/etc/localtime"))) return z;
  return Utc();
}

int64_t TimeZone::Fold(int64_t seconds) const {
  if (__builtin_expect(seconds < last_exact_, 1)) return seconds;
  return seconds - (((seconds - last_exact_) / kSecondsPer400Years) + 1) * kSecondsPer400Years;
}

const TimeZone::Span& TimeZone::SpanAt(int64_t epoch_seconds) const {
  const int64_t t = Fold(epoch_seconds);
  auto it = std::upper_bound(spans_.begin() + 1, spans_.end(), t,
                             [](int64_t v, const Span& s) { return v < s.begin; });
  return *(it - 1);
}

std::string_view TimeZone::AbbreviationAt(int64_t epoch_seconds) const {
  return names_[SpanAt(epoch_seconds).name];
}

int32_t TimeZone::OffsetOfLocal(int64_t local_seconds, Overlap overlap) const {
  if (fixed()) return spans_[0].offset;
  const int64_t t = Fold(local_seconds);
  // Offsets are less than a day, so only spans that begin within a day of t can matter.
  size_t i = static_cast<size_t>(&SpanAt(t + kSecondsPerDay) - spans_.data());
  for (; i > 0; --i) {
    // Until this local time the former offset holds: in a gap, and in an overlap if the earlier
    // instant is wanted.
    const int32_t before = spans_[i - 1].offset, after = spans_[i].offset;
    const int32_t until = overlap == Overlap::kEarlier ? std::max(before, after) : after;
    if (t >= spans_[i].begin + until) break;
  }
  return spans_[i].offset;
}

void TimeZone::Cursor::Seek(int64_t epoch_seconds) {
  const Span& s = zone_.SpanAt(epoch_seconds);
  offset_ = s.offset;
  const int64_t folded = zone_.Fold(epoch_seconds);
  const Span* const first = zone_.spans_.data();
  const Span* const last = first + zone_.spans_.size() - 1;
  if (folded == epoch_seconds) {
    begin_ = s.begin;
    end_ = std::min(&s == last ? INT64_MAX : (&s + 1)->begin, zone_.last_exact_);
  } else {
    begin_ = epoch_seconds;  // beyond the table: this instant only
    end_ = epoch_seconds + 1;
  }
}

}  // namespace thalweg::expr
