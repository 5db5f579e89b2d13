#include "connectors/datagen/sequence_generator.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "data/string_arena.h"

namespace thalweg::connectors {
namespace {

using data::Column;
using data::Type;
using data::TypeRoot;

class Sequence : public FieldGenerator {
 public:
  Sequence(const Type& type, int64_t start, int64_t end) : type_(type), start_(start), end_(end) {
    if (type.is_decimal()) {
      for (int i = 0; i < type.scale(); ++i) decimal_one_ *= 10;
    }
  }

  std::optional<uint64_t> length() const override {
    return static_cast<uint64_t>(end_) - static_cast<uint64_t>(start_) + 1;
  }

  data::ColumnPtr Make(std::span<const uint64_t> rows, CounterRandom,
                       const GeneratorClock&) const override {
    auto column = Column::Make(type_, static_cast<int32_t>(rows.size()));
    switch (column->physical()) {
      case data::PhysicalType::kInt8:
        Fill<int8_t>(rows, column.get());
        break;
      case data::PhysicalType::kInt16:
        Fill<int16_t>(rows, column.get());
        break;
      case data::PhysicalType::kInt32:
        Fill<int32_t>(rows, column.get());
        break;
      case data::PhysicalType::kInt64:
        Fill<int64_t>(rows, column.get());
        break;
      case data::PhysicalType::kFloat:
        Fill<float>(rows, column.get());
        break;
      case data::PhysicalType::kDouble:
        Fill<double>(rows, column.get());
        break;
      case data::PhysicalType::kInt128:
        Fill<__int128>(rows, column.get());
        break;
      default:
        FillText(rows, column.get());
    }
    return column;
  }

 private:
  int64_t Value(uint64_t row) const {
    return static_cast<int64_t>(static_cast<uint64_t>(start_) + row);
  }

  template <typename T>
  void Fill(std::span<const uint64_t> rows, Column* column) const {
    T* out = column->mutable_values<T>();
    for (size_t i = 0; i < rows.size(); ++i) {
      out[i] = static_cast<T>(Value(rows[i])) * static_cast<T>(decimal_one_);
    }
  }

  void FillText(std::span<const uint64_t> rows, Column* column) const {
    auto* out = column->mutable_values<std::string_view>();
    data::StringArena arena;
    char text[24];
    for (size_t i = 0; i < rows.size(); ++i) {
      const char* end = std::to_chars(text, text + sizeof(text), Value(rows[i])).ptr;
      out[i] = arena.Add({text, static_cast<size_t>(end - text)});
    }
    arena.AttachTo(column);
  }

  const Type type_;
  const int64_t start_, end_;
  __int128 decimal_one_ = 1;
};

/// The values that fit: {min, max} of the type.
std::optional<std::pair<int64_t, int64_t>> Limits(const Type& type) {
  const auto of = [](auto zero) {
    using T = decltype(zero);
    return std::pair<int64_t, int64_t>(std::numeric_limits<T>::min(),
                                       std::numeric_limits<T>::max());
  };
  switch (type.root()) {
    case TypeRoot::kTinyint:
      return of(int8_t{});
    case TypeRoot::kSmallint:
      return of(int16_t{});
    case TypeRoot::kInt:
    case TypeRoot::kFloat:
    case TypeRoot::kDouble:
      return of(int32_t{});
    case TypeRoot::kBigint:
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
      return of(int64_t{});
    case TypeRoot::kDecimal: {
      int64_t largest = 0;
      for (int i = 0; i < std::min(18, type.precision() - type.scale()); ++i) {
        largest = largest * 10 + 9;
      }
      return std::pair(-largest, largest);
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<std::unique_ptr<FieldGenerator>> MakeSequenceGenerator(const OptionReader& options,
                                                              const std::string& path,
                                                              const data::Type& type,
                                                              std::set<std::string>* known) {
  const auto limits = Limits(type);
  if (!limits) {
    return Status::InvalidSql(
        fmt::format("datagen field '{}': a sequence of {} does not exist", path, type.ToSummary()));
  }
  int64_t bounds[2];
  const char* const names[2] = {"start", "end"};
  for (int i = 0; i < 2; ++i) {
    const std::string key = fmt::format("fields.{}.{}", path, names[i]);
    known->insert(key);
    TW_RETURN_IF_ERROR(options.Required(key).status());
    TW_ASSIGN_OR_RETURN(bounds[i], options.Int(key, 0));
    if (bounds[i] < limits->first || bounds[i] > limits->second) {
      return options.Error(
          key, fmt::format("{} is out of the range of {}", bounds[i], type.ToSummary()));
    }
  }
  if (bounds[0] > bounds[1]) {
    return options.Error(fmt::format("fields.{}.start", path),
                         fmt::format("{} is above the end, {}", bounds[0], bounds[1]));
  }
  return {std::make_unique<Sequence>(type, bounds[0], bounds[1])};
}

}  // namespace thalweg::connectors
