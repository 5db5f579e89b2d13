#include "operators/aggregate/distinct/distinct_partials.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>

namespace thalweg::operators {
namespace {
using data::Column;
using data::Rows;
using data::Type;

using Masks = std::map<std::pair<int, std::optional<int64_t>>, uint64_t>;

// Rows of groups with values (none: NULL) and masks.
struct Input {
  std::vector<int> groups;
  std::vector<std::optional<int64_t>> values;
  std::vector<uint64_t> masks;

  std::vector<data::ColumnPtr> Emit(bool nulls_count, int num_groups) const {
    const auto n = static_cast<int32_t>(groups.size());
    auto column = Column::Make(Type::Bigint(), n);
    std::vector<state::RowHeader> rows(static_cast<size_t>(num_groups));
    std::vector<uint8_t*> states;
    for (uint32_t g = 0; g < rows.size(); ++g) rows[g].group = g;
    for (int32_t k = 0; k < n; ++k) {
      const auto i = static_cast<size_t>(k);
      column->mutable_values<int64_t>()[k] = values[i].value_or(0);
      if (!values[i]) column->SetNull(k);
      states.push_back(reinterpret_cast<uint8_t*>(&rows[static_cast<size_t>(groups[i])]));
    }
    return DistinctPartials(nulls_count)
        .Emit(*column, Type::Bigint(), Rows::All(n), masks.data(), states.data(), num_groups);
  }
};

Masks Read(const std::vector<data::ColumnPtr>& sent, int num_groups) {
  Masks out;
  EXPECT_EQ(sent[0]->size(), num_groups);
  const Column& values = *sent[0]->children()[0];
  const Column& masks = *sent[1]->children()[0];
  EXPECT_EQ(sent[0]->offsets()[0], 0);
  for (int g = 0; g < num_groups; ++g) {
    EXPECT_EQ(sent[0]->offsets()[g + 1], sent[1]->offsets()[g + 1]);
    for (int32_t i = sent[0]->offsets()[g]; i < sent[0]->offsets()[g + 1]; ++i) {
      const auto value =
          values.IsNull(i) ? std::nullopt : std::optional<int64_t>(values.At<int64_t>(i));
      out[{g, value}] |= static_cast<uint64_t>(masks.At<int64_t>(i));
    }
  }
  return out;
}

TEST(DistinctPartials, ARepetitionAddsItsMask) {
  const Input in{{0, 2, 0, 0, 0}, {7, 7, 7, std::nullopt, 8}, {1, 1, 2, 1, 0}};
  for (const bool nulls_count : {false, true}) {
    const auto sent = in.Emit(nulls_count, 3);
    EXPECT_EQ(sent[0]->children()[0]->size(), nulls_count ? 3 : 2);
    Masks expected{{{0, 7}, 3}, {{2, 7}, 1}};
    if (nulls_count) expected[{0, std::nullopt}] = 1;
    EXPECT_EQ(Read(sent, 3), expected);
  }
}

TEST(DistinctPartials, SendsEveryValueOfEveryGroup) {
  std::mt19937 random(5);
  for (const int kinds : {10, 3000, 1 << 30}) {
    Input in;
    Masks expected;
    for (int k = 0; k < 20000; ++k) {
      in.groups.push_back(static_cast<int>(random() % 50));
      in.values.emplace_back(static_cast<int64_t>(random() % static_cast<uint32_t>(kinds)));
      in.masks.push_back(random() % 4);
      if (in.masks.back() != 0) expected[{in.groups.back(), in.values.back()}] |= in.masks.back();
    }
    const auto sent = in.Emit(false, 50);
    EXPECT_EQ(Read(sent, 50), expected);
    if (kinds == 10) {
      EXPECT_LT(sent[0]->children()[0]->size(), 2000);
    }
  }
}

}  // namespace
}  // namespace thalweg::operators
