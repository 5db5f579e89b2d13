#include "formats/json/json_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "data/java_map_order.h"
#include "formats/json/json_row.h"
#include "formats/json/json_text.h"
#include "formats/text/base64.h"
#include "formats/text/number_text.h"

namespace thalweg::formats::json {

using data::Type;
using data::TypeRoot;
using text::Trim;

namespace {

bool IsNumberStart(char c) { return c == '-' || (c >= '0' && c <= '9'); }

/// getIntValue, getLongValue of a number with a point or exponent: by way of a double.
bool TruncateToLong(std::string_view number, int64_t min, int64_t max, int64_t* out) {
  double d;
  if (!text::ParseDouble(number, &d)) return false;
  if (!(d >= static_cast<double>(min) && d <= static_cast<double>(max))) return false;
  *out = d >= 9223372036854775808.0 ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(d);
  return true;
}

bool EqualsTrue(std::string_view t) {
  return t.size() == 4 && (t[0] | 32) == 't' && (t[1] | 32) == 'r' && (t[2] | 32) == 'u' &&
         (t[3] | 32) == 'e';
}

}  // namespace

JsonField::JsonField(const Type& type, std::string path, const JsonOptions& options,
                     text::ColumnWriter* writer)
    : type_(type),
      root_(type.root()),
      path_(std::move(path)),
      ignore_parse_errors_(options.ignore_parse_errors),
      writer_(writer),
      timestamps_(options.timestamps, type.root() == TypeRoot::kTimestampLtz, type.precision()) {
  if (root_ == TypeRoot::kArray) {
    children_.push_back(
        std::make_unique<JsonField>(type.child(0), path_ + "[]", options, writer->child(0)));
  } else if (root_ == TypeRoot::kMap || root_ == TypeRoot::kMultiset) {
    const Type value = root_ == TypeRoot::kMap ? type.child(1) : Type::Int();
    children_.push_back(
        std::make_unique<JsonField>(value, path_ + "{}", options, writer->child(1)));
  } else if (root_ == TypeRoot::kRow) {
    std::vector<JsonRow::Column> columns;
    for (int i = 0; i < type.num_children(); ++i) {
      columns.push_back(
          {type.fields()[static_cast<size_t>(i)].name, type.child(i), writer->child(i)});
    }
    row_ = std::make_unique<JsonRow>(columns, path_ + ".", options);
  }
}

JsonField::~JsonField() = default;

void JsonField::set_exact_decimals(bool exact) {
  exact_decimals_ = exact;
  for (auto& c : children_) c->set_exact_decimals(exact);
  if (row_) row_->set_exact_decimals(exact);
}

std::string JsonField::Expected() const {
  return fmt::format("field '{}': expected {}", path_, type_.WithNullable(true).ToSummary());
}

bool JsonField::WrongValue(JsonCursor* cursor, const char* at, int32_t row) {
  if (!ignore_parse_errors_) return cursor->Fail(at, Expected());
  writer_->SetNull(row);
  return true;
}

/// A value that is no array, map or row.
bool JsonField::WrongKind(JsonCursor* c, int32_t row) {
  const char* at = c->pointer();
  const bool container = c->peek() == '{' || c->peek() == '[';
  if (container || !ignore_parse_errors_) return c->Fail(at, Expected());
  return c->SkipValue() && WrongValue(c, at, row);
}

void JsonField::FinishCount(int32_t element) {
  if (root_ != TypeRoot::kMultiset || writer_->child(1)->IsValid(element)) return;
  writer_->child(1)->Set<int32_t>(element, 0);
}

bool JsonField::Read(JsonCursor* c, int32_t row) {
  const char first = c->peek();
  if (first == 'n') {
    if (!c->Null() && c->Word() != 'n') return false;
    if (writer_->IsValid(row)) writer_->Clear(row);
    return true;
  }
  switch (root_) {
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
      return ReadString(c, row);
    case TypeRoot::kInt:
      if (IsNumberStart(first)) {
        int64_t v;
        const char* at = c->pointer();
        if (c->SmallInteger(&v)) {
          if (v != static_cast<int32_t>(v)) return WrongValue(c, at, row);
          writer_->Set(row, static_cast<int32_t>(v));
          return true;
        }
      }
      return ReadScalar(c, row);
    case TypeRoot::kBigint:
      if (IsNumberStart(first)) {
        int64_t v;
        if (c->SmallInteger(&v)) {
          writer_->Set(row, v);
          return true;
        }
        const char* at = c->pointer();
        std::string_view number;
        bool is_float;
        if (!c->Number(&number, &is_float)) return false;
        if (is_float ? !TruncateToLong(number, std::numeric_limits<int64_t>::min(),
                                       std::numeric_limits<int64_t>::max(), &v)
                     : !text::ParseLong(number, &v)) {
          return WrongValue(c, at, row);
        }
        writer_->Set(row, v);
        return true;
      }
      return ReadScalar(c, row);
    case TypeRoot::kArray:
      return ReadArray(c, row);
    case TypeRoot::kMap:
    case TypeRoot::kMultiset:
      return ReadMap(c, row);
    case TypeRoot::kRow:
      if (first != '{') return WrongKind(c, row);
      if (writer_->IsValid(row)) writer_->Clear(row);
      if (!row_->Read(c, row, false)) return false;
      writer_->SetValid(row);
      return true;
    default:
      return ReadScalar(c, row);
  }
}

bool JsonField::TakesOpenBrace(int32_t row) {
  if (root_ != TypeRoot::kBoolean || ignore_parse_errors_) return false;
  writer_->Set<uint8_t>(row, 0);
  return true;
}

bool JsonField::ReadString(JsonCursor* c, int32_t row) {
  std::string_view raw;
  bool flag;
  const char first = c->peek();
  if (first == '"') {
    if (!c->String(&raw, &flag)) return false;
    if (!flag) {
      writer_->Set(row, raw);
      return true;
    }
    scratch_.clear();
    if (!c->Unescape(raw, &scratch_)) return false;
    writer_->SetString(row, scratch_);
    return true;
  }
  if (IsNumberStart(first)) {
    if (!c->Number(&raw, &flag)) return false;
    writer_->Set(row, raw);
    return true;
  }
  if (first == '{' || first == '[') {
    scratch_.clear();
    if (!AppendJsonText(c, exact_decimals_, &scratch_)) return false;
    writer_->SetString(row, scratch_);
    return true;
  }
  const char* at = c->pointer();
  if (c->Word() == 0) return false;
  writer_->Set(row, std::string_view(at, static_cast<size_t>(c->pointer() - at)));
  return true;
}

bool JsonField::ReadScalar(JsonCursor* c, int32_t row) {
  const char* at = c->pointer();
  const char first = c->peek();
  std::string_view raw;
  bool flag = false;
  if (first == '"') {
    if (!c->String(&raw, &flag)) return false;
    if (flag) {
      scratch_.clear();
      if (!c->Unescape(raw, &scratch_)) return false;
      raw = scratch_;
    }
    flag = false;
  } else if (IsNumberStart(first)) {
    if (!c->Number(&raw, &flag)) return false;
  } else if (first == '{' || first == '[') {
    return c->Fail(at, Expected());
  } else {
    if (c->Word() == 0) return false;
    raw = {at, static_cast<size_t>(c->pointer() - at)};
  }
  if (Convert(raw, first, flag, row)) return true;
  const bool base64 = root_ == TypeRoot::kBinary || root_ == TypeRoot::kVarbinary;
  if (base64 && first == '"') return c->Fail(at, Expected());
  return WrongValue(c, at, row);
}

bool JsonField::Convert(std::string_view raw, char kind, bool is_float, int32_t row) {
  const auto integer = [&](int64_t min, int64_t max, bool truncate, int64_t* v) {
    return is_float ? truncate && TruncateToLong(raw, min, max, v)
                    : text::ParseInteger(Trim(raw), min, max, v);
  };
  int64_t v;
  switch (root_) {
    case TypeRoot::kNull:
      return true;
    case TypeRoot::kBoolean:
      writer_->Set<uint8_t>(row, kind == 't' || (kind == '"' && EqualsTrue(Trim(raw))));
      return true;
    case TypeRoot::kTinyint:
      if (!integer(-128, 127, false, &v)) return false;
      writer_->Set(row, static_cast<int8_t>(v));
      return true;
    case TypeRoot::kSmallint:
      if (!integer(-32768, 32767, false, &v)) return false;
      writer_->Set(row, static_cast<int16_t>(v));
      return true;
    case TypeRoot::kInt:
    case TypeRoot::kIntervalYearMonth:
      if (!integer(std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max(), true,
                   &v)) {
        return false;
      }
      writer_->Set(row, static_cast<int32_t>(v));
      return true;
    case TypeRoot::kBigint:
    case TypeRoot::kIntervalDayTime:
      if (!integer(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), true,
                   &v)) {
        return false;
      }
      writer_->Set(row, v);
      return true;
    case TypeRoot::kFloat: {
      float f;
      if (!text::ParseFloat(raw, &f)) return false;
      writer_->Set(row, f);
      return true;
    }
    case TypeRoot::kDouble: {
      double d;
      if (!text::ParseDouble(raw, &d)) return false;
      writer_->Set(row, d);
      return true;
    }
    case TypeRoot::kDecimal: {
      if (kind == 't' || kind == 'f') return false;
      __int128 d;
      const auto r = text::ParseDecimal(Trim(raw), type_.precision(), type_.scale(), &d);
      if (r == text::DecimalResult::kMalformed) return false;
      if (r == text::DecimalResult::kOk) {
        writer_->Set(row, d);
      } else {
        writer_->SetNull(row);
      }
      return true;
    }
    case TypeRoot::kDate: {
      const auto days = text::ParseDateText(raw);
      if (!days) return false;
      writer_->Set(row, *days);
      return true;
    }
    case TypeRoot::kTime: {
      const auto millis = text::ParseTimeText(raw, false);
      if (!millis) return false;
      writer_->Set(row, *millis / 1000 * 1000);  // whole seconds, as Flink keeps
      return true;
    }
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      if (timestamps_.Parse(raw, &v) != text::TimestampResult::kOk) return false;
      writer_->Set(row, v);
      return true;
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary: {
      std::string bytes;
      if (kind != '"' || !text::DecodeBase64(raw, &bytes)) return false;
      writer_->SetString(row, bytes);
      return true;
    }
    default:
      return false;
  }
}

