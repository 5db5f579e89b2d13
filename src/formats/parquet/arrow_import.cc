#include "formats/parquet/arrow_import.h"

#include <arrow/array.h>
#include <arrow/status.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "data/civil_time.h"
#include "data/type.h"

namespace thalweg::formats::parquet {
namespace {

using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::Type;
using data::TypeRoot;

Status Mismatch(const std::string& name, const arrow::Array& array, const Type& type) {
  return Status::BadData(fmt::format("column '{}' of the file is {}, which cannot be read as {}",
                                     name, array.type()->ToString(), type.ToSummary()));
}

/// Marks the NULL rows of `array`.
void ImportValidity(const arrow::Array& array, Column* column) {
  if (array.null_count() == 0) return;
  uint8_t* v = column->MutableValidity();
  const uint8_t* bits = array.null_bitmap_data();
  if (bits == nullptr) return;
  const int64_t offset = array.offset();
  for (int64_t i = 0; i < array.length(); ++i) {
    const int64_t b = offset + i;
    v[i] = bits[b >> 3] >> (b & 7) & 1;
  }
}

data::BufferPtr Wrap(const std::shared_ptr<arrow::Buffer>& buffer) {
  return Buffer::Wrap(buffer->data(), buffer->size(), buffer);
}

template <typename To, typename From>
void CopyValues(const arrow::Array& array, Column* out) {
  const From* from = array.data()->GetValues<From>(1);
  To* to = out->mutable_values<To>();
  for (int64_t i = 0; i < array.length(); ++i) to[i] = static_cast<To>(from[i]);
}

/// Integers of any width that ours can hold.
template <typename To>
bool ImportInteger(const arrow::Array& array, Column* out) {
  switch (array.type_id()) {
    case arrow::Type::INT8:
      CopyValues<To, int8_t>(array, out);
      return true;
    case arrow::Type::UINT8:
      if (sizeof(To) < 2) return false;
      CopyValues<To, uint8_t>(array, out);
      return true;
    case arrow::Type::INT16:
      if (sizeof(To) < 2) return false;
      CopyValues<To, int16_t>(array, out);
      return true;
    case arrow::Type::UINT16:
      if (sizeof(To) < 4) return false;
      CopyValues<To, uint16_t>(array, out);
      return true;
    case arrow::Type::INT32:
      // Flink stores TINYINT and SMALLINT as INT32; an unannotated file means the same.
      CopyValues<To, int32_t>(array, out);
      return true;
    case arrow::Type::UINT32:
      if (sizeof(To) < 8) return false;
      CopyValues<To, uint32_t>(array, out);
      return true;
    case arrow::Type::INT64:
      if (sizeof(To) < 8) return false;
      CopyValues<To, int64_t>(array, out);
      return true;
    default:
      return false;
  }
}

Status ImportTimestamp(const std::string& name, const arrow::Array& array, const Type& type,
                       Column* out) {
  if (array.type_id() != arrow::Type::TIMESTAMP) return Mismatch(name, array, type);
  static constexpr int64_t kPerSecond[] = {1, 1000, 1000000, 1000000000};
  const auto unit = static_cast<const arrow::TimestampType&>(*array.type()).unit();
  const int64_t from = kPerSecond[static_cast<int>(unit)];
  const int64_t to = data::TimestampUnitsPerSecond(type.precision());
  const int64_t* in = array.data()->GetValues<int64_t>(1);
  auto* v = out->mutable_values<int64_t>();
  if (from == to) {
    std::memcpy(v, in, static_cast<size_t>(array.length()) * 8);
  } else if (from > to) {
    const int64_t divisor = from / to;
    for (int64_t i = 0; i < array.length(); ++i) v[i] = data::FloorDiv(in[i], divisor);
  } else {
    const int64_t factor = to / from;
    for (int64_t i = 0; i < array.length(); ++i) {
      if (array.IsNull(i)) {
        v[i] = 0;
      } else if (__builtin_mul_overflow(in[i], factor, &v[i])) {
        return Status::BadData(fmt::format(
            "column '{}': a timestamp outside the years that {} holds", name, type.ToSummary()));
      }
    }
  }
  return Status::OK();
}

Status ImportTime(const std::string& name, const arrow::Array& array, const Type& type,
                  Column* out) {
  auto* v = out->mutable_values<int32_t>();
  if (array.type_id() == arrow::Type::TIME32) {
    const int32_t factor =
        static_cast<const arrow::Time32Type&>(*array.type()).unit() == arrow::TimeUnit::SECOND
            ? 1000
            : 1;
    const int32_t* in = array.data()->GetValues<int32_t>(1);
    for (int64_t i = 0; i < array.length(); ++i) v[i] = in[i] * factor;
    return Status::OK();
  }
  if (array.type_id() == arrow::Type::TIME64) {
    const int64_t divisor =
        static_cast<const arrow::Time64Type&>(*array.type()).unit() == arrow::TimeUnit::MICRO
            ? 1000
            : 1000000;
    const int64_t* in = array.data()->GetValues<int64_t>(1);
    for (int64_t i = 0; i < array.length(); ++i) v[i] = static_cast<int32_t>(in[i] / divisor);
    return Status::OK();
  }
  return Mismatch(name, array, type);
}

Status ImportDecimal(const std::string& name, const arrow::Array& array, const Type& type,
                     Column* out) {
  if (array.type_id() != arrow::Type::DECIMAL128) return Mismatch(name, array, type);
  const auto& decimal = static_cast<const arrow::Decimal128Type&>(*array.type());
  // Never loses digits: the table's type must have room for the file's.
  if (decimal.scale() > type.scale() ||
      decimal.precision() - decimal.scale() > type.precision() - type.scale()) {
    return Mismatch(name, array, type);
  }
  __int128 factor = 1;
  for (int i = decimal.scale(); i < type.scale(); ++i) factor *= 10;
  const uint8_t* in = array.data()->buffers[1]->data() + array.offset() * 16;
  auto* v = out->mutable_values<__int128>();
  for (int64_t i = 0; i < array.length(); ++i) {
    __int128 value;
    std::memcpy(&value, in + i * 16, 16);
    v[i] = array.IsNull(i) ? 0 : value * factor;
  }
  return Status::OK();
}

template <typename Offset>
void ImportViews(const arrow::Array& array, Column* out) {
  const Offset* offsets = array.data()->GetValues<Offset>(1);
  const auto& bytes = array.data()->buffers[2];
  auto* v = out->mutable_values<std::string_view>();
  if (bytes == nullptr) {
    for (int64_t i = 0; i < array.length(); ++i) v[i] = {};
    return;
  }
  const char* base = reinterpret_cast<const char*>(bytes->data());
  for (int64_t i = 0; i < array.length(); ++i) {
    v[i] = {base + offsets[i], static_cast<size_t>(offsets[i + 1] - offsets[i])};
  }
  out->AddOwner(Wrap(bytes));
}

Status ImportString(const std::string& name, const arrow::Array& array, const Type& type,
                    Column* out) {
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      ImportViews<int32_t>(array, out);
      return Status::OK();
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      ImportViews<int64_t>(array, out);
      return Status::OK();
    case arrow::Type::FIXED_SIZE_BINARY: {
      if (type.is_character()) return Mismatch(name, array, type);
      const auto& fixed = static_cast<const arrow::FixedSizeBinaryArray&>(array);
      const auto width = static_cast<size_t>(fixed.byte_width());
      auto* v = out->mutable_values<std::string_view>();
      for (int64_t i = 0; i < array.length(); ++i) {
        v[i] = {reinterpret_cast<const char*>(fixed.GetValue(i)), width};
      }
      out->AddOwner(Wrap(array.data()->buffers[1]));
      return Status::OK();
    }
    default:
      return Mismatch(name, array, type);
  }
}

Result<ColumnPtr> ImportList(const std::string& name, const arrow::Array& array, const Type& type) {
  const bool list = array.type_id() == arrow::Type::LIST && type.root() == TypeRoot::kArray;
  const bool map = array.type_id() == arrow::Type::MAP && type.root() != TypeRoot::kArray;
  if (!list && !map) return Mismatch(name, array, type);
  const auto& lists = static_cast<const arrow::ListArray&>(array);
  const auto size = static_cast<int32_t>(array.length());
  // Children are imported from the first element used to the last one.
  const int32_t first = size == 0 ? 0 : lists.value_offset(0);
  const int32_t last = size == 0 ? 0 : lists.value_offset(size);
  auto offsets = Buffer::Allocate((static_cast<int64_t>(size) + 1) * 4);
  auto* to = offsets->as<int32_t>();
  for (int32_t i = 0; i <= size; ++i) to[i] = (size == 0 ? 0 : lists.value_offset(i)) - first;
  std::vector<ColumnPtr> children;
  if (list) {
    TW_ASSIGN_OR_RETURN(auto element, ImportArray(name, *lists.values()->Slice(first, last - first),
                                                  type.child(0)));
    children.push_back(std::move(element));
  } else {
    const auto& maps = static_cast<const arrow::MapArray&>(array);
    TW_ASSIGN_OR_RETURN(auto key,
                        ImportArray(name, *maps.keys()->Slice(first, last - first), type.child(0)));
    const Type value_type = type.root() == TypeRoot::kMap ? type.child(1) : Type::Int();
    TW_ASSIGN_OR_RETURN(auto value,
                        ImportArray(name, *maps.items()->Slice(first, last - first), value_type));
    children = {std::move(key), std::move(value)};
  }
  auto out = Column::MakeList(type, size, std::move(offsets), std::move(children));
  ImportValidity(array, out.get());
  return ColumnPtr(std::move(out));
}

Result<ColumnPtr> ImportRow(const std::string& name, const arrow::Array& array, const Type& type) {
  if (array.type_id() != arrow::Type::STRUCT) return Mismatch(name, array, type);
  const auto& rows = static_cast<const arrow::StructArray&>(array);
  const auto size = static_cast<int32_t>(array.length());
  std::vector<ColumnPtr> children;
  for (const data::Field& f : type.fields()) {
    const auto field = rows.GetFieldByName(f.name);
    if (field == nullptr) {
      children.push_back(data::Flatten(Column::MakeNull(f.type, size)));
      continue;
    }
    TW_ASSIGN_OR_RETURN(auto child, ImportArray(name + "." + f.name, *field, f.type));
    children.push_back(std::move(child));
  }
  auto out = Column::MakeRow(type, size, std::move(children));
  ImportValidity(array, out.get());
  return ColumnPtr(std::move(out));
}

}  // namespace

