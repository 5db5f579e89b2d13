#include "runtime/owner_record.h"

#include <gtest/gtest.h>

namespace thalweg::runtime {
namespace {

OwnerRecord Example() {
  OwnerRecord r;
  r.lineage = "0123456789abcdef";
  r.Add(3, 12);
  r.Add(2, 7);
  r.End("ffff");
  r.End("eeee");
  return r;
}

TEST(OwnerRecordTest, WhatIsWrittenIsRead) {
  const auto read = OwnerRecord::Decode(Example().Encode());
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->lineage, "0123456789abcdef");
  EXPECT_EQ(read->ended, (std::vector<std::string>{"ffff", "eeee"}));
  EXPECT_TRUE(read->Counts(3, 12));
  EXPECT_TRUE(read->Counts(3, 11));
  EXPECT_FALSE(read->Counts(3, 13));
  EXPECT_FALSE(read->Counts(2, 8));
  EXPECT_FALSE(read->Counts(1, 1));
}

TEST(OwnerRecordTest, TheLastCheckpointOfAGenerationDecides) {
  OwnerRecord r;
  r.Add(1, 5);
  r.Add(1, 3);
  EXPECT_TRUE(r.Counts(1, 5));
  r.Add(1, 6);
  EXPECT_EQ(r.history.size(), 1u);
  EXPECT_TRUE(r.Counts(1, 6));
}

TEST(OwnerRecordTest, EndedLineagesAreFewDistinctAndNeverTheOwn) {
  OwnerRecord r;
  r.lineage = "mine";
  r.End("mine");
  r.End("");
  EXPECT_TRUE(r.ended.empty());
  for (int i = 0; i < 100; ++i) r.End("l" + std::to_string(i % 50));
  EXPECT_EQ(r.ended.size(), 32u);
  EXPECT_EQ(r.ended.back(), "l49");
}

TEST(OwnerRecordTest, EveryDamagedByteAndEveryCutIsNoticed) {
  const std::string good = Example().Encode();
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 4);
    EXPECT_EQ(OwnerRecord::Decode(bad).status().code(), StatusCode::kBadData) << "byte " << i;
    EXPECT_EQ(OwnerRecord::Decode(good.substr(0, i)).status().code(), StatusCode::kBadData) << i;
  }
  EXPECT_FALSE(OwnerRecord::Decode(good + "x").ok());
}

}  // namespace
}  // namespace thalweg::runtime
