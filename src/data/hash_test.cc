#include "data/hash.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <vector>

namespace thalweg::data {
namespace {

ColumnPtr Ints(std::vector<int64_t> v, std::vector<bool> null = {}) {
  auto c = Column::Make(Type::Bigint(), static_cast<int32_t>(v.size()));
  for (size_t i = 0; i < v.size(); ++i) c->mutable_values<int64_t>()[i] = v[i];
  for (size_t i = 0; i < null.size(); ++i) {
    if (null[i]) c->SetNull(static_cast<int32_t>(i));
  }
  return c;
}

ColumnPtr Strings(std::vector<std::string_view> v) {
  auto c = Column::Make(Type::String(), static_cast<int32_t>(v.size()));
  for (size_t i = 0; i < v.size(); ++i) c->mutable_values<std::string_view>()[i] = v[i];
  return c;
}

std::vector<uint64_t> Hash(std::vector<ColumnPtr> columns, int32_t rows) {
  Batch b;
  b.size = rows;
  std::vector<int> keys;
  for (size_t i = 0; i < columns.size(); ++i) keys.push_back(static_cast<int>(i));
  b.columns = std::move(columns);
  std::vector<uint64_t> h(static_cast<size_t>(rows));
  HashRows(b, keys, b.rows(), h.data());
  return h;
}

TEST(Hash, EncodingDoesNotMatter) {
  auto dictionary = Strings({"apple", "google"});
  auto indices = Buffer::Allocate(4 * 4);
  const int32_t codes[] = {1, 0, 1, 1};
  std::memcpy(indices->mutable_data(), codes, 16);
  const auto encoded = Column::MakeDictionary(std::move(indices), 4, dictionary);
  EXPECT_EQ(Hash({encoded}, 4), Hash({Flatten(encoded)}, 4));
  const auto constant = Column::MakeConstant(encoded, 0, 4);
  EXPECT_EQ(Hash({constant}, 4), Hash({Flatten(constant)}, 4));
}

TEST(Hash, NullIsAValueOfItsOwnWhateverStandsThere) {
  const auto h = Hash({Ints({7, 0, 8}, {true, false, true})}, 3);
  EXPECT_EQ(h[0], h[2]);
  EXPECT_NE(h[0], h[1]);
  const auto null = Column::MakeNull(Type::Bigint(), 3);
  EXPECT_EQ(Hash({null}, 3)[1], h[0]);
}

TEST(Hash, ColumnOrderMatters) {
  EXPECT_NE(Hash({Ints({1}), Ints({2})}, 1), Hash({Ints({2}), Ints({1})}, 1));
  EXPECT_NE(Hash({Strings({"ab"}), Strings({"c"})}, 1), Hash({Strings({"a"}), Strings({"bc"})}, 1));
}

TEST(Hash, SelectionHashesTheSelectedRows) {
  const auto c = Ints({5, 6, 7, 8});
  const int32_t index[] = {1, 3};
  uint64_t h[2] = {kEmptyRowHash, kEmptyRowHash};
  HashColumn(*c, Rows::Of(index, 2), h);
  EXPECT_EQ(h[0], Hash({Ints({6})}, 1)[0]);
  EXPECT_EQ(h[1], Hash({Ints({8})}, 1)[0]);
}

TEST(Hash, SequentialKeysSpreadOverGroupsAndLowBits) {
  std::vector<int64_t> v;
  for (int64_t i = 0; i < 4096; ++i) v.push_back(i);
  const auto h = Hash({Ints(v)}, 4096);
  std::vector<int> group(128), low(128);
  for (const uint64_t x : h) {
    ++group[static_cast<size_t>(KeyGroupOf(x, 128))];
    ++low[x & 127];
  }
  for (int i = 0; i < 128; ++i) {
    EXPECT_GT(group[static_cast<size_t>(i)], 8) << i;
    EXPECT_LT(group[static_cast<size_t>(i)], 72) << i;
    EXPECT_GT(low[static_cast<size_t>(i)], 8) << i;
    EXPECT_LT(low[static_cast<size_t>(i)], 72) << i;
  }
}

TEST(KeyGroups, RangesPartitionTheGroups) {
  for (const int parallelism : {1, 2, 3, 7, 128}) {
    int next = 0;
    for (int s = 0; s < parallelism; ++s) {
      const KeyGroupRange r = KeyGroupsOf(s, parallelism, 128);
      EXPECT_EQ(r.first, next);
      next = r.end;
      for (int g = r.first; g < r.end; ++g) EXPECT_EQ(SubtaskOf(g, parallelism, 128), s);
    }
    EXPECT_EQ(next, 128);
  }
}

TEST(KeyGroups, HashesOfAKeyGroupStayInItAndDiffer) {
  for (const int max : {1, 2, 7, 128, 1000, 32768}) {
    const KeyGroupHashes in_group({max / 2, max}, max);
    for (int g = max / 2; g < max; ++g) {
      std::set<uint64_t> hashes;
      for (uint64_t i = 0; i < 20; ++i) {
        const uint64_t h = in_group.Of(g, CombineHash(kEmptyRowHash, i));
        EXPECT_EQ(KeyGroupOf(h, max), g);
        hashes.insert(h);
      }
      EXPECT_EQ(hashes.size(), 20u);
      EXPECT_EQ(KeyGroupOf(in_group.Of(g, 0), max), g);
      EXPECT_EQ(KeyGroupOf(in_group.Of(g, UINT64_MAX), max), g);
    }
  }
}

}  // namespace
}  // namespace thalweg::data
