#include "base/duration.h"

#include <fmt/format.h>

#include <cctype>
#include <initializer_list>

namespace thalweg {
namespace {

struct Unit {
  int64_t nanos;
  std::initializer_list<std::string_view> names;
};

const Unit kUnits[] = {
    {86400'000'000'000, {"d", "day", "days"}},
    {3600'000'000'000, {"h", "hour", "hours"}},
    {60'000'000'000, {"m", "min", "minute", "minutes"}},
    {1'000'000'000, {"s", "sec", "secs", "second", "seconds"}},
    {1'000'000, {"", "ms", "milli", "millis", "millisecond", "milliseconds"}},
    {1'000, {"us", "µs", "micro", "micros", "microsecond", "microseconds"}},
    {1, {"ns", "nano", "nanos", "nanosecond", "nanoseconds"}},
};

std::string_view Trim(std::string_view s) {
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.front()))) s.remove_prefix(1);
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back()))) s.remove_suffix(1);
  return s;
}

}  // namespace

Result<int64_t> ParseDurationNanos(std::string_view text) {
  const auto invalid = [&](std::string_view why) {
    return Status::InvalidSql(fmt::format("'{}' is not a duration such as '10 s': {}", text, why));
  };
  std::string_view s = Trim(text);
  size_t digits = 0;
  int64_t number = 0;
  for (; digits < s.size() && s[digits] >= '0' && s[digits] <= '9'; ++digits) {
    if (__builtin_mul_overflow(number, int64_t{10}, &number) ||
        __builtin_add_overflow(number, int64_t{s[digits] - '0'}, &number)) {
      return invalid("the number is too large");
    }
  }
  if (digits == 0) return invalid("it must start with a number");
  std::string unit(Trim(s.substr(digits)));
  for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Unit& u : kUnits) {
    for (const std::string_view name : u.names) {
      if (unit != name) continue;
      int64_t nanos;
      if (__builtin_mul_overflow(number, u.nanos, &nanos)) {
        return invalid("more than 292 years");
      }
      return nanos;
    }
  }
  return invalid(fmt::format("unknown unit '{}' (d, h, min, s, ms, us, ns)", unit));
}

Result<int64_t> ParseDurationMs(std::string_view text) {
  TW_ASSIGN_OR_RETURN(const int64_t nanos, ParseDurationNanos(text));
  return nanos / 1'000'000;
}

std::string FormatDurationMs(int64_t ms) {
  for (const Unit& u : kUnits) {
    const int64_t unit_ms = u.nanos / 1'000'000;
    if (unit_ms <= 1) break;
    if (ms != 0 && ms % unit_ms == 0) {
      const std::string_view name = *u.names.begin();
      return fmt::format("{} {}", ms / unit_ms, name == "m" ? "min" : name);
    }
  }
  return fmt::format("{} ms", ms);
}

}  // namespace thalweg