bool JsonField::ReadArray(JsonCursor* c, int32_t row) {
  if (c->peek() != '[') return WrongKind(c, row);
  if (writer_->IsValid(row)) writer_->Clear(row);
  if (!c->EnterLevel()) return false;
  c->Advance();
  c->SkipBlanks();
  if (!c->Literal(']')) {
    for (;;) {
      if (!children_[0]->Read(c, writer_->AddElement())) {
        writer_->EndList(row);
        return false;
      }
      c->SkipBlanks();
      if (c->Literal(']')) break;
      if (!c->Literal(',')) {
        writer_->EndList(row);
        return c->FailHere("expected ',' or ']'");
      }
      c->SkipBlanks();
    }
  }
  writer_->EndList(row);
  c->LeaveLevel();
  return true;
}

bool JsonField::ReadMap(JsonCursor* c, int32_t row) {
  if (c->peek() != '{') return WrongKind(c, row);
  if (writer_->IsValid(row)) writer_->Clear(row);
  if (!c->EnterLevel()) return false;
  c->Advance();
  c->SkipBlanks();
  // First the names and where their values stand, then the values in the map's order.
  std::vector<std::string> keys;
  std::vector<JsonCursor> values;
  std::unordered_map<std::string, size_t> seen;
  if (!c->Literal('}')) {
    for (;;) {
      std::string_view raw;
      bool escaped;
      if (c->peek() != '"') return c->FailHere("expected a field name");
      if (!c->String(&raw, &escaped)) return false;
      std::string key;
      if (!escaped) {
        key = raw;
      } else if (!c->Unescape(raw, &key)) {
        return false;
      }
      c->SkipBlanks();
      if (!c->Literal(':')) return c->FailHere("expected ':' after the field name");
      c->SkipBlanks();
      const auto [it, inserted] = seen.try_emplace(key, keys.size());
      if (inserted) {
        keys.push_back(std::move(key));
        values.push_back(*c);
      } else {
        values[it->second] = *c;
      }
      if (!c->SkipValue()) return false;
      c->SkipBlanks();
      if (c->Literal('}')) break;
      if (!c->Literal(',')) return c->FailHere("expected ',' or '}'");
      c->SkipBlanks();
    }
  }
  c->LeaveLevel();
  std::vector<uint32_t> hash_codes;
  for (const std::string& key : keys) hash_codes.push_back(data::BinaryStringHashCode(key));
  for (const int32_t i : data::OrderOfHashCodes(hash_codes)) {
    const int32_t element = writer_->AddElement();
    writer_->child(0)->SetString(element, keys[static_cast<size_t>(i)]);
    JsonCursor& value = values[static_cast<size_t>(i)];
    if (!children_[0]->Read(&value, element)) {
      writer_->EndList(row);
      return c->Fail(value.error_at(), value.expected());
    }
    FinishCount(element);
  }
  writer_->EndList(row);
  return true;
}

}  // namespace thalweg::formats::json
