#include "state/table/hash_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace thalweg::state {
namespace {

TEST(HashIndex, ErasingKeepsLongProbesWhole) {
  MemoryPool pool("test", nullptr);
  StateMemory memory(&pool);
  HashIndex index(&memory);
  // Twenty rows per home, homes next to each other: most stand further away than a slot can say.
  std::vector<std::array<uint64_t, 2>> rows(100);
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i][0] = (i % 5) + (uint64_t{i} << 32);
    index.Insert(rows[i][0], reinterpret_cast<uint8_t*>(&rows[i]));
  }
  const auto found = [&](uint8_t* wanted) {
    const uint64_t hash = HashIndex::HashOf(wanted);
    size_t position = index.Start(hash);
    uint8_t* row;
    do {
      row = index.Next(hash, &position);
    } while (row != nullptr && row != wanted);
    return row == wanted;
  };
  for (size_t k = 0; k < rows.size(); ++k) {
    const size_t erased = k * 37 % rows.size();
    index.Erase(reinterpret_cast<uint8_t*>(&rows[erased]));
    for (size_t j = 0; j < rows.size(); ++j) {
      const size_t i = j * 37 % rows.size();
      ASSERT_EQ(found(reinterpret_cast<uint8_t*>(&rows[i])), j > k) << i << " after " << erased;
    }
  }
  EXPECT_EQ(index.count(), 0);
}

}  // namespace
}  // namespace thalweg::state