Status FromArrow(const arrow::Status& s) {
  if (s.ok()) return Status::OK();
  if (s.IsOutOfMemory()) return Status::ResourceExhausted(s.message());
  if (s.IsNotImplemented()) return Status::NotSupported(s.message());
  return Status::BadData(s.message());
}

Result<ColumnPtr> ImportArray(const std::string& name, const arrow::Array& array,
                              const Type& declared) {
  const Type type = declared.WithNullable(true);
  const auto size = static_cast<int32_t>(array.length());
  if (array.type_id() == arrow::Type::NA) return data::Flatten(Column::MakeNull(type, size));
  if (type.root() == TypeRoot::kRow) return ImportRow(name, array, type);
  if (data::PhysicalTypeOf(type) == data::PhysicalType::kList) return ImportList(name, array, type);
  auto out = Column::Make(type, size);
  bool fits = true;
  switch (type.root()) {
    case TypeRoot::kBoolean: {
      if (array.type_id() != arrow::Type::BOOL) return Mismatch(name, array, type);
      const auto& bools = static_cast<const arrow::BooleanArray&>(array);
      auto* v = out->mutable_values<uint8_t>();
      for (int32_t i = 0; i < size; ++i) v[i] = bools.Value(i);
      break;
    }
    case TypeRoot::kTinyint:
      fits = ImportInteger<int8_t>(array, out.get());
      break;
    case TypeRoot::kSmallint:
      fits = ImportInteger<int16_t>(array, out.get());
      break;
    case TypeRoot::kInt:
    case TypeRoot::kIntervalYearMonth:
      fits = ImportInteger<int32_t>(array, out.get());
      break;
    case TypeRoot::kBigint:
    case TypeRoot::kIntervalDayTime:
      fits = ImportInteger<int64_t>(array, out.get());
      break;
    case TypeRoot::kFloat:
      fits = array.type_id() == arrow::Type::FLOAT;
      if (fits) CopyValues<float, float>(array, out.get());
      break;
    case TypeRoot::kDouble:
      if (array.type_id() == arrow::Type::DOUBLE) {
        CopyValues<double, double>(array, out.get());
      } else {
        fits = array.type_id() == arrow::Type::FLOAT;
        if (fits) CopyValues<double, float>(array, out.get());
      }
      break;
    case TypeRoot::kDate:
      fits = array.type_id() == arrow::Type::DATE32;
      if (fits) CopyValues<int32_t, int32_t>(array, out.get());
      break;
    case TypeRoot::kTime:
      TW_RETURN_IF_ERROR(ImportTime(name, array, type, out.get()));
      break;
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      TW_RETURN_IF_ERROR(ImportTimestamp(name, array, type, out.get()));
      break;
    case TypeRoot::kDecimal:
      TW_RETURN_IF_ERROR(ImportDecimal(name, array, type, out.get()));
      break;
    default:
      TW_RETURN_IF_ERROR(ImportString(name, array, type, out.get()));
  }
  if (!fits) return Mismatch(name, array, type);
  ImportValidity(array, out.get());
  return ColumnPtr(std::move(out));
}

}  // namespace thalweg::formats::parquet
