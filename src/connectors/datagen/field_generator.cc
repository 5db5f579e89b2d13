#include "connectors/datagen/field_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "connectors/datagen/nested_generator.h"
#include "connectors/datagen/sequence_generator.h"
#include "data/civil_time.h"
#include "data/string_arena.h"

namespace thalweg::connectors {
namespace {

using data::Column;
using data::ColumnPtr;
using data::Type;
using data::TypeRoot;

/// Random streams of one field.
enum : uint64_t { kValues = 0, kNulls = 1, kLengths = 2 };

constexpr int64_t kDefaultTextLength = 100;

class RandomField : public FieldGenerator {
 public:
  RandomField(const Type& type, double null_rate) : type_(type), null_rate_(null_rate) {}

  ColumnPtr Make(std::span<const uint64_t> rows, CounterRandom random,
                 const GeneratorClock& clock) const final {
    auto column = Column::Make(type_, static_cast<int32_t>(rows.size()));
    Fill(rows, random, clock, column.get());
    if (null_rate_ > 0) {
      const CounterRandom nulls = random.Stream(kNulls);
      uint8_t* validity = column->MutableValidity();
      for (size_t i = 0; i < rows.size(); ++i) validity[i] = nulls.Unit(rows[i]) >= null_rate_;
    }
    return column;
  }

 protected:
  virtual void Fill(std::span<const uint64_t> rows, CounterRandom random,
                    const GeneratorClock& clock, Column* column) const = 0;

  const Type type_;

 private:
  const double null_rate_;
};

template <typename T>
class RandomInteger : public RandomField {
 public:
  RandomInteger(const Type& type, double null_rate, int64_t min, int64_t max)
      : RandomField(type, null_rate), min_(static_cast<uint64_t>(min)) {
    range_ = static_cast<uint64_t>(max) - min_;
  }

 protected:
  void Fill(std::span<const uint64_t> rows, CounterRandom random, const GeneratorClock&,
            Column* column) const override {
    const CounterRandom values = random.Stream(kValues);
    T* out = column->mutable_values<T>();
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint64_t r = values.At(rows[i]);
      // A range of 2^64 values needs no scaling.
      out[i] =
          static_cast<T>(min_ + (range_ == UINT64_MAX ? r : CounterRandom::Scale(r, range_ + 1)));
    }
  }

 private:
  const uint64_t min_;
  uint64_t range_;
};

class RandomBoolean : public RandomField {
 public:
  using RandomField::RandomField;

 protected:
  void Fill(std::span<const uint64_t> rows, CounterRandom random, const GeneratorClock&,
            Column* column) const override {
    const CounterRandom values = random.Stream(kValues);
    auto* out = column->mutable_values<uint8_t>();
    for (size_t i = 0; i < rows.size(); ++i) out[i] = values.At(rows[i]) >> 63;
  }
};

template <typename T>
class RandomFloating : public RandomField {
 public:
  RandomFloating(const Type& type, double null_rate, double min, double max)
      : RandomField(type, null_rate), min_(min), max_(max) {}

 protected:
  void Fill(std::span<const uint64_t> rows, CounterRandom random, const GeneratorClock&,
            Column* column) const override {
    const CounterRandom values = random.Stream(kValues);
    T* out = column->mutable_values<T>();
    for (size_t i = 0; i < rows.size(); ++i) {
      const double u = values.Unit(rows[i]);
      out[i] = static_cast<T>(min_ * (1 - u) + max_ * u);
    }
  }

 private:
  const double min_, max_;
};

class RandomDecimal : public RandomField {
 public:
  RandomDecimal(const Type& type, double null_rate, double min, double max)
      : RandomField(type, null_rate), scale_(std::pow(10.0L, type.scale())) {
    limit_ = 1;
    for (int i = 0; i < type.precision(); ++i) limit_ *= 10;
    limit_ -= 1;
    const double largest =
        std::pow(10.0, type.precision() - type.scale()) - std::pow(10.0, -type.scale());
    min_ = std::max(-largest, min);
    max_ = std::min(largest, max);
  }

 protected:
  void Fill(std::span<const uint64_t> rows, CounterRandom random, const GeneratorClock&,
            Column* column) const override {
    const CounterRandom values = random.Stream(kValues);
    auto* out = column->mutable_values<__int128>();
    for (size_t i = 0; i < rows.size(); ++i) {
      const double u = values.Unit(rows[i]);
      const long double v = min_ * (1 - u) + max_ * u;
      out[i] = std::clamp(static_cast<__int128>(v * scale_), -limit_, limit_);
    }
  }

 private:
  const long double scale_;
  long double min_, max_;
  __int128 limit_;
};

/// CHAR and VARCHAR: hexadecimal digits; BINARY and VARBINARY: any bytes.
class RandomText : public RandomField {
 public:
  RandomText(const Type& type, double null_rate, int64_t length, bool variable)
      : RandomField(type, null_rate), length_(length), variable_(variable) {}

