// Expected results are real Flink's on the same files.
#include "formats/csv/csv_decoder.h"

#include <gtest/gtest.h>

#include <optional>

#include "formats/decode_testing.h"
#include "formats/parallel_decoder.h"
#include "formats/row_text_testing.h"

namespace thalweg::formats {
namespace {

using data::Schema;
using data::Type;

const Type kI = Type::Int(), kS = Type::String(), kD = Type::Double();
const Schema kAbc = {{"a", kI}, {"b", kS}, {"c", kD}};
const Schema kTwoTexts = {{"a", kS}, {"b", kS}};
const FormatOptions kIgnore = {{"ignore-parse-errors", "true"}};

struct Decoded {
  std::vector<std::string> rows;
  Status status;
  DecodePosition position;
  int64_t skipped = 0;
};

/// Decodes at several chunk sizes, alone and with helpers, which must not make a difference.
Decoded Decode(const Schema& physical, const Schema& read, std::string_view input,
               const FormatOptions& options = {}) {
  std::optional<Decoded> first;
  for (const int helpers : {0, 2}) {
    for (const size_t chunk :
         {input.size() + 1, size_t{1}, size_t{2}, size_t{3}, size_t{5}, size_t{16}, size_t{63}}) {
      auto decoder = MakeStreamDecoder(*FindFormat("csv"), {read, physical}, options, {}, helpers);
      if (!decoder.ok()) return {{}, decoder.status(), {}, 0};
      Decoded d;
      const auto batches = DecodeAll(decoder->get(), input, chunk, chunk == 3 ? 1 : 100, &d.status);
      d.rows = RowTexts(batches);
      d.position = (*decoder)->position();
      d.skipped = (*decoder)->skipped();
      if (!first) {
        first = d;
        continue;
      }
      const auto how =
          "chunks of " + std::to_string(chunk) + ", helpers: " + std::to_string(helpers);
      EXPECT_EQ(d.rows, first->rows) << how;
      EXPECT_EQ(d.status.message(), first->status.message()) << how;
      EXPECT_EQ(d.position.byte_offset, first->position.byte_offset) << how;
      EXPECT_EQ(d.position.line, first->position.line) << how;
      EXPECT_EQ(d.skipped, first->skipped) << how;
    }
  }
  return *first;
}
Decoded Decode(const Schema& schema, std::string_view input, const FormatOptions& options = {}) {
  return Decode(schema, schema, input, options);
}

TEST(CsvDecoder, NumbersAreTrimmedTextsAreNot) {
  const auto d = Decode(kAbc, "1,x,2.5\n 2 , y , 3.5 \n3,,1e3\n");
  EXPECT_EQ(d.rows, Rows("1|x|2.5", "2| y |3.5", "3||1000.0"));
  EXPECT_EQ(d.position.line, 3);
  EXPECT_EQ(d.position.byte_offset, 29);
}

TEST(CsvDecoder, AnEmptyNumberIsAnError) {
  const auto d = Decode(kAbc, "1,x,2.5\n,y,3.5\n");
  EXPECT_EQ(d.rows, Rows("1|x|2.5"));
  EXPECT_EQ(d.status.code(), StatusCode::kBadData);
  EXPECT_EQ(d.status.message(), "column 'a': expected an INT, found '' (line 2, byte offset 8)");
}

TEST(CsvDecoder, IgnoreParseErrors) {
  const auto d = Decode(kAbc,
                        "1,x,2.5\n,y,3.5\nq,z,w\n4\n5,a,1,2\n\n6,\"q\"x,2\n7,g,1,\n8,h\n"
                        "9,\"b\",1\n",
                        kIgnore);
  EXPECT_EQ(d.rows, Rows("1|x|2.5", "NULL|y|3.5", "NULL|z|NULL", "4|NULL|NULL", "NULL|NULL|NULL",
                         "7|g|1.0", "8|h|NULL", "9|b|1.0"));
  EXPECT_EQ(d.skipped, 2);
  const auto resync = Decode(kTwoTexts, "a,\"b\"x\"c,d\ne,f\"\ng,h\n", kIgnore);
  EXPECT_EQ(resync.rows, Rows("g|h"));
}

TEST(CsvDecoder, MissingColumnsAreNullWhileEnoughAreThere) {
  EXPECT_PRED2(Contains, Decode(kAbc, "1,x\n").status.message(), "expected 3 fields, found 2");
  const Schema c = {kAbc[2]};
  EXPECT_EQ(Decode(kAbc, c, "1\n2,x\n3,d,4\n").rows, Rows("NULL", "NULL", "4.0"));
  const Schema ac = {kAbc[0], kAbc[2]};
  EXPECT_EQ(Decode(kAbc, ac, "2,x\n1\n").rows, Rows("2|NULL"));
}

TEST(CsvDecoder, OnlyColumnsReadAreConverted) {
  const Schema b = {kAbc[1]};
  EXPECT_EQ(Decode(kAbc, b, "xx,y,zz\n2,x,3\n").rows, Rows("y", "x"));
  EXPECT_EQ(Decode(kAbc, {}, "xx,y,zz\n2,x,3\n").position.line, 2);
}

TEST(CsvDecoder, ExtraColumns) {
  const Schema s = {{"a", kI}, {"b", kS}};
  EXPECT_EQ(Decode(s, "1,x,\n2,y, \n").rows, Rows("1|x", "2|y"));
  const auto d = Decode(s, "0,w\n1,x,zz\n2,y\n");
  EXPECT_EQ(d.status.message(), "expected 2 fields, found more: 'zz' (line 2, byte offset 8)");
  EXPECT_FALSE(Decode(s, "1,x,,\n").status.ok());
}

TEST(CsvDecoder, EmptyLinesAreRecords) {
  EXPECT_FALSE(Decode(kTwoTexts, "1,x\n\n2,y\n").status.ok());
  const Schema one = {{"b", kS}};
  EXPECT_EQ(Decode(one, "x\n\ny").rows, Rows("x", "", "y"));
  EXPECT_EQ(Decode(one, "").rows, Rows());
  EXPECT_EQ(Decode(one, "\r\n\r\n").rows, Rows("", ""));
}

TEST(CsvDecoder, QuotesAndLineEnds) {
  const auto d =
      Decode(kTwoTexts, "\"a \"\"q\"\" b\",x\r\n\"l1\nl2\",y\r\"z\" , w\nfoo\"bar,\"z\"");
  EXPECT_EQ(d.rows, Rows("a \"q\" b|x", "l1\nl2|y", "z| w", "foo\"bar|z"));
  EXPECT_EQ(d.position.line, 5);
  const auto open = Decode(kTwoTexts, "q,w\na,\"unclosed\nz\n");
  EXPECT_EQ(open.rows, Rows("q|w"));
  EXPECT_EQ(open.status.message(),
            "expected a closing quote \" before the end of the file (line 2, byte offset 6)");
  EXPECT_EQ(Decode(kTwoTexts, "q,w\na,\"unclosed\nz\n", kIgnore).rows, Rows("q|w"));
  EXPECT_PRED2(Contains, Decode(kTwoTexts, "a,\"b\"x\n").status.message(),
               "after the closing quote of field 2, found 'x'");
}

TEST(CsvDecoder, TimesAndDecimals) {
  const Schema s = {{"c", Type::Date()},          {"d", Type::Time()},
                    {"e", Type::Timestamp(3)},    {"e9", Type::Timestamp(9)},
                    {"f", Type::TimestampLtz(3)}, {"g", Type::Decimal(10, 2)},
                    {"h", Type::Bytes()}};
  const auto d = Decode(
      s,
      "2024-2-3,12:34,2024-02-28 12:34:56.123456,2024-02-28 24:00:00,2024-01-01 00:00:00Z,1e3,"
      "aGVsbG8=\n"
      "2024-02-31,12:34:56.9, 2024-02-30 12:34:56. ,2024-02-28 00:00:00.123456789,"
      "2024-01-01 00:00:00.5Z,123456789012.5,aGVs\n");
  EXPECT_EQ(d.rows, Rows("2024-02-03|12:34:00|2024-02-28 12:34:56.123|2024-02-29 00:00:00|"
                         "2024-01-01 00:00:00Z|1000.00|hello",
                         "2024-03-02|12:34:56|2024-02-29 12:34:56|"
                         "2024-02-28 00:00:00.123456789|2024-01-01 00:00:00.5Z|NULL|hel"));
  for (const auto& [type, bad] : std::initializer_list<std::pair<Type, std::string>>{
           {Type::Date(), " 2024-02-03"},
           {Type::Timestamp(3), "2024-02-03T00:00:00"},
           {Type::Timestamp(3), "2024-02-31 25:00:00"},
           {Type::Timestamp(3), "2024-02-03 00:00:60"},
           {Type::Timestamp(3), "2024-02-03 0:00:00"},
           {Type::TimestampLtz(3), "2024-02-03 00:00:00"},
           {Type::Decimal(10, 2), " 1.5"},
           {Type::Int(), "1.0"},
           {Type::Int(), "2147483648"},
           {Type::Bigint(), "9223372036854775808"},
           {Type::Bytes(), "aGVsbG8"},
           {Type::Bytes(), "!!"},
           {Type::Time(), "24:00:00"},
       }) {
    EXPECT_FALSE(Decode({{"c", type}}, bad + "\n").status.ok()) << type.ToString() << " " << bad;
  }
}

TEST(CsvDecoder, NumbersAsJavaReadsThem) {
  EXPECT_EQ(
      Decode({{"c", kD}}, "NaN\n-Infinity\n+1.5\n1.\n.5\n0x1p3\n1d\n2.5f\n1e400\n-0.0\n").rows,
      Rows("NaN", "-Infinity", "1.5", "1.0", "0.5", "8.0", "1.0", "2.5", "Infinity", "-0.0"));
  EXPECT_EQ(
      Decode({{"c", Type::Bigint()}},
             "+5\n-0\n007\n9223372036854775807\n-9223372036854775808\n12345678\n 1234567\n")
          .rows,
      Rows("5", "0", "7", "9223372036854775807", "-9223372036854775808", "12345678", "1234567"));
  EXPECT_EQ(Decode({{"c", Type::Float()}, {"d", Type::Tinyint()}, {"e", Type::Smallint()}},
                   "16777217,127,-32768\n1e39,-128,32767\n3.4028236e38,+1,0\n")
                .rows,
            Rows("1.6777216E7|127|-32768", "Infinity|-128|32767", "Infinity|1|0"));
  EXPECT_EQ(Decode({{"h", Type::Decimal(38, 0)}, {"i", Type::Decimal(5, 3)}},
                   "99999999999999999999999999999999999999,1.0005\n1e37,12.9999\n"
                   "123456789012345678901234567890123456789,-1.0005\n")
                .rows,
            Rows("99999999999999999999999999999999999999|1.001",
                 "10000000000000000000000000000000000000|13.000", "NULL|-1.001"));
  EXPECT_EQ(Decode({{"c", Type::Boolean()}}, "yes\n TRUE \n\"true\"\n").rows,
            Rows("false", "true", "true"));
}

TEST(CsvDecoder, ArraysAndRows) {
  const Schema s = {{"a", kI}, {"b", Type::Array(kS)}, {"c", Type::Row({{"x", kS}, {"y", kS}})}};
  EXPECT_EQ(Decode(s, "1,1;2;3,4;five\n2,,\n3,\";\",\"7;8\"\n4, ,x;y\n").rows,
            Rows("1|[1, 2, 3]|(4, five)", "2|[]|NULL", "3|[, ]|(7, 8)", "4|[]|(x, y)"));
  const Schema pruned = {{"c", Type::Row({{"y", kS}})}};
  EXPECT_EQ(Decode(s, pruned, "1,1;2;3,4;five\n2,,\n").rows, Rows("(five)", "NULL"));
  EXPECT_FALSE(Decode(s, "1,,x\n").status.ok());
  const Schema ints = {{"a", kI}, {"b", Type::Array(kI)}};
  EXPECT_EQ(Decode(ints, "1,x;2\n2,;\n", kIgnore).rows, Rows("1|[NULL, 2]", "2|[NULL, NULL]"));
}

TEST(CsvDecoder, Options) {
  EXPECT_EQ(Decode(kTwoTexts, "a\\,b,c\\nd\n\"x\\\"y\",\"z\\\\\"\n\\\"q,w\n",
                   {{"escape-character", "\\"}})
                .rows,
            Rows("a,b|c\nd", "x\"y|z\\", "\"q|w"));
  EXPECT_EQ(Decode(kTwoTexts, "#c1\n a,b\n\n  #c2\nx#y,z\n#end", {{"allow-comments", "true"}}).rows,
            Rows("a|b", "x#y|z"));
  EXPECT_EQ(Decode(kTwoTexts, "a\tb\n", {{"field-delimiter", "\\t"}}).rows, Rows("a|b"));
  EXPECT_EQ(Decode(kTwoTexts, "\"a\",b\"c\n", {{"disable-quote-character", "true"}}).rows,
            Rows("\"a\"|b\"c"));
  EXPECT_EQ(
      Decode(kTwoTexts, "'a;b';c\n", {{"quote-character", "'"}, {"field-delimiter", ";"}}).rows,
      Rows("a;b|c"));
  EXPECT_EQ(Decode({{"a", kI}, {"b", kS}}, ",\n1,\"\"\n", {{"null-literal", ""}}).rows,
            Rows("NULL|NULL", "1|NULL"));
  EXPECT_EQ(Decode(kTwoTexts, "", {{"field-delimiter", "||"}}).status.code(),
            StatusCode::kInvalidSql);
  EXPECT_EQ(FindFormat("csv")->validate({{"m", Type::Map(kS, kS)}}, {}).code(),
            StatusCode::kInvalidSql);
}

TEST(CsvDecoder, ByteOrderMarkAndInvalidUtf8) {
  EXPECT_EQ(Decode(kTwoTexts, "\xEF\xBB\xBF\"o,k\",\xC3\xA9\nz,y\n").rows,
            Rows("o,k|\xC3\xA9", "z|y"));
  const auto d = Decode({{"a", kS}}, "ok\n\xFF\xFE\nz\n");
  EXPECT_EQ(d.rows, Rows("ok"));
  EXPECT_EQ(d.status.message(),
            "expected UTF-8, found invalid bytes in '\\xff\\xfe\\x0a' (line 2, byte offset 3)");
  EXPECT_EQ(Decode({{"a", kS}}, "ok\n\xFF\xFE\nz\n", kIgnore).rows, Rows("ok", "z"));
  // A chunk that ends with a CR, the record's end: what follows is not the rest of a character.
  EXPECT_EQ(Decode({{"a", kS}}, "a\r\xA5\rz\n", kIgnore).rows, Rows("a", "z"));
  EXPECT_EQ(Decode({{"a", kS}}, "ab\r\xA5\xA5\rz\n", kIgnore).rows, Rows("ab", "z"));
}

TEST(CsvDecoder, ResumesAtAPosition) {
  const std::string input = "a,\"1\n2\"\nb,3\nc,4\n";
  auto decoder = FindFormat("csv")->make_decoder({kTwoTexts, kTwoTexts}, {}, {});
  ASSERT_TRUE((*decoder)->Feed(data::Buffer::Copy(input), true).ok());
  data::Batch batch;
  ASSERT_TRUE((*decoder)->Next(1, &batch).ok());
  const DecodePosition p = (*decoder)->position();
  EXPECT_EQ(p.line, 2);
  (*decoder)->Seek(p);
  Status status;
  const auto rest =
      DecodeAll(decoder->get(), std::string_view(input).substr(static_cast<size_t>(p.byte_offset)),
                4, 10, &status);
  EXPECT_EQ(RowTexts(rest), Rows("b|3", "c|4"));
  EXPECT_EQ((*decoder)->position().line, 4);
}

TEST(CsvDecoder, LongLinesUpToTheLimit) {
  const std::string line = "a," + std::string(10 << 20, 'x') + "\n";
  auto decoder = FindFormat("csv")->make_decoder({kTwoTexts, kTwoTexts}, {}, {});
  Status status;
  const auto batches = DecodeAll(decoder->get(), line, 1 << 20, 10, &status);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(batches[0].columns[1]->At<std::string_view>(0).size(), size_t{10} << 20);
  decoder = FindFormat("csv")->make_decoder({kTwoTexts, kTwoTexts}, {}, {});
  DecodeAll(decoder->get(), "ok,1\n\"" + std::string(65 << 20, '\n'), 8 << 20, 10, &status);
  EXPECT_PRED2(Contains, status.message(), "longer than 64");
  EXPECT_PRED2(Contains, status.message(), "line 2");
}

}  // namespace
}  // namespace thalweg::formats
