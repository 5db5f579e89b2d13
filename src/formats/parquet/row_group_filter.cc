#include "formats/parquet/row_group_filter.h"

#include <parquet/metadata.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <cmath>
#include <optional>
#include <string>

namespace thalweg::formats::parquet {
namespace {

using Op = ColumnPredicate::Op;
using data::TypeRoot;

/// Whether `column op literal` is false for every column value in [low, high].
template <typename T>
bool NeverTrue(Op op, const T& low, const T& high, const T& literal) {
  switch (op) {
    case Op::kEq:
      return literal < low || high < literal;
    case Op::kLt:
      return !(low < literal);
    case Op::kLe:
      return literal < low;
    case Op::kGt:
      return !(literal < high);
    case Op::kGe:
      return high < literal;
  }
  return false;
}

/// The literal as an integer in the chunk's units: whole numbers, dates, and timestamps where the
/// file's unit is no coarser.
std::optional<int64_t> IntegerLiteral(const ColumnPredicate& p,
                                      const ::parquet::ColumnDescriptor& column) {
  const data::Column& c = *p.literal;
  switch (c.type().root()) {
    case TypeRoot::kTinyint:
      return c.At<int8_t>(0);
    case TypeRoot::kSmallint:
      return c.At<int16_t>(0);
    case TypeRoot::kInt:
      return c.At<int32_t>(0);
    case TypeRoot::kBigint:
      return c.At<int64_t>(0);
    case TypeRoot::kDate:
      return column.logical_type()->is_date() ? std::optional<int64_t>(c.At<int32_t>(0))
                                              : std::nullopt;
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz: {
      if (!column.logical_type()->is_timestamp()) return std::nullopt;
      const auto unit =
          static_cast<const ::parquet::TimestampLogicalType&>(*column.logical_type()).time_unit();
      const int64_t per_second = unit == ::parquet::LogicalType::TimeUnit::MILLIS   ? 1000
                                 : unit == ::parquet::LogicalType::TimeUnit::MICROS ? 1000000
                                                                                    : 1000000000;
      const int64_t ours = data::TimestampUnitsPerSecond(c.type().precision());
      // A finer file value is cut to our unit when read: only the same unit compares alike.
      if (per_second != ours) return std::nullopt;
      return c.At<int64_t>(0);
    }
    default:
      return std::nullopt;
  }
}

template <typename Statistics, typename T>
bool NeverTrue(const ::parquet::Statistics& statistics, Op op, const T& literal) {
  const auto& s = static_cast<const Statistics&>(statistics);
  return NeverTrue<T>(op, static_cast<T>(s.min()), static_cast<T>(s.max()), literal);
}

bool NeverTrue(const ::parquet::Statistics& s, const ::parquet::ColumnDescriptor& column,
               const ColumnPredicate& p) {
  const data::Type& type = p.literal->type();
  const bool is_unsigned =
      column.logical_type()->is_int() &&
      !static_cast<const ::parquet::IntLogicalType&>(*column.logical_type()).is_signed();
  switch (column.physical_type()) {
    case ::parquet::Type::INT32:
    case ::parquet::Type::INT64: {
      if (is_unsigned || column.logical_type()->is_decimal()) return false;
      const auto v = IntegerLiteral(p, column);
      if (!v) return false;
      return column.physical_type() == ::parquet::Type::INT32
                 ? NeverTrue<::parquet::Int32Statistics, int64_t>(s, p.op, *v)
                 : NeverTrue<::parquet::Int64Statistics, int64_t>(s, p.op, *v);
    }
    case ::parquet::Type::DOUBLE: {
      if (type.root() != TypeRoot::kDouble) return false;
      const double v = p.literal->At<double>(0);
      return !std::isnan(v) && NeverTrue<::parquet::DoubleStatistics, double>(s, p.op, v);
    }
    case ::parquet::Type::FLOAT: {
      if (type.root() != TypeRoot::kFloat) return false;
      const float v = p.literal->At<float>(0);
      return !std::isnan(v) && NeverTrue<::parquet::FloatStatistics, float>(s, p.op, v);
    }
    case ::parquet::Type::BYTE_ARRAY: {
      if (!type.is_character() || !column.logical_type()->is_string()) return false;
      const auto& b = static_cast<const ::parquet::ByteArrayStatistics&>(s);
      const auto view = [](const ::parquet::ByteArray& a) {
        return std::string_view(reinterpret_cast<const char*>(a.ptr), a.len);
      };
      return NeverTrue<std::string_view>(p.op, view(b.min()), view(b.max()),
                                         p.literal->At<std::string_view>(0));
    }
    default:
      return false;
  }
}

}  // namespace

bool CanSkipRowGroup(const ::parquet::FileMetaData& metadata, int row_group,
                     std::span<const ColumnPredicate> predicates) {
  const auto group = metadata.RowGroup(row_group);
  for (const ColumnPredicate& p : predicates) {
    const int c = metadata.schema()->ColumnIndex(p.column);
    // Only a top-level column has its own name as its path; inside lists a value is no row.
    if (c < 0 || metadata.schema()->Column(c)->max_repetition_level() > 0) continue;
    const auto chunk = group->ColumnChunk(c);
    const auto statistics = chunk->is_stats_set() ? chunk->statistics() : nullptr;
    if (statistics == nullptr || !statistics->HasMinMax()) continue;
    if (NeverTrue(*statistics, *metadata.schema()->Column(c), p)) return true;
  }
  return false;
}

}  // namespace thalweg::formats::parquet
