#include "operators/sort/row_buffer.h"

#include <gtest/gtest.h>

#include "base/memory.h"
#include "operators/testing/test_context.h"

namespace thalweg::operators {
namespace {
using data::Type;

const std::vector<Type> kTypes = {Type::Bigint(), Type::String()};
const data::Schema kSchema = {{"n", Type::Bigint()}, {"s", Type::String()}};

data::Batch Rows(int count, size_t length) {
  std::vector<std::string> rows;
  for (int i = 0; i < count; ++i) {
    rows.push_back("+I " + std::to_string(i) + " " + std::string(length, 'x'));
  }
  return MakeBatch(kTypes, rows);
}

TEST(RowBuffer, HoldsNothingOfTheBatchesThatCameIn) {
  MemoryPool source("source", nullptr);
  MemoryPool sort("sort", nullptr);
  RowBuffer buffer(kSchema);
  for (int i = 0; i < 100; ++i) {
    data::Batch batch;
    {
      ScopedMemoryPool scope(&source);
      batch = Rows(100, 50);
    }
    ScopedMemoryPool scope(&sort);
    buffer.Add(batch);
  }
  ScopedMemoryPool scope(&sort);
  EXPECT_EQ(buffer.All().size, 10000);
  EXPECT_EQ(source.used(), 0);
  EXPECT_GE(sort.used(), 10000 * (50 + 16 + 8));
  EXPECT_LE(sort.used(), 10000 * (50 + 16 + 8) * 2);
}

TEST(RowBuffer, RowsThatAreNotKeptAreFreed) {
  MemoryPool sort("sort", nullptr);
  ScopedMemoryPool scope(&sort);
  RowBuffer buffer(kSchema);
  buffer.Add(Rows(10000, 1000));
  buffer.Keep({7});
  EXPECT_EQ(buffer.num_rows(), 1);
  EXPECT_EQ(buffer.All().columns[0]->At<int64_t>(0), 7);
  EXPECT_EQ(buffer.All().columns[1]->At<std::string_view>(0).size(), 1000);
  EXPECT_LE(sort.used(), 4096);
}

}  // namespace
}  // namespace thalweg::operators
