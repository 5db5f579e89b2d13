#include "connectors/datagen/nested_generator.h"

#include <fmt/format.h>

#include <unordered_set>
#include <vector>

#include "data/gather.h"
#include "data/hash.h"

namespace thalweg::connectors {
namespace {

using data::Column;
using data::ColumnPtr;
using data::Type;
using data::TypeRoot;

constexpr uint64_t kNullStream = 100;
constexpr uint64_t kCountStream = 101;

class NestedGenerator : public FieldGenerator {
 public:
  NestedGenerator(const Type& type, double null_rate, int64_t length,
                  std::vector<std::unique_ptr<FieldGenerator>> children)
      : type_(type), null_rate_(null_rate), length_(length), children_(std::move(children)) {}

  ColumnPtr Make(std::span<const uint64_t> rows, CounterRandom random,
                 const GeneratorClock& clock) const override {
    std::shared_ptr<Column> column = type_.root() == TypeRoot::kRow ? MakeRow(rows, random, clock)
                                                                    : MakeList(rows, random, clock);
    if (null_rate_ > 0) {
      const CounterRandom nulls = random.Stream(kNullStream);
      uint8_t* validity = column->MutableValidity();
      for (size_t i = 0; i < rows.size(); ++i) validity[i] = nulls.Unit(rows[i]) >= null_rate_;
    }
    return column;
  }

 private:
  std::shared_ptr<Column> MakeRow(std::span<const uint64_t> rows, CounterRandom random,
                                  const GeneratorClock& clock) const {
    std::vector<ColumnPtr> columns;
    for (size_t c = 0; c < children_.size(); ++c) {
      columns.push_back(children_[c]->Make(rows, random.Stream(c), clock));
    }
    return Column::MakeRow(type_, static_cast<int32_t>(rows.size()), std::move(columns));
  }

  std::shared_ptr<Column> MakeList(std::span<const uint64_t> rows, CounterRandom random,
                                   const GeneratorClock& clock) const {
    const auto length = static_cast<size_t>(length_);
    std::vector<uint64_t> elements(rows.size() * length);
    for (size_t i = 0; i < rows.size(); ++i) {
      for (size_t k = 0; k < length; ++k) elements[i * length + k] = rows[i] * length + k;
    }
    std::vector<ColumnPtr> columns;
    for (size_t c = 0; c < children_.size(); ++c) {
      columns.push_back(children_[c]->Make(elements, random.Stream(c), clock));
    }
    if (type_.root() == TypeRoot::kMultiset) columns.push_back(MakeCounts(elements, random));
    const auto size = static_cast<int32_t>(rows.size());
    auto offsets = data::Buffer::Allocate((int64_t{size} + 1) * 4);
    auto* ends = offsets->as<int32_t>();
    ends[0] = 0;
    if (type_.root() == TypeRoot::kArray) {
      for (int32_t i = 0; i < size; ++i) ends[i + 1] = ends[i] + static_cast<int32_t>(length);
    } else {
      const std::vector<int32_t> kept = DistinctKeys(*columns[0], size, ends);
      for (ColumnPtr& c : columns) {
        c = data::Gather(*c, kept.data(), static_cast<int32_t>(kept.size()));
      }
    }
    return Column::MakeList(type_, size, std::move(offsets), std::move(columns));
  }

  /// 0 .. 10, as Flink's generator counts.
  static ColumnPtr MakeCounts(std::span<const uint64_t> elements, CounterRandom random) {
    const CounterRandom counts = random.Stream(kCountStream);
    auto column =
        Column::Make(Type::Int().WithNullable(false), static_cast<int32_t>(elements.size()));
    for (size_t i = 0; i < elements.size(); ++i) {
      column->mutable_values<int32_t>()[i] = static_cast<int32_t>(counts.Below(elements[i], 11));
    }
    return column;
  }

  /// Indices of each row's first occurrence of every key; fills the lists' ends.
  std::vector<int32_t> DistinctKeys(const Column& keys, int32_t size, int32_t* ends) const {
    std::vector<uint64_t> hashes(static_cast<size_t>(keys.size()), data::kEmptyRowHash);
    data::HashColumn(keys, data::Rows::All(keys.size()), hashes.data());
    std::vector<int32_t> kept;
    std::unordered_set<uint64_t> seen;
    for (int32_t i = 0; i < size; ++i) {
      const auto begin = static_cast<size_t>(i) * static_cast<size_t>(length_);
      seen.clear();
      for (size_t k = begin; k < begin + static_cast<size_t>(length_); ++k) {
        if (seen.insert(hashes[k]).second) kept.push_back(static_cast<int32_t>(k));
      }
      ends[i + 1] = static_cast<int32_t>(kept.size());
    }
    return kept;
  }

  const Type type_;
  const double null_rate_;
  const int64_t length_;
  const std::vector<std::unique_ptr<FieldGenerator>> children_;
};

}  // namespace

Result<std::unique_ptr<FieldGenerator>> MakeNestedGenerator(const OptionReader& options,
                                                            const std::string& path,
                                                            const data::Type& type,
                                                            double null_rate,
                                                            std::set<std::string>* known) {
  int64_t length = 1;
  std::vector<std::string> names;
  if (type.root() == TypeRoot::kRow) {
    for (const auto& f : type.fields()) names.push_back(f.name);
  } else {
    if (type.root() == TypeRoot::kMap) {
      names = {"key", "value"};
    } else {
      names = {"element"};
    }
    const std::string key = fmt::format("fields.{}.length", path);
    known->insert(key);
    TW_ASSIGN_OR_RETURN(length, options.Int(key, 3));
    if (length < 0 || length > 10000) return options.Error(key, "must be between 0 and 10000");
  }
  std::vector<std::unique_ptr<FieldGenerator>> children;
  for (size_t i = 0; i < names.size(); ++i) {
    TW_ASSIGN_OR_RETURN(
        auto child, MakeFieldGenerator(options, fmt::format("{}.{}", path, names[i]),
                                       type.child(static_cast<int>(i)), /*nested=*/true, known));
    children.push_back(std::move(child));
  }
  return {std::make_unique<NestedGenerator>(type, null_rate, length, std::move(children))};
}

}  // namespace thalweg::connectors
