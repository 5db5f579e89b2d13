#include "data/print.h"

#include <string_view>

#include "data/java_map_order.h"
#include "data/utf8_repair.h"

namespace thalweg::data {
namespace {

/// Walks a value of any type; Form says how its parts look.
template <typename Form>
class Printer {
 public:
  Printer(const Form& form, std::string* out) : form_(form), out_(out) {}

  void Append(const Column& column, int32_t row) {
    if (column.IsNull(row) || column.physical() == PhysicalType::kNull) {
      *out_ += Form::kNull;
      return;
    }
    const Column& c = column.storage();
    const int32_t i = column.StorageIndex(row);
    switch (c.type().root()) {
      case TypeRoot::kArray:
        AppendArray(c, i);
        return;
      case TypeRoot::kMap:
      case TypeRoot::kMultiset:
        AppendMap(c, i);
        return;
      case TypeRoot::kRow:
        AppendRow(c, i);
        return;
      default:
        form_.AppendScalar(c, i, out_);
    }
  }

 private:
  void AppendArray(const Column& c, int32_t i) {
    *out_ += '[';
    for (int32_t k = c.offsets()[i]; k < c.offsets()[i + 1]; ++k) {
      if (k > c.offsets()[i]) *out_ += ", ";
      Append(*c.children()[0], k);
    }
    *out_ += ']';
  }

  void AppendMap(const Column& c, int32_t i) {
    *out_ += '{';
    bool first = true;
    for (const int32_t k : form_.EntryOrder(c, i)) {
      if (!first) *out_ += ", ";
      first = false;
      Append(*c.children()[0], k);
      *out_ += '=';
      Append(*c.children()[1], k);
    }
    *out_ += '}';
  }

  void AppendRow(const Column& c, int32_t i) {
    *out_ += Form::kRowBegin;
    for (size_t k = 0; k < c.children().size(); ++k) {
      if (k > 0) *out_ += ", ";
      Append(*c.children()[k], i);
    }
    *out_ += Form::kRowEnd;
  }

  const Form& form_;
  std::string* out_;
};

std::vector<int32_t> EntriesInOrder(const Column& map, int32_t row) {
  std::vector<int32_t> entries;
  for (int32_t k = map.offsets()[row]; k < map.offsets()[row + 1]; ++k) entries.push_back(k);
  return entries;
}

void AppendNumber(const Column& c, int32_t i, std::string* out) {
  switch (c.type().root()) {
    case TypeRoot::kTinyint:
      return AppendInt(c.values<int8_t>()[i], out);
    case TypeRoot::kSmallint:
      return AppendInt(c.values<int16_t>()[i], out);
    case TypeRoot::kInt:
      return AppendInt(c.values<int32_t>()[i], out);
    case TypeRoot::kBigint:
      return AppendInt(c.values<int64_t>()[i], out);
    case TypeRoot::kFloat:
      return AppendFloat(c.values<float>()[i], out);
    case TypeRoot::kDouble:
      return AppendDouble(c.values<double>()[i], out);
    default:
      return AppendDecimal(c.values<__int128>()[i], c.type().scale(), out);
  }
}

/// Bytes that are no UTF-8 show as U+FFFD, as they do in Java.
void AppendText(std::string_view s, std::string* out) {
  if (IsValidUtf8(s)) {
    *out += s;
  } else {
    AppendRepairedUtf8(s, out);
  }
}

void AppendHex(std::string_view bytes, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += "x'";
  for (const char b : bytes) {
    *out += kHex[static_cast<uint8_t>(b) >> 4];
    *out += kHex[static_cast<uint8_t>(b) & 15];
  }
  *out += '\'';
}

/// CAST to STRING, and cells of results.
struct CastForm {
  static constexpr std::string_view kNull = "NULL", kRowBegin = "(", kRowEnd = ")";
  const ZoneOffset& ltz_offset;
  bool hex_binary;

