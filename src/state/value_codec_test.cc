#include "state/value_codec.h"

#include <gtest/gtest.h>

#include "state/value_list.h"

namespace thalweg::state {
namespace {
using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::Type;

TEST(ValueCodec, NestedListsOfRowsRoundTrip) {
  const Type element = Type::Row({{"x", Type::Int()}, {"y", Type::String()}});
  auto x = Column::Make(Type::Int(), 3);
  auto y = Column::Make(Type::String(), 3);
  const std::string_view texts[] = {"one", "", "a text that is longer than twelve"};
  for (int i = 0; i < 3; ++i) {
    x->mutable_values<int32_t>()[i] = i;
    y->mutable_values<std::string_view>()[i] = texts[i];
  }
  y->SetNull(1);
  auto elements = Column::MakeRow(element, 3, {x, y});
  auto offsets = Buffer::Allocate(16);
  const int32_t o[] = {0, 2, 2, 3};
  std::memcpy(offsets->mutable_data(), o, 16);
  auto lists = Column::MakeList(Type::Array(element), 3, std::move(offsets), {elements});
  lists->SetNull(1);
  std::string bytes;
  const int32_t order[] = {2, 0, 1};
  EncodeRows(*lists, order, 3, &bytes);
  ByteReader in(bytes);
  auto back = DecodeRows(Type::Array(element), 3, &in);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(in.remaining(), 0u);
  const Column& c = **back;
  EXPECT_TRUE(c.IsNull(2));
  EXPECT_EQ(c.offsets()[1], 1);
  EXPECT_EQ(c.offsets()[2], 3);
  EXPECT_EQ(c.children()[0]->children()[0]->At<int32_t>(0), 2);
  EXPECT_EQ(c.children()[0]->children()[1]->At<std::string_view>(0), texts[2]);
  EXPECT_TRUE(c.children()[0]->children()[1]->IsNull(2));
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    ByteReader torn(std::string_view(bytes).substr(0, cut));
    EXPECT_FALSE(DecodeRows(Type::Array(element), 3, &torn).ok()) << cut;
  }
}

TEST(ValueList, RemovesTheFirstEqualItemAndKeepsOrder) {
  MemoryPool pool("test", nullptr);
  StateMemory memory(&pool);
  Slab slab(&memory);
  alignas(8) uint8_t zero[16] = {};
  auto* list = reinterpret_cast<ValueList*>(zero);
  for (int i = 0; i < 100; ++i) list->Append("value " + std::to_string(i % 10), &slab);
  EXPECT_TRUE(list->RemoveFirst("value 3", &slab));
  EXPECT_FALSE(list->RemoveFirst("value 11", &slab));
  EXPECT_EQ(list->size(), 99u);
  EXPECT_EQ((*list)[3], "value 4");
  std::string saved;
  list->Save(&saved);
  list->Free(&slab);
  ByteReader in(saved);
  ASSERT_TRUE(list->Load(&slab, &in).ok());
  EXPECT_EQ(list->size(), 99u);
  EXPECT_EQ((*list)[98], "value 9");
}

TEST(StringRef, GrowsFromInlineToSlabAndBack) {
  MemoryPool pool("test", nullptr);
  StateMemory memory(&pool);
  Slab slab(&memory);
  StringRef s{};
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    s.Append("abc", &slab);
    expected += "abc";
    ASSERT_TRUE(s.Equals(expected));
  }
  s.Assign("short", &slab);
  EXPECT_EQ(s.View(), "short");
}

}  // namespace
}  // namespace thalweg::state
