#include "data/column.h"

#include <gtest/gtest.h>

#include "data/batch.h"
#include "data/column_builder.h"
#include "data/gather.h"
#include "data/print.h"

namespace thalweg::data {
namespace {

ColumnPtr Ints(std::vector<int32_t> values) {
  auto c = Column::Make(Type::Int(), static_cast<int32_t>(values.size()));
  std::copy(values.begin(), values.end(), c->mutable_values<int32_t>());
  return c;
}

std::vector<std::string> Printed(const ColumnPtr& c) {
  std::vector<std::string> out;
  for (int32_t i = 0; i < c->size(); ++i) AppendPrint(*c, i, &out.emplace_back());
  return out;
}

TEST(ColumnTest, SliceSharesStorage) {
  auto c = std::const_pointer_cast<Column>(Ints({1, 2, 3, 4}));
  c->SetNull(2);
  ColumnPtr s = c->Slice(1, 3);
  EXPECT_EQ(s->size(), 3);
  EXPECT_EQ(s->At<int32_t>(0), 2);
  EXPECT_TRUE(s->IsNull(1));
  EXPECT_FALSE(s->IsNull(2));
}

TEST(ColumnTest, ConstantAndDictionaryDecode) {
  ColumnPtr one = Column::MakeConstant(Ints({7, 8}), 1, 3);
  EXPECT_EQ(one->encoding(), Encoding::kConstant);
  EXPECT_EQ(Flatten(one)->At<int32_t>(2), 8);
  auto indices = Buffer::Allocate(12);
  indices->as<int32_t>()[0] = 1;
  indices->as<int32_t>()[1] = 0;
  indices->as<int32_t>()[2] = 1;
  ColumnPtr dict = Column::MakeDictionary(indices, 3, Ints({7, 8}));
  EXPECT_EQ(dict->At<int32_t>(0), 8);
  EXPECT_EQ(Flatten(dict)->At<int32_t>(1), 7);
}

TEST(ColumnTest, GatherWithMissingRowsGivesNull) {
  const int32_t indices[] = {2, -1, 0};
  ColumnPtr g = Gather(*Ints({1, 2, 3}), indices, 3);
  EXPECT_EQ(g->At<int32_t>(0), 3);
  EXPECT_TRUE(g->IsNull(1));
  EXPECT_EQ(g->At<int32_t>(2), 1);
}

TEST(ColumnTest, NestedBuilderGatherConcat) {
  ColumnBuilder b(Type::Array(Type::Row({{"a", Type::Int()}, {"s", Type::String()}})));
  b.child(0)->child(0)->Append<int32_t>(1);
  b.child(0)->child(1)->AppendString("one");
  b.child(0)->EndRow();
  b.EndList();
  b.AppendNull();
  b.EndList();
  ColumnPtr c = b.Finish();
  const int32_t indices[] = {1, 0, 0};
  ColumnPtr g = Gather(*c, indices, 3);
  EXPECT_TRUE(g->IsNull(0));
  EXPECT_EQ(g->offsets()[3] - g->offsets()[2], 1);
  ColumnPtr both[] = {c->Slice(1, 2), g};
  ColumnPtr all = Concat(both);
  ASSERT_EQ(all->size(), 5);
  EXPECT_TRUE(all->IsNull(0));
  EXPECT_FALSE(all->IsNull(1));
  EXPECT_EQ(all->children()[0]->children()[1]->At<std::string_view>(1), "one");
}

TEST(ColumnTest, DeepCopyKeepsNothingOfTheOriginal) {
  MemoryPool source("source", nullptr);
  MemoryPool own("own", nullptr);
  const Type type =
      Type::Row({{"a", Type::Array(Type::String())}, {"b", Type::String()}, {"n", Type::Int()}});
  ColumnPtr c;
  {
    ScopedMemoryPool scope(&source);
    ColumnBuilder b(type);
    for (const char* word : {"x", "yy", ""}) {
      b.child(0)->child(0)->AppendString(word);
      b.child(0)->child(0)->AppendNull();
      b.child(0)->EndList();
      b.child(1)->AppendString("a longer string");
      b.child(2)->AppendNull();
      b.EndRow();
    }
    b.AppendNull();
    c = b.Finish()->Slice(1, 3);
  }
  const std::vector<std::string> before = Printed(c);
  {
    ScopedMemoryPool scope(&own);
    c = DeepCopy(c);
  }
  EXPECT_EQ(source.used(), 0);
  EXPECT_GT(own.used(), 0);
  EXPECT_EQ(Printed(c), before);
  EXPECT_EQ(before[0], "+I[[yy, null], a longer string, null]");
}

TEST(BatchTest, CompactKeepsKindsAndStrings) {
  ColumnBuilder b(Type::String());
  b.AppendString("x");
  b.AppendNull();
  b.AppendString("z");
  Batch batch;
  batch.size = 3;
  batch.columns = {b.Finish()};
  auto kinds = Buffer::Copy(std::string_view("\0\3\2", 3));
  batch.kinds = kinds;
  auto sel = Buffer::Allocate(8);
  sel->as<int32_t>()[0] = 1;
  sel->as<int32_t>()[1] = 2;
  batch.Select(sel, 2);
  Batch c = batch.Compact();
  EXPECT_EQ(c.size, 2);
  EXPECT_TRUE(c.columns[0]->IsNull(0));
  EXPECT_EQ(c.columns[0]->At<std::string_view>(1), "z");
  EXPECT_EQ(c.kind(0), RowKind::kDelete);
  EXPECT_EQ(c.kind(1), RowKind::kUpdateAfter);
}

TEST(MemoryTest, BuffersAreChargedToTheCurrentPool) {
  MemoryPool pool("op", MemoryPool::Process());
  {
    ScopedMemoryPool scope(&pool);
    ColumnPtr c = Ints({1, 2, 3});
    EXPECT_GE(pool.used(), 12);
  }
  EXPECT_EQ(pool.used(), 0);
  pool.set_limit(100);
  EXPECT_EQ(pool.Reserve(101).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(pool.used(), 0);
}

}  // namespace
}  // namespace thalweg::data
