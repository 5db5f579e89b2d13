#include "formats/parquet/arrow_export.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bitmap_ops.h>

#include <cstring>

#include "formats/parquet/arrow_import.h"

namespace thalweg::formats::parquet {
namespace {

using data::Column;
using data::ColumnPtr;
using data::Type;
using data::TypeRoot;

std::shared_ptr<arrow::Buffer> Borrow(const void* data, int64_t bytes) {
  return std::make_shared<arrow::Buffer>(static_cast<const uint8_t*>(data), bytes);
}

/// Bits of bytes that are 0 or not.
arrow::Result<std::shared_ptr<arrow::Buffer>> Bits(const uint8_t* bytes, int32_t size) {
  ARROW_ASSIGN_OR_RAISE(auto bits, arrow::AllocateBitmap(size));
  uint8_t* out = bits->mutable_data();
  std::memset(out, 0, static_cast<size_t>(bits->size()));
  for (int32_t i = 0; i < size; ++i) {
    out[i >> 3] = static_cast<uint8_t>(out[i >> 3] | (bytes[i] != 0 ? 1 : 0) << (i & 7));
  }
  return std::shared_ptr<arrow::Buffer>(std::move(bits));
}

using DataResult = arrow::Result<std::shared_ptr<arrow::ArrayData>>;

DataResult Export(const Column& column);

DataResult ExportStrings(const Column& c, const std::shared_ptr<arrow::DataType>& type,
                         std::shared_ptr<arrow::Buffer> validity) {
  const auto* v = c.values<std::string_view>();
  const uint8_t* valid = c.validity();
  ARROW_ASSIGN_OR_RAISE(auto offsets,
                        arrow::AllocateBuffer((static_cast<int64_t>(c.size()) + 1) * 4));
  auto* o = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int64_t total = 0;
  for (int32_t i = 0; i < c.size(); ++i) {
    o[i] = static_cast<int32_t>(total);
    if (valid == nullptr || valid[i] != 0) total += static_cast<int64_t>(v[i].size());
    if (total > INT32_MAX)
      return arrow::Status::CapacityError("more than 2 GiB of text in a batch");
  }
  o[c.size()] = static_cast<int32_t>(total);
  ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::AllocateBuffer(total));
  for (int32_t i = 0; i < c.size(); ++i) {
    const auto n = static_cast<size_t>(o[i + 1] - o[i]);
    if (n > 0) std::memcpy(bytes->mutable_data() + o[i], v[i].data(), n);
  }
  return arrow::ArrayData::Make(
      type, c.size(),
      {std::move(validity), std::shared_ptr<arrow::Buffer>(std::move(offsets)),
       std::shared_ptr<arrow::Buffer>(std::move(bytes))});
}

DataResult ExportList(const Column& c, const std::shared_ptr<arrow::DataType>& type,
                      std::shared_ptr<arrow::Buffer> validity) {
  auto offsets = Borrow(c.offsets(), (static_cast<int64_t>(c.size()) + 1) * 4);
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  if (c.type().root() == TypeRoot::kArray) {
    ARROW_ASSIGN_OR_RAISE(auto element, Export(*c.children()[0]));
    children.push_back(std::move(element));
  } else {
    const Column& keys = *c.children()[0];
    // NULL keys may only stand outside the lists.
    for (int32_t i = c.offsets()[0]; keys.validity() != nullptr && i < c.offsets()[c.size()]; ++i) {
      if (keys.validity()[i] == 0) {
        return arrow::Status::Invalid("the parquet format cannot write a MAP with a NULL key");
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto key, Export(keys));
    ARROW_ASSIGN_OR_RAISE(auto value, Export(*c.children()[1]));
    key->buffers[0] = nullptr;
    key->null_count = 0;
    const auto& entries = static_cast<const arrow::MapType&>(*type).value_type();
    children.push_back(arrow::ArrayData::Make(entries, keys.size(), {nullptr},
                                              {std::move(key), std::move(value)}, 0));
  }
  return arrow::ArrayData::Make(type, c.size(), {std::move(validity), std::move(offsets)},
                                std::move(children));
}

DataResult Export(const Column& column) {
  ColumnPtr owned;  // a decoded copy, if one is needed
  const Column* flat = &column;
  if (column.encoding() != data::Encoding::kFlat) {
    owned = data::Flatten(column.Slice(0, column.size()));
    flat = owned.get();
  }
  const Column& c = *flat;
  const auto type = ArrowTypeOf(c.type());
  const int32_t n = c.size();
  std::shared_ptr<arrow::Buffer> validity;
  if (c.validity() != nullptr) {
    ARROW_ASSIGN_OR_RAISE(validity, Bits(c.validity(), n));
  }
  std::shared_ptr<arrow::ArrayData> out;
  switch (c.physical()) {
    case data::PhysicalType::kBool: {
      ARROW_ASSIGN_OR_RAISE(auto bits, Bits(c.values<uint8_t>(), n));
      return arrow::ArrayData::Make(type, n, {std::move(validity), std::move(bits)});
    }
    case data::PhysicalType::kString:
      return ExportStrings(c, type, std::move(validity));
    case data::PhysicalType::kList: {
      ARROW_ASSIGN_OR_RAISE(out, ExportList(c, type, std::move(validity)));
      break;
    }
    case data::PhysicalType::kRow: {
      std::vector<std::shared_ptr<arrow::ArrayData>> children;
      for (const ColumnPtr& child : c.children()) {
        ARROW_ASSIGN_OR_RAISE(auto data, Export(*child));
        children.push_back(std::move(data));
      }
      out = arrow::ArrayData::Make(type, n, {std::move(validity)}, std::move(children));
      break;
    }
    default: {
      const int width = data::PhysicalWidth(c.physical());
      out = arrow::ArrayData::Make(
          type, n,
          {std::move(validity), Borrow(c.values<uint8_t>(), static_cast<int64_t>(n) * width)});
    }
  }
  if (owned != nullptr) {
    // The copy must live as long as the array that borrows from it.
    struct Keeper : arrow::Buffer {
      Keeper(const std::shared_ptr<arrow::Buffer>& b, ColumnPtr c)
          : arrow::Buffer(b->data(), b->size()), buffer(b), column(std::move(c)) {}
      std::shared_ptr<arrow::Buffer> buffer;
      ColumnPtr column;
    };
    for (auto& b : out->buffers) {
      if (b != nullptr) b = std::make_shared<Keeper>(b, owned);
    }
    for (auto& child : out->child_data) {
      for (auto& b : child->buffers) {
        if (b != nullptr) b = std::make_shared<Keeper>(b, owned);
      }
    }
  }
  return out;
}

}  // namespace

std::shared_ptr<arrow::DataType> ArrowTypeOf(const Type& type) {
  switch (type.root()) {
    case TypeRoot::kNull:
      return arrow::null();
    case TypeRoot::kBoolean:
      return arrow::boolean();
    case TypeRoot::kTinyint:
      return arrow::int8();
    case TypeRoot::kSmallint:
      return arrow::int16();
    case TypeRoot::kInt:
    case TypeRoot::kIntervalYearMonth:
      return arrow::int32();
    case TypeRoot::kBigint:
    case TypeRoot::kIntervalDayTime:
      return arrow::int64();
    case TypeRoot::kFloat:
      return arrow::float32();
    case TypeRoot::kDouble:
      return arrow::float64();
    case TypeRoot::kDecimal:
      return arrow::decimal128(type.precision(), type.scale());
    case TypeRoot::kDate:
      return arrow::date32();
    case TypeRoot::kTime:
      return arrow::time32(arrow::TimeUnit::MILLI);
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz: {
      const auto unit = type.precision() <= 3   ? arrow::TimeUnit::MILLI
                        : type.precision() <= 6 ? arrow::TimeUnit::MICRO
                                                : arrow::TimeUnit::NANO;
      return type.root() == TypeRoot::kTimestamp ? arrow::timestamp(unit)
                                                 : arrow::timestamp(unit, "UTC");
    }
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary:
      return arrow::binary();
    case TypeRoot::kArray:
      return arrow::list(arrow::field("element", ArrowTypeOf(type.child(0))));
    case TypeRoot::kMap:
      return arrow::map(ArrowTypeOf(type.child(0)), ArrowTypeOf(type.child(1)));
    case TypeRoot::kMultiset:
      return arrow::map(ArrowTypeOf(type.child(0)), arrow::int32());
    case TypeRoot::kRow: {
      arrow::FieldVector fields;
      for (const data::Field& f : type.fields()) {
        fields.push_back(arrow::field(f.name, ArrowTypeOf(f.type)));
      }
      return arrow::struct_(std::move(fields));
    }
    default:
      return arrow::utf8();
  }
}

Result<std::shared_ptr<arrow::Array>> ExportColumn(const Column& column) {
  auto exported = Export(column);
  if (!exported.ok()) {
    if (exported.status().IsInvalid()) return Status::Evaluation(exported.status().message());
    return FromArrow(exported.status());
  }
  return arrow::MakeArray(*exported);
}

}  // namespace thalweg::formats::parquet
