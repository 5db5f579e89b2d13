#include "state/row_conversion.h"

#include <gtest/gtest.h>

#include <cstring>

#include "data/string_arena.h"
#include "state/row_layout.h"
#include "state/snapshot/byte_stream.h"
#include "state/value_codec.h"

namespace thalweg::state {
namespace {
using data::Type;
using Strings = std::vector<std::string>;

FieldSchema Field(std::string identity, std::string codec, int32_t bytes,
                  std::vector<TailPart::Kind> tails = {}) {
  FieldSchema f;
  f.identity = f.name = std::move(identity);
  f.codec = std::move(codec);
  f.bytes = bytes;
  for (const auto kind : tails) f.tails.push_back({kind, 0});
  return f;
}

// A table keyed by a BIGINT.
TableSchema Table(std::vector<FieldSchema> fields) {
  TableSchema t;
  t.keys.push_back({"k", Type::Bigint(), Type::Bigint()});
  const RowLayout layout({Type::Bigint()}, 0);
  t.value_offset = t.row_bytes = layout.value_offset();
  for (FieldSchema& f : fields) {
    f.offset = t.row_bytes;
    for (size_t i = 0; i < f.tails.size(); ++i) {
      f.tails[i].offset = f.offset + 16 * static_cast<int32_t>(i);
    }
    t.row_bytes += f.bytes;
  }
  t.layout = static_cast<uint64_t>(t.row_bytes);
  t.fields = std::move(fields);
  return t;
}

std::string Image(const TableSchema& t, const std::vector<std::pair<size_t, int64_t>>& values) {
  std::string image(static_cast<size_t>(t.row_bytes), '\0');
  image[30] = 'k';
  for (const auto& [field, value] : values) {
    std::memcpy(image.data() + t.fields[field].offset, &value, sizeof(value));
  }
  return image;
}

int64_t ValueOf(const TableSchema& t, const std::string& image, size_t field) {
  int64_t v;
  std::memcpy(&v, image.data() + t.fields[field].offset, sizeof(v));
  return v;
}

TEST(RowConversion, MovesWhatBothHaveAndClearsWhatIsNew) {
  constexpr auto kList = TailPart::Kind::kList;
  constexpr auto kString = TailPart::Kind::kString;
  const TableSchema from = Table({Field("a", "n", 8), Field("list", "l", 16, {kList}),
                                  Field("text", "t", 24, {kString}), Field("c", "n", 8)});
  const TableSchema to = Table({Field("c", "n", 8), Field("fresh", "l", 16, {kList}),
                                Field("text", "t", 24, {kString}), Field("a", "other", 8)});
  auto c = RowConversion::Make(from, to);
  ASSERT_TRUE(c.ok()) << c.status().message();
  std::string tail;
  AppendFixed(uint32_t{2}, &tail);
  AppendBytes("one", &tail);
  AppendBytes("two", &tail);
  tail += "a text of twenty b..";
  const std::string image = Image(from, {{0, 7}, {2, 20}, {3, 9}});
  std::string out, out_tail;
  ASSERT_TRUE(c->Convert(image.data(), tail, &out, &out_tail).ok());
  EXPECT_EQ(out.size(), static_cast<size_t>(to.row_bytes));
  EXPECT_EQ(out.substr(0, 40), image.substr(0, 40));
  EXPECT_EQ(ValueOf(to, out, 0), 9);
  EXPECT_EQ(ValueOf(to, out, 2), 20);
  EXPECT_EQ(ValueOf(to, out, 3), 0);  // of another codec
  EXPECT_EQ(out_tail, std::string(4, '\0') + "a text of twenty b..");
  for (size_t n = 0; n < tail.size(); ++n) {
    EXPECT_FALSE(c->Convert(image.data(), tail.substr(0, n), &out, &out_tail).ok()) << n;
  }
  const SchemaChange change = CompareSchemas(from, to);
  EXPECT_EQ(change.dropped, Strings{"list"});
  EXPECT_EQ(change.added, Strings{"fresh"});
  EXPECT_EQ(change.changed, Strings{"a (it was n)"});
  EXPECT_FALSE(change.same_rows);
  EXPECT_TRUE(CompareSchemas(from, from).same_rows);
}

TEST(RowConversion, BitsFollowTheirMembers) {
  FieldSchema bits = Field("mask", "bits", 8);
  bits.members = {"x", "y", "z"};
  const TableSchema from = Table({bits});
  bits.members = {"z", "new", "x"};
  const TableSchema to = Table({bits});
  auto c = RowConversion::Make(from, to);
  ASSERT_TRUE(c.ok());
  std::string out, tail;
  ASSERT_TRUE(c->Convert(Image(from, {{0, 0b100}}).data(), "", &out, &tail).ok());
  EXPECT_EQ(ValueOf(to, out, 0), 0b001);
  ASSERT_TRUE(c->Convert(Image(from, {{0, 0b011}}).data(), "", &out, &tail).ok());
  EXPECT_EQ(ValueOf(to, out, 0), 0b100);
}

FieldSchema Cells(std::vector<data::Field> fields) {
  FieldSchema f = Field("row", "columns", 16, {TailPart::Kind::kString});
  f.internal = true;
  for (const data::Field& column : fields) f.members.push_back(column.name);
  f.type = Type::Row(std::move(fields));
  return f;
}

TEST(RowConversion, RowsOfColumnsLoseColumnsAndGainNone) {
  const data::Field a{"a", Type::String()};
  const data::Field b{"b", Type::Bigint()};
  const TableSchema from = Table({Cells({a, b})});
  const TableSchema to = Table({Cells({b})});
  EXPECT_EQ(CompareSchemas(from, to).dropped, Strings{"a"});
  auto text = data::Column::Make(Type::String(), 1);
  text->mutable_values<std::string_view>()[0] = "longer than twelve bytes";
  auto number = data::Column::Make(Type::Bigint(), 1);
  number->mutable_values<int64_t>()[0] = 77;
  std::string bytes;
  EncodeRow(*text, 0, &bytes);
  std::string wanted;
  EncodeRow(*number, 0, &wanted);
  bytes += wanted;
  std::string image = Image(from, {{0, static_cast<int64_t>(bytes.size())}});
  auto c = RowConversion::Make(from, to);
  ASSERT_TRUE(c.ok());
  std::string out, tail;
  ASSERT_TRUE(c->Convert(image.data(), bytes, &out, &tail).ok());
  EXPECT_EQ(tail, "");
  EXPECT_EQ(out.substr(static_cast<size_t>(to.fields[0].offset), 4 + wanted.size()),
            std::string("\x09\0\0\0", 4) + wanted);
  EXPECT_EQ(CompareSchemas(to, from).impossible, "its rows have no column a");
}

TEST(RowConversion, OtherKeysAreRefused) {
  const TableSchema from = Table({});
  TableSchema to = from;
  to.keys[0].type = to.keys[0].shown = Type::String();
  EXPECT_EQ(RowConversion::Make(from, to).status().message(),
            "its keys were (k BIGINT) and are (k STRING)");
}

}  // namespace
}  // namespace thalweg::state
