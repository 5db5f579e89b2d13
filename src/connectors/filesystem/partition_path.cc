#include "connectors/filesystem/partition_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "data/civil_time.h"
#include "data/column_builder.h"
#include "data/print.h"

namespace thalweg::connectors {
namespace {

using data::TypeRoot;

bool NeedsEscape(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u < 0x20 || u == 0x7f ||
         std::string_view("\"#%'*/:=?\\{}[]^").find(c) != std::string_view::npos;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <typename T>
bool AppendNumber(std::string_view text, data::ColumnBuilder* builder) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  T value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  builder->Append<T>(value);
  return true;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(a[i])) != b[i]) return false;
  }
  return true;
}

bool AppendTimestamp(std::string_view text, int precision, data::ColumnBuilder* builder) {
  // java.time.LocalDateTime.parse: seconds may be missing ("2024-01-01T00:00").
  const auto local = data::ParseIsoTimestamp(text, 'T', /*utc_suffix=*/false);
  if (!local) return false;
  const auto value = data::ToTimestamp(*local, precision);
  if (!value) return false;
  builder->Append<int64_t>(*value);
  return true;
}

/// "-12.50" with no more digits than the type has.
bool AppendDecimal(std::string_view text, const data::Type& type, data::ColumnBuilder* builder) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  __int128 unscaled = 0, limit = 1;
  for (int i = 0; i < type.precision(); ++i) limit *= 10;
  int fraction = -1;  // digits after the point
  bool any = false;
  const auto append = [&](int digit) {
    unscaled = unscaled * 10 + digit;
    return unscaled < limit;
  };
  for (const char c : text) {
    if (c == '.' && fraction < 0) {
      fraction = 0;
    } else if (c < '0' || c > '9') {
      return false;
    } else if (any = true; fraction < type.scale()) {
      if (!append(c - '0')) return false;
      fraction += fraction >= 0;
    } else if (c != '0') {
      return false;
    }
  }
  for (int i = std::max(fraction, 0); i < type.scale(); ++i) {
    if (!append(0)) return false;
  }
  builder->Append<__int128>(negative ? -unscaled : unscaled);
  return any;
}

}  // namespace

std::string EscapePathName(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (NeedsEscape(c)) {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string UnescapePathName(std::string_view name) {
  std::string text;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%' && i + 2 < name.size() && HexValue(name[i + 1]) >= 0 &&
        HexValue(name[i + 2]) >= 0) {
      text += static_cast<char>(HexValue(name[i + 1]) * 16 + HexValue(name[i + 2]));
      i += 2;
    } else {
      text += name[i];
    }
  }
  return text;
}

std::string PartitionPath(const PartitionSpec& spec) {
  std::string path;
  for (const auto& [key, value] : spec) {
    if (!path.empty()) path += '/';
    path += EscapePathName(key);
    path += '=';
    path += EscapePathName(value);
  }
  return path;
}

std::optional<std::pair<std::string, std::string>> ParsePartitionFolder(std::string_view name) {
  const size_t equals = name.rfind('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == name.size()) {
    return std::nullopt;
  }
  return std::pair(UnescapePathName(name.substr(0, equals)),
                   UnescapePathName(name.substr(equals + 1)));
}

Result<data::ColumnPtr> PartitionValueFromText(const std::optional<std::string>& text,
                                               const data::Type& type) {
  data::ColumnBuilder builder(type);
  if (!text) {
    builder.AppendNull();
    return builder.Finish();
  }
  bool ok = true;
  switch (type.root()) {
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
      builder.AppendString(*text);
      break;
    case TypeRoot::kBoolean:
      builder.Append<uint8_t>(EqualsIgnoreCase(*text, "true"));
      break;
    case TypeRoot::kTinyint:
      ok = AppendNumber<int8_t>(*text, &builder);
      break;
    case TypeRoot::kSmallint:
      ok = AppendNumber<int16_t>(*text, &builder);
      break;
    case TypeRoot::kInt:
      ok = AppendNumber<int32_t>(*text, &builder);
      break;
    case TypeRoot::kBigint:
      ok = AppendNumber<int64_t>(*text, &builder);
      break;
    case TypeRoot::kFloat:
      ok = AppendNumber<float>(*text, &builder);
      break;
    case TypeRoot::kDouble:
      ok = AppendNumber<double>(*text, &builder);
      break;
    case TypeRoot::kDate: {
      // Flink itself writes the days since 1970, which it cannot read; we read both.
      const auto days = data::ParseIsoDate(*text);
      if (days) {
        builder.Append<int32_t>(*days);
      } else {
        ok = AppendNumber<int32_t>(*text, &builder);
      }
      break;
    }
    case TypeRoot::kDecimal:
      ok = AppendDecimal(*text, type, &builder);
      break;
    case TypeRoot::kTimestamp:
      ok = AppendTimestamp(*text, type.precision(), &builder);
      break;
    default:
      return Status::NotSupported(fmt::format("a partition column of type {}", type.ToSummary()));
  }
  if (!ok) {
    return Status::BadData(
        fmt::format("the partition value '{}' is not a {}", *text, type.ToSummary()));
  }
  return builder.Finish();
}

std::string PartitionValueToText(const data::Column& column, int32_t row,
                                 std::string_view default_name) {
  std::string text;
  if (!column.IsNull(row)) data::AppendPrint(column, row, &text);
  return text.empty() ? std::string(default_name) : text;
}

}  // namespace thalweg::connectors
