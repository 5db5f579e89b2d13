#include "api/folded_rows.h"

#include <gtest/gtest.h>

namespace thalweg::api {
namespace {

std::vector<TextRow> Rows(const FoldedRows& folded) {
  std::vector<TextRow> out;
  folded.ForEach([&](const TextRow& row) { out.push_back(row); });
  return out;
}

TEST(FoldedRows, TakesBackWhatWasAdded) {
  FoldedRows folded;
  ASSERT_TRUE(folded.Apply({"a", "1"}, 1).ok());
  ASSERT_TRUE(folded.Apply({"b", std::nullopt}, 1).ok());
  ASSERT_TRUE(folded.Apply({"a", "1"}, -1).ok());
  ASSERT_TRUE(folded.Apply({"a", "2"}, 1).ok());
  EXPECT_EQ(Rows(folded), (std::vector<TextRow>{{"b", std::nullopt}, {"a", "2"}}));
  EXPECT_EQ(folded.size(), 2);
}

TEST(FoldedRows, EqualRowsCount) {
  FoldedRows folded;
  ASSERT_TRUE(folded.Apply({"a"}, 1).ok());
  ASSERT_TRUE(folded.Apply({"a"}, 1).ok());
  ASSERT_TRUE(folded.Apply({"a"}, -1).ok());
  EXPECT_EQ(folded.size(), 1);
  ASSERT_TRUE(folded.Apply({"a"}, -1).ok());
  EXPECT_EQ(folded.Apply({"a"}, -1).code(), StatusCode::kInternal);
}

TEST(FoldedRows, CellsDoNotRunTogether) {
  FoldedRows folded;
  ASSERT_TRUE(folded.Apply({"ab", "c"}, 1).ok());
  EXPECT_FALSE(folded.Apply({"a", "bc"}, -1).ok());
  ASSERT_TRUE(folded.Apply({""}, 1).ok());
  EXPECT_FALSE(folded.Apply({std::nullopt}, -1).ok());
}

TEST(FoldedRows, AHotRowDoesNotGrowIt) {
  FoldedRows folded;
  ASSERT_TRUE(folded.Apply({"first"}, 1).ok());
  for (int i = 0; i < 10000; ++i) {
    ASSERT_TRUE(folded.Apply({std::to_string(i)}, 1).ok());
    ASSERT_TRUE(folded.Apply({std::to_string(i)}, -1).ok());
  }
  EXPECT_EQ(Rows(folded), (std::vector<TextRow>{{"first"}}));
}

}  // namespace
}  // namespace thalweg::api