  std::vector<int32_t> EntryOrder(const Column& map, int32_t row) const {
    return EntriesInOrder(map, row);
  }
  void AppendScalar(const Column& c, int32_t i, std::string* out) const {
    const Type& t = c.type();
    switch (t.root()) {
      case TypeRoot::kChar:
      case TypeRoot::kVarchar:
        return AppendText(c.values<std::string_view>()[i], out);
      case TypeRoot::kBinary:
      case TypeRoot::kVarbinary:
        if (hex_binary) return AppendHex(c.values<std::string_view>()[i], out);
        return AppendText(c.values<std::string_view>()[i], out);
      case TypeRoot::kBoolean:
        *out += c.values<uint8_t>()[i] != 0 ? "TRUE" : "FALSE";
        return;
      case TypeRoot::kDate:
        return AppendDate(c.values<int32_t>()[i], out);
      case TypeRoot::kTime:
        return AppendTime(c.values<int32_t>()[i], t.precision(), out);
      case TypeRoot::kTimestamp:
        return AppendTimestamp(c.values<int64_t>()[i], t.precision(), out);
      case TypeRoot::kTimestampLtz:
        return AppendTimestamp(ToLocal(c.values<int64_t>()[i], t.precision()), t.precision(), out);
      case TypeRoot::kIntervalYearMonth:
        return AppendIntervalYearMonth(c.values<int32_t>()[i], out);
      case TypeRoot::kIntervalDayTime:
        return AppendIntervalDayTime(c.values<int64_t>()[i], out);
      default:
        AppendNumber(c, i, out);
    }
  }
  int64_t ToLocal(int64_t value, int precision) const {
    if (!ltz_offset) return value;
    const int64_t units = TimestampUnitsPerSecond(precision);
    const int64_t seconds = value / units - (value % units < 0);
    return value + ltz_offset(seconds) * units;
  }
};

/// java.time's toString: seconds only where they or a fraction are there; 3, 6 or 9 digits.
void AppendIsoTime(int64_t seconds_of_day, int64_t nanos, bool always_seconds, std::string* out) {
  std::string clock;
  AppendTime(static_cast<int32_t>(seconds_of_day * 1000), 0, &clock);
  const bool seconds = always_seconds || seconds_of_day % 60 != 0 || nanos != 0;
  out->append(clock, 0, seconds ? 8 : 5);
  if (nanos == 0) return;
  std::string digits = std::to_string(1000000000 + nanos).substr(1);
  if (nanos % 1000000 == 0) {
    digits.resize(3);
  } else if (nanos % 1000 == 0) {
    digits.resize(6);
  }
  *out += '.';
  *out += digits;
}

void AppendIsoTimestamp(int64_t value, int precision, bool instant, std::string* out) {
  const int64_t units = TimestampUnitsPerSecond(precision);
  int64_t seconds = value / units;
  int64_t fraction = value % units;
  if (fraction < 0) {
    fraction += units;
    --seconds;
  }
  int64_t days = seconds / 86400;
  int64_t second_of_day = seconds % 86400;
  if (second_of_day < 0) {
    second_of_day += 86400;
    --days;
  }
  AppendDate(static_cast<int32_t>(days), out);
  *out += 'T';
  AppendIsoTime(second_of_day, fraction * (1000000000 / units), instant, out);
  if (instant) *out += 'Z';
}

/// java.time.Period of the interval's own resolution.
void AppendPeriod(int32_t months, IntervalResolution resolution, std::string* out) {
  int32_t years = months / 12;
  int32_t rest = months % 12;
  if (resolution == IntervalResolution::kMonth) {
    years = 0;
    rest = months;
  } else if (resolution == IntervalResolution::kYear) {
    rest = 0;
  }
  *out += 'P';
  if (years != 0) {
    AppendInt(years, out);
    *out += 'Y';
  }
  if (rest != 0) {
    AppendInt(rest, out);
    *out += 'M';
  }
  if (years == 0 && rest == 0) *out += "0D";
}

/// java.time.Duration.
void AppendDuration(int64_t millis, std::string* out) {
  if (millis == 0) {
    *out += "PT0S";
    return;
  }
  int64_t seconds = millis / 1000;
  int64_t fraction = millis % 1000;
  const int64_t hours = seconds / 3600;
  const int64_t minutes = seconds / 60 % 60;
  seconds %= 60;
  *out += "PT";
  if (hours != 0) {
    AppendInt(hours, out);
    *out += 'H';
  }
  if (minutes != 0) {
    AppendInt(minutes, out);
    *out += 'M';
  }
  if (seconds == 0 && fraction == 0) return;
  if (millis < 0 && seconds == 0) {
    *out += "-0";
  } else {
    AppendInt(seconds, out);
  }
  if (fraction != 0) {
    std::string digits = std::to_string(1000 + (fraction < 0 ? -fraction : fraction)).substr(1);
    while (digits.back() == '0') digits.pop_back();
    *out += '.';
    *out += digits;
  }
  *out += 'S';
}

/// BigDecimal.toString: with an exponent for values far below one.
void AppendBigDecimal(__int128 unscaled, int scale, std::string* out) {
  std::string digits;
  AppendDecimal(unscaled < 0 ? -unscaled : unscaled, 0, &digits);
  const int adjusted = static_cast<int>(digits.size()) - 1 - scale;
  if (adjusted >= -6) return AppendDecimal(unscaled, scale, out);
  if (unscaled < 0) *out += '-';
  *out += digits[0];
  if (digits.size() > 1) {
    *out += '.';
    out->append(digits, 1);
  }
  *out += 'E';
  AppendInt(adjusted, out);
}

/// The print connector: toString of the external Java objects.
struct PrintForm {
  static constexpr std::string_view kNull = "null", kRowBegin = "+I[", kRowEnd = "]";