 protected:
  void Fill(std::span<const uint64_t> rows, CounterRandom random, const GeneratorClock&,
            Column* column) const override {
    const CounterRandom lengths = random.Stream(kLengths);
    const CounterRandom values = random.Stream(kValues);
    auto* out = column->mutable_values<std::string_view>();
    const bool hex = type_.is_character();
    data::StringArena arena;
    for (size_t i = 0; i < rows.size(); ++i) {
      const int64_t length =
          variable_ && length_ > 1
              ? 1 + static_cast<int64_t>(lengths.Below(rows[i], static_cast<uint64_t>(length_ - 1)))
              : length_;
      char* text = arena.Allocate(static_cast<size_t>(length));
      FillText(values.Stream(rows[i]), hex, text, length);
      out[i] = {text, static_cast<size_t>(length)};
    }
    arena.AttachTo(column);
  }

 private:
  static void FillText(CounterRandom random, bool hex, char* text, int64_t length) {
    uint64_t bits = 0;
    const int per_number = hex ? 16 : 8;
    for (int64_t k = 0; k < length; ++k) {
      if (k % per_number == 0) bits = random.At(static_cast<uint64_t>(k / per_number));
      text[k] = hex ? "0123456789abcdef"[bits & 15] : static_cast<char>(bits);
      bits >>= hex ? 4 : 8;
    }
  }

  const int64_t length_;
  const bool variable_;
};

/// Now, or up to max-past before it.
class PastTimestamp : public RandomField {
 public:
  PastTimestamp(const Type& type, double null_rate, int64_t max_past_ms)
      : RandomField(type, null_rate), max_past_ms_(max_past_ms) {}

 protected:
  void Fill(std::span<const uint64_t> rows, CounterRandom random, const GeneratorClock& clock,
            Column* column) const override {
    const CounterRandom values = random.Stream(kValues);
    const int64_t units_per_ms = data::TimestampUnitsPerSecond(type_.precision()) / 1000;
    auto* out = column->mutable_values<int64_t>();
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint64_t past =
          max_past_ms_ > 0 ? values.Below(rows[i], static_cast<uint64_t>(max_past_ms_) + 1) : 0;
      out[i] = (clock.now_ms - static_cast<int64_t>(past)) * units_per_ms;
    }
  }

 private:
  const int64_t max_past_ms_;
};

/// DATE and TIME: the session's today and now.
class CurrentDateOrTime : public RandomField {
 public:
  explicit CurrentDateOrTime(const Type& type) : RandomField(type, 0) {}

 protected:
  void Fill(std::span<const uint64_t> rows, CounterRandom, const GeneratorClock& clock,
            Column* column) const override {
    const int64_t local = clock.now_ms + int64_t{clock.zone_offset_seconds} * 1000;
    const int64_t value = type_.root() == TypeRoot::kDate
                              ? data::FloorDiv(local, data::kMillisPerDay)
                              : data::FloorMod(local, data::kMillisPerDay);
    std::fill_n(column->mutable_values<int32_t>(), rows.size(), static_cast<int32_t>(value));
  }
};

/// Reads the options of one random field and remembers their names.
struct Reader {
  const OptionReader& options;
  const std::string prefix;
  std::set<std::string>* known;

  std::string Key(std::string_view name) const {
    std::string key = prefix + std::string(name);
    known->insert(key);
    return key;
  }
  Result<double> NullRate() const {
    const std::string key = Key("null-rate");
    TW_ASSIGN_OR_RETURN(const double rate, options.Double(key, 0));
    if (rate < 0 || rate > 1) return options.Error(key, "must be between 0 and 1");
    return rate;
  }
  template <typename T>
  Result<std::unique_ptr<FieldGenerator>> Integer(const Type& type, int64_t min,
                                                  int64_t max) const {
    const std::string min_key = Key("min"), max_key = Key("max");
    TW_ASSIGN_OR_RETURN(const int64_t low, options.Int(min_key, min));
    TW_ASSIGN_OR_RETURN(const int64_t high, options.Int(max_key, max));
    for (const auto& [key, v] : {std::pair(&min_key, low), std::pair(&max_key, high)}) {
      if (v < std::numeric_limits<T>::min() || v > std::numeric_limits<T>::max()) {
        return options.Error(*key, fmt::format("{} is no {}", v, type.ToSummary()));
      }
    }
    if (low > high)
      return options.Error(min_key, fmt::format("{} is above the max, {}", low, high));
    TW_ASSIGN_OR_RETURN(const double null_rate, NullRate());
    return {std::make_unique<RandomInteger<T>>(type, null_rate, low, high)};
  }
  template <typename Generator>
  Result<std::unique_ptr<FieldGenerator>> Floating(const Type& type, double min, double max) const {
    const std::string min_key = Key("min");
    TW_ASSIGN_OR_RETURN(const double low, options.Double(min_key, min));
    TW_ASSIGN_OR_RETURN(const double high, options.Double(Key("max"), max));
    if (low > high)
      return options.Error(min_key, fmt::format("{} is above the max, {}", low, high));
    TW_ASSIGN_OR_RETURN(const double null_rate, NullRate());
    return {std::make_unique<Generator>(type, null_rate, low, high)};
  }
  Result<std::unique_ptr<FieldGenerator>> Text(const Type& type) const {
    const bool fixed = type.root() == TypeRoot::kChar || type.root() == TypeRoot::kBinary;
    TW_ASSIGN_OR_RETURN(const double null_rate, NullRate());
    const std::string key = Key("length");
    if (fixed) {
      if (options.Has(key)) {
        return options.Error(key, "a CHAR or BINARY field has the length of its type");
      }
      return {std::make_unique<RandomText>(type, null_rate, type.length(), false)};
    }
    const int64_t whole = type.length() == Type::kMaxLength ? kDefaultTextLength : type.length();
    TW_ASSIGN_OR_RETURN(const int64_t length, options.Int(key, whole));
    if (length < 1 || length > type.length()) {
      return options.Error(
          key, fmt::format("{} is not between 1 and the type's {}", length, type.length()));
    }
    TW_ASSIGN_OR_RETURN(const bool variable, options.Bool(Key("var-len"), false));
    return {std::make_unique<RandomText>(type, null_rate, length, variable)};
  }
  Result<std::unique_ptr<FieldGenerator>> Timestamp(const Type& type) const {
    TW_ASSIGN_OR_RETURN(const int64_t past_ms, options.DurationMs(Key("max-past"), 0));
    TW_ASSIGN_OR_RETURN(const double null_rate, NullRate());
    return {std::make_unique<PastTimestamp>(type, null_rate, past_ms)};
  }
};

