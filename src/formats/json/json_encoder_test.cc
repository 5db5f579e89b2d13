// Expected results are real Flink's.
#include "formats/json/json_encoder.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "data/column_builder.h"
#include "formats/registry.h"

namespace thalweg::formats {
namespace {

using data::ColumnBuilder;
using data::Type;

std::string Encode(const data::Schema& schema,
                   const std::function<void(std::vector<ColumnBuilder>&)>& fill,
                   const FormatOptions& options = {}, Status* error = nullptr) {
  std::vector<ColumnBuilder> builders;
  for (const auto& f : schema) builders.emplace_back(f.type);
  fill(builders);
  data::Batch batch;
  batch.size = builders[0].size();
  for (auto& b : builders) batch.columns.push_back(b.Finish());
  auto encoder = FindFormat("json")->make_encoder(schema, options, {});
  EXPECT_TRUE(encoder.ok()) << encoder.status().message();
  std::string out;
  const Status status = (*encoder)->Encode(batch, &out);
  if (error != nullptr) *error = status;
  return out;
}

TEST(JsonEncoder, AllTypes) {
  const data::Schema s = {
      {"a", Type::Int()},          {"b", Type::String()},     {"c", Type::Double()},
      {"d", Type::Decimal(10, 2)}, {"e", Type::Boolean()},    {"f", Type::Date()},
      {"g", Type::Time()},         {"h", Type::Timestamp(3)}, {"i", Type::TimestampLtz(3)},
      {"j", Type::Bytes()},        {"k", Type::Float()}};
  const auto fill = [](auto& b) {
    b[0].template Append<int32_t>(1);
    b[1].AppendString("x");
    b[2].template Append<double>(1e20);
    b[3].template Append<__int128>(10000000);
    b[4].template Append<uint8_t>(1);
    b[5].template Append<int32_t>(19724);
    b[6].template Append<int32_t>(45296000);
    b[7].template Append<int64_t>(1704164640000);
    b[8].template Append<int64_t>(1704164400100);
    b[9].AppendString("\xFB\xFF");
    b[10].template Append<float>(1e10f);
    for (auto& c : b) c.AppendNull();
  };
  EXPECT_EQ(Encode(s, fill),
            "{\"a\":1,\"b\":\"x\",\"c\":1.0E20,\"d\":1E+5,\"e\":true,\"f\":\"2024-01-02\","
            "\"g\":\"12:34:56\",\"h\":\"2024-01-02 03:04:00\",\"i\":\"2024-01-02 03:00:00.1Z\","
            "\"j\":\"+/8=\",\"k\":1.0E10}\n"
            "{\"a\":null,\"b\":null,\"c\":null,\"d\":null,\"e\":null,\"f\":null,\"g\":null,"
            "\"h\":null,\"i\":null,\"j\":null,\"k\":null}\n");
  EXPECT_EQ(Encode(s, fill,
                   {{"timestamp-format.standard", "ISO-8601"},
                    {"encode.ignore-null-fields", "true"},
                    {"encode.decimal-as-plain-number", "true"}}),
            "{\"a\":1,\"b\":\"x\",\"c\":1.0E20,\"d\":100000.00,\"e\":true,\"f\":\"2024-01-02\","
            "\"g\":\"12:34:56\",\"h\":\"2024-01-02T03:04:00\",\"i\":\"2024-01-02T03:00:00.1Z\","
            "\"j\":\"+/8=\",\"k\":1.0E10}\n{}\n");
}

TEST(JsonEncoder, Strings) {
  EXPECT_EQ(Encode({{"a", Type::String()}},
                   [](auto& b) {
                     b[0].AppendString("q\"\\/\n\t");
                     b[0].AppendString("\x01\x02\x1F\x7F");
                     b[0].AppendString("\xC3\xA9\xE6\x97\xA5\xF0\x9F\x98\x80!");
                   }),
            "{\"a\":\"q\\\"\\\\/\\n\\t\"}\n{\"a\":\"\\u0001\\u0002\\u001F\x7F\"}\n"
            "{\"a\":\"\xC3\xA9\xE6\x97\xA5\\uD83D\\uDE00!\"}\n");
  EXPECT_EQ(Encode({{"a", Type::Double()}},
                   [](auto& b) {
                     b[0].template Append<double>(std::numeric_limits<double>::quiet_NaN());
                     b[0].template Append<double>(-std::numeric_limits<double>::infinity());
                     b[0].template Append<double>(0.001);
                   }),
            "{\"a\":\"NaN\"}\n{\"a\":\"-Infinity\"}\n{\"a\":0.001}\n");
}

TEST(JsonEncoder, NestedAndNullKeys) {
  const data::Schema s = {{"a", Type::Array(Type::String())},
                          {"b", Type::Row({{"x", Type::Int()}, {"y", Type::String()}})}};
  const auto fill = [](auto& b) {
    b[0].child(0)->AppendString("a");
    b[0].child(0)->AppendNull();
    b[0].EndList();
    b[1].child(0)->template Append<int32_t>(1);
    b[1].child(1)->AppendNull();
    b[1].EndRow();
  };
  EXPECT_EQ(Encode(s, fill), "{\"a\":[\"a\",null],\"b\":{\"x\":1,\"y\":null}}\n");
  EXPECT_EQ(Encode(s, fill, {{"encode.ignore-null-fields", "true"}}),
            "{\"a\":[\"a\",null],\"b\":{\"x\":1}}\n");
  const data::Schema map = {{"c", Type::Map(Type::String(), Type::Int())}};
  const auto keys = [](auto& b) {
    b[0].child(0)->AppendString("k");
    b[0].child(1)->template Append<int32_t>(1);
    b[0].child(0)->AppendNull();
    b[0].child(1)->template Append<int32_t>(2);
    b[0].EndList();
  };
  Status error;
  Encode(map, keys, {}, &error);
  EXPECT_EQ(error.code(), StatusCode::kEvaluation);
  EXPECT_EQ(Encode(map, keys, {{"map-null-key.mode", "DROP"}}), "{\"c\":{\"k\":1}}\n");
  EXPECT_EQ(Encode(map, keys, {{"map-null-key.mode", "LITERAL"}, {"map-null-key.literal", "nil"}}),
            "{\"c\":{\"k\":1,\"nil\":2}}\n");
}

}  // namespace
}  // namespace thalweg::formats