  std::vector<int32_t> EntryOrder(const Column& map, int32_t row) const {
    return JavaHashMapOrder(*map.children()[0], EntriesInOrder(map, row));
  }
  void AppendScalar(const Column& c, int32_t i, std::string* out) const {
    const Type& t = c.type();
    switch (t.root()) {
      case TypeRoot::kChar:
      case TypeRoot::kVarchar:
        return AppendText(c.values<std::string_view>()[i], out);
      case TypeRoot::kBinary:
      case TypeRoot::kVarbinary: {
        *out += '[';
        bool first = true;
        for (const char b : c.values<std::string_view>()[i]) {
          if (!first) *out += ", ";
          first = false;
          AppendInt(static_cast<int8_t>(b), out);
        }
        *out += ']';
        return;
      }
      case TypeRoot::kBoolean:
        *out += c.values<uint8_t>()[i] != 0 ? "true" : "false";
        return;
      case TypeRoot::kDecimal:
        return AppendBigDecimal(c.values<__int128>()[i], t.scale(), out);
      case TypeRoot::kDate:
        return AppendDate(c.values<int32_t>()[i], out);
      case TypeRoot::kTime: {
        const int32_t ms = c.values<int32_t>()[i];
        return AppendIsoTime(ms / 1000, ms % 1000 * int64_t{1000000}, false, out);
      }
      case TypeRoot::kTimestamp:
        return AppendIsoTimestamp(c.values<int64_t>()[i], t.precision(), false, out);
      case TypeRoot::kTimestampLtz:
        return AppendIsoTimestamp(c.values<int64_t>()[i], t.precision(), true, out);
      case TypeRoot::kIntervalYearMonth:
        return AppendPeriod(c.values<int32_t>()[i], t.interval_resolution(), out);
      case TypeRoot::kIntervalDayTime:
        return AppendDuration(c.values<int64_t>()[i], out);
      default:
        AppendNumber(c, i, out);
    }
  }
};

}  // namespace

void AppendPrint(const Column& column, int32_t row, std::string* out) {
  Printer<PrintForm>(PrintForm{}, out).Append(column, row);
}

void AppendCastString(const Column& column, int32_t row, std::string* out,
                      const ZoneOffset& ltz_offset) {
  Printer<CastForm>(CastForm{ltz_offset, false}, out).Append(column, row);
}

void AppendCell(const Column& column, int32_t row, std::string* out, const ZoneOffset& ltz_offset) {
  Printer<CastForm>(CastForm{ltz_offset, true}, out).Append(column, row);
}

}  // namespace thalweg::data
