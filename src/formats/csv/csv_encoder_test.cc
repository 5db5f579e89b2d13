// Expected results are real Flink's.
#include "formats/csv/csv_encoder.h"

#include <gtest/gtest.h>

#include "data/column_builder.h"
#include "formats/decode_testing.h"
#include "formats/registry.h"
#include "formats/text/time_output.h"

namespace thalweg::formats {
namespace {

using data::ColumnBuilder;
using data::Type;

std::string Encode(const std::vector<Type>& types,
                   const std::function<void(std::vector<ColumnBuilder>&)>& fill,
                   const FormatOptions& options = {}) {
  std::vector<ColumnBuilder> builders;
  data::Schema schema;
  for (const Type& t : types) {
    builders.emplace_back(t);
    schema.push_back({"c" + std::to_string(schema.size()), t});
  }
  fill(builders);
  data::Batch batch;
  batch.size = builders[0].size();
  for (auto& b : builders) batch.columns.push_back(b.Finish());
  auto encoder = FindFormat("csv")->make_encoder(schema, options, {});
  EXPECT_TRUE(encoder.ok()) << encoder.status().message();
  std::string out;
  EXPECT_TRUE((*encoder)->Encode(batch, &out).ok());
  return out;
}

std::string Texts(const std::vector<std::string>& texts, const FormatOptions& options = {}) {
  return Encode(
      {Type::String()},
      [&](auto& b) {
        for (const auto& t : texts) b[0].AppendString(t);
      },
      options);
}

TEST(CsvEncoder, QuotesAsJacksonDoes) {
  EXPECT_EQ(Texts({"a b", "x,y", "q\"q", "a+b", "abcdefghijklmnopqrstuvwxyz",
                   "123456789012345678901234", "1234567890123456789012345", "#c", "l1\nl2", "a-b",
                   "\xC3\xA9", "a'b", ".", "", "back\\slash"}),
            "\"a b\"\n\"x,y\"\n\"q\"\"q\"\n\"a+b\"\n\"abcdefghijklmnopqrstuvwxyz\"\n"
            "123456789012345678901234\n\"1234567890123456789012345\"\n\"#c\"\n\"l1\nl2\"\na-b\n"
            "\xC3\xA9\n\"a'b\"\n.\n\n\"back\\slash\"\n");
  EXPECT_EQ(Texts({"a\\b", "x\"y\\", "n"}, {{"escape-character", "\\"}}),
            "\"a\\\\b\"\n\"x\"\"y\\\\\"\nn\n");
  EXPECT_EQ(Texts({"a b", "x\"y", "n,m"}, {{"disable-quote-character", "true"}}),
            "a b\nx\"y\nn,m\n");
}

TEST(CsvEncoder, OneUnsafeByteAnywhere) {
  // Around the widths that are looked at together, and around the longest text without quotes.
  for (size_t n = 1; n <= 80; ++n) {
    const std::string safe(n, 'x');
    EXPECT_EQ(Texts({safe}), n > 24 ? "\"" + safe + "\"\n" : safe + "\n");
    for (size_t at = 0; at < n; ++at) {
      for (const char c : {' ', ',', '\\', '!'}) {
        std::string text = safe;
        text[at] = c;
        EXPECT_EQ(Texts({text}), "\"" + text + "\"\n");
      }
      std::string text = safe;
      text[at] = '"';
      EXPECT_EQ(Texts({text}), "\"" + safe.substr(0, at) + "\"\"" + safe.substr(at + 1) + "\"\n");
    }
  }
  // 24 characters of three bytes, 12 of four, which are two UTF-16 units each.
  std::string wide, pairs;
  for (int i = 0; i < 24; ++i) wide += "€";
  for (int i = 0; i < 12; ++i) pairs += "😀";
  EXPECT_EQ(Texts({wide, wide + "x", pairs, pairs + "x"}),
            wide + "\n\"" + wide + "x\"\n" + pairs + "\n\"" + pairs + "x\"\n");
}

TEST(CsvEncoder, TimestampsOfOneSecondAndOfTheNext) {
  for (const int precision : {0, 3, 6, 9}) {
    const int64_t units = data::TimestampUnitsPerSecond(precision);
    text::TimestampText writer(precision, ' ', true);
    for (const int64_t second : {int64_t{0}, int64_t{0}, int64_t{-1}, int64_t{1704164645},
                                 int64_t{-2208988801}, int64_t{1704164646}}) {
      for (const int64_t rest : {int64_t{0}, int64_t{1}, units / 2, units - 1}) {
        char buffer[data::kMaxChars];
        std::string expected;
        text::AppendTimestamp(second * units + rest, precision, ' ', true, &expected);
        EXPECT_EQ(std::string(buffer, writer.Write(second * units + rest, buffer)), expected);
      }
    }
  }
}

TEST(CsvEncoder, AllTypes) {
  const std::vector<Type> types = {
      Type::Int(),  Type::Double(),     Type::Decimal(10, 2),  Type::Boolean(), Type::Date(),
      Type::Time(), Type::Timestamp(3), Type::TimestampLtz(3), Type::Bytes(),   Type::Float()};
  const auto fill = [](auto& b) {
    b[0].template Append<int32_t>(1);
    b[1].template Append<double>(1e20);
    b[2].template Append<__int128>(10000000);
    b[3].template Append<uint8_t>(1);
    b[4].template Append<int32_t>(19724);
    b[5].template Append<int32_t>(45296000);
    b[6].template Append<int64_t>(1704164645678);
    b[7].template Append<int64_t>(1704164400100);
    b[8].AppendString("hello");
    b[9].template Append<float>(0.1f);
    for (auto& c : b) c.AppendNull();
  };
  EXPECT_EQ(Encode(types, fill),
            "1,1.0E20,1E+5,true,2024-01-02,12:34:56,\"2024-01-02 03:04:05.678\","
            "\"2024-01-02 03:00:00.1Z\",aGVsbG8=,0.1\n,,,,,,,,,\n");
  EXPECT_EQ(Encode(types, fill,
                   {{"null-literal", "NULL"},
                    {"field-delimiter", "|"},
                    {"write-bigdecimal-in-scientific-notation", "false"}}),
            "1|1.0E20|1E+5|true|\"2024-01-02\"|\"12:34:56\"|\"2024-01-02 03:04:05.678\"|"
            "\"2024-01-02 03:00:00.1Z\"|\"aGVsbG8=\"|0.1\n"
            "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL\n");
}

TEST(CsvEncoder, ArraysAndRows) {
  EXPECT_EQ(
      Encode({Type::Array(Type::String()), Type::Row({{"x", Type::Int()}, {"y", Type::String()}})},
             [](auto& b) {
               b[0].child(0)->AppendString("a");
               b[0].child(0)->AppendString("b c");
               b[0].EndList();
               b[1].child(0)->template Append<int32_t>(1);
               b[1].child(1)->AppendString("z");
               b[1].EndRow();
               b[0].child(0)->AppendString("a");
               b[0].child(0)->AppendNull();
               b[0].EndList();
               b[1].child(0)->AppendNull();
               b[1].child(1)->AppendString("q");
               b[1].EndRow();
               b[0].AppendNull();
               b[1].AppendNull();
             }),
      "\"a;b c\",1;z\na;,;q\n,\n");
}

TEST(CsvEncoder, DecimalsStrippedOfZeros) {
  EXPECT_EQ(
      Encode({Type::Decimal(38, 18)},
             [](auto& b) {
               b[0].template Append<__int128>(0);
               b[0].template Append<__int128>(1);
               b[0].template Append<__int128>(static_cast<__int128>(12) * 1000000000 * 1000000000 *
                                              1000);
               b[0].template Append<__int128>(-static_cast<__int128>(15) * 100000000 * 1000000000);
             }),
      "0\n1E-18\n1.2E+4\n-1.5\n");
}

}  // namespace
}  // namespace thalweg::formats