template <typename T>
constexpr int64_t kMin = std::numeric_limits<T>::min();
template <typename T>
constexpr int64_t kMax = std::numeric_limits<T>::max();

Result<std::unique_ptr<FieldGenerator>> MakeRandom(const OptionReader& options,
                                                   const std::string& path, const Type& type,
                                                   std::set<std::string>* known) {
  const Reader reader{options, fmt::format("fields.{}.", path), known};
  switch (type.root()) {
    case TypeRoot::kBoolean: {
      TW_ASSIGN_OR_RETURN(const double null_rate, reader.NullRate());
      return {std::make_unique<RandomBoolean>(type, null_rate)};
    }
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary:
      return reader.Text(type);
    case TypeRoot::kTinyint:
      return reader.Integer<int8_t>(type, kMin<int8_t>, kMax<int8_t>);
    case TypeRoot::kSmallint:
      return reader.Integer<int16_t>(type, kMin<int16_t>, kMax<int16_t>);
    case TypeRoot::kInt:
      return reader.Integer<int32_t>(type, kMin<int32_t>, kMax<int32_t>);
    case TypeRoot::kIntervalYearMonth:
      return reader.Integer<int32_t>(type, 0, 120000);
    case TypeRoot::kBigint:
    case TypeRoot::kIntervalDayTime:
      return reader.Integer<int64_t>(type, kMin<int64_t>, kMax<int64_t>);
    // Java's MIN_VALUE of floating types is the smallest positive number.
    case TypeRoot::kFloat:
      return reader.Floating<RandomFloating<float>>(type, std::numeric_limits<float>::denorm_min(),
                                                    std::numeric_limits<float>::max());
    case TypeRoot::kDouble:
      return reader.Floating<RandomFloating<double>>(
          type, std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max());
    case TypeRoot::kDecimal:
      return reader.Floating<RandomDecimal>(type, std::numeric_limits<double>::denorm_min(),
                                            std::numeric_limits<double>::max());
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      return reader.Timestamp(type);
    case TypeRoot::kDate:
    case TypeRoot::kTime:
      return {std::make_unique<CurrentDateOrTime>(type)};
    case TypeRoot::kArray:
    case TypeRoot::kMap:
    case TypeRoot::kMultiset:
    case TypeRoot::kRow: {
      TW_ASSIGN_OR_RETURN(const double null_rate, reader.NullRate());
      return MakeNestedGenerator(options, path, type, null_rate, known);
    }
    case TypeRoot::kNull:
      break;
  }
  return Status::NotSupported(fmt::format("datagen field '{}' of type {}", path, type.ToSummary()));
}

}  // namespace

Result<std::unique_ptr<FieldGenerator>> MakeFieldGenerator(const OptionReader& options,
                                                           const std::string& path,
                                                           const data::Type& type, bool nested,
                                                           std::set<std::string>* known) {
  if (nested) return MakeRandom(options, path, type, known);
  const std::string kind_key = fmt::format("fields.{}.kind", path);
  known->insert(kind_key);
  const std::string kind = options.String(kind_key, "random");
  if (kind == "random") return MakeRandom(options, path, type, known);
  if (kind == "sequence") return MakeSequenceGenerator(options, path, type, known);
  return options.Error(kind_key, fmt::format("'{}' is neither 'random' nor 'sequence'", kind));
}

}  // namespace thalweg::connectors
