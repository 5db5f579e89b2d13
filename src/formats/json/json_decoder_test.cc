// Expected results are real Flink's on the same files.
#include "formats/json/json_decoder.h"

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
const FormatOptions kIgnore = {{"ignore-parse-errors", "true"}};

struct Decoded {
  std::vector<std::string> rows;
  Status status;
  DecodePosition position;
  int64_t skipped = 0;
};

/// Decodes at several chunk sizes, alone and with helpers, which must not make a difference.
Decoded Decode(const Schema& schema, std::string_view input, const FormatOptions& options = {}) {
  std::optional<Decoded> first;
  for (const int helpers : {0, 2}) {
    for (const size_t chunk : {input.size() + 1, size_t{1}, size_t{3}, size_t{40}}) {
      auto decoder = MakeStreamDecoder(*FindFormat("json"), {schema, schema}, options, {}, helpers);
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

/// The one value of column `a`.
std::string Value(const Type& type, const std::string& json, const FormatOptions& options = {}) {
  const auto d = Decode({{"a", type}}, "{\"a\":" + json + "}\n", options);
  return d.status.ok() && d.rows.size() == 1 ? d.rows[0] : "error: " + d.status.message();
}

TEST(JsonDecoder, FieldsAndCoercions) {
  const auto d = Decode(kAbc,
                        "{\"a\":1,\"b\":\"x\",\"c\":2.5}\n{\"b\":1.50,\"a\":\"7\",\"c\":\"8\"}\n\n"
                        "{\"a\":null}\r\n"
                        "{\"a\":3,\"a\":4,\"z\":[1,{\"q\":2}],\"b\":{\"k\":[1, 2.0,1e5]},\"c\":1}\n"
                        "{\"a\":1.9,\"b\":true,\"c\":1e400}\n");
  EXPECT_TRUE(d.status.ok()) << d.status.message();
  EXPECT_EQ(d.rows, Rows("1|x|2.5", "7|1.50|8.0", "NULL|NULL|NULL",
                         "4|{\"k\":[1,2.0,100000.0]}|NULL", "1|true|Infinity"));
  EXPECT_EQ(d.position.line, 6);
  const Schema all = {{"a", Type::Tinyint()},     {"b", Type::Smallint()}, {"c", kI},
                      {"d", Type::Bigint()},      {"e", Type::Float()},    {"f", Type::Boolean()},
                      {"g", Type::Decimal(10, 2)}};
  EXPECT_EQ(
      Decode(all,
             "{\"a\":127,\"b\":-5,\"c\":1.99,\"d\":-1.99e3,\"e\":0.1,\"f\":\"TRUE\",\"g\":1.005}\n"
             "{\"a\":\" 5 \",\"b\":\"6\",\"c\":\" 7 \",\"d\":\"8\",\"e\":\"1e3\",\"f\":1,"
             "\"g\":\" 1.5 \"}\n"
             "{\"d\":9223372036854775807,\"f\":\"no\",\"g\":99999999999,\"e\":5}\n"
             "{\"e\":1e39,\"g\":1e2,\"f\":false}\n")
          .rows,
      Rows("127|-5|1|-1990|0.1|true|1.01", "5|6|7|8|1000.0|false|1.50",
           "NULL|NULL|NULL|9223372036854775807|5.0|false|NULL",
           "NULL|NULL|NULL|NULL|Infinity|false|100.00"));
}

TEST(JsonDecoder, WhatIsNotTheType) {
  for (const auto& [type, json] : std::initializer_list<std::pair<Type, std::string>>{
           {Type::Tinyint(), "128"},
           {Type::Tinyint(), "1.0"},
           {Type::Smallint(), "40000"},
           {Type::Smallint(), "1.5"},
           {kI, "2147483648"},
           {kI, "1e10"},
           {Type::Bigint(), "9223372036854775808"},
           {Type::Bigint(), "1e30"},
           {kI, "\"\""},
           {kD, "\"\""},
           {kD, "true"},
           {Type::Decimal(5, 2), "true"},
           {Type::Decimal(5, 2), "\"\""},
           {kI, "true"},
           {Type::Bytes(), "\"!!\""},
           {Type::Bytes(), "5"},
           {Type::Array(kI), "{}"},
           {Type::Array(kI), "\"x\""},
           {Type::Map(kS, kI), "[]"},
           {Type::Row({{"x", kI}}), "[]"},
           {Type::Date(), "\"2024-02-30\""},
           {Type::Date(), "\"2024-2-3\""},
           {Type::Date(), "19000"},
           {Type::Timestamp(3), "1700000000000"},
           {Type::Timestamp(3), "\"2024-01-01T00:00:00\""},
           {Type::Timestamp(3), "\"2024-01-01 00:00\""},
           {Type::Timestamp(3), "\"2024-01-01 00:00:00.1234567891\""},
           {Type::TimestampLtz(3), "\"2024-01-01 00:00:00\""},
           {Type::TimestampLtz(3), "\"2024-01-01 00:00:00+01:00\""},
           {Type::Time(), "\"12:34\""},
           {Type::Timestamp(3), "\" 2024-01-01 00:00:00\""},
           {kI, "NaN"},
           {kI, "01"},
           {kI, "1,"},
           {kI, "1,\"b\":tru"},
       }) {
    EXPECT_EQ(Value(type, json).substr(0, 6), "error:") << type.ToString() << " " << json;
  }
  EXPECT_EQ(Value(Type::Boolean(), "\"\""), "false");
  EXPECT_EQ(Value(kS, "[1]"), "[1]");
  EXPECT_EQ(Value(Type::Multiset(kS), "{\"x\":2}"), "{x=2}");
  EXPECT_EQ(Value(kI, "\"x\",\"b\":1"),
            "error: field 'a': expected INT, found '\"x\",\"b\":1}' (line 1, byte offset 5)");
}

TEST(JsonDecoder, Times) {
  EXPECT_EQ(Value(Type::Date(), "\"2024-02-29\""), "2024-02-29");
  EXPECT_EQ(Value(Type::Time(), "\"24:00:00\""), "00:00:00");
  EXPECT_EQ(Value(Type::Timestamp(3), "\"2024-02-31 12:34:56.123456\""), "2024-02-29 12:34:56.123");
  EXPECT_EQ(Value(Type::Timestamp(3), "\"2024-02-29 23:59:59.\""), "2024-02-29 23:59:59");
  EXPECT_EQ(Value(Type::Timestamp(9), "\"2024-01-01 24:00:00\""), "2024-01-02 00:00:00");
  EXPECT_EQ(Value(Type::TimestampLtz(3), "\"2024-01-01 00:00:00.5Z\""), "2024-01-01 00:00:00.5Z");
  const FormatOptions iso = {{"timestamp-format.standard", "ISO-8601"}};
  EXPECT_EQ(Value(Type::Timestamp(9), "\"2024-01-01T12:00\"", iso), "2024-01-01 12:00:00");
  EXPECT_EQ(Value(Type::Timestamp(3), "\"2024-02-29t12:34:56\"", iso), "2024-02-29 12:34:56");
  EXPECT_EQ(Value(Type::TimestampLtz(3), "\"2024-02-21T12:34Z\"", iso), "2024-02-21 12:34:00Z");
  EXPECT_EQ(Value(Type::Timestamp(3), "\"2024-02-31T12:34:56.123\"", iso).substr(0, 6), "error:");
  EXPECT_EQ(Value(Type::TimestampLtz(3), "\"2024-02-21T12:34:00+01:00\"", iso).substr(0, 6),
            "error:");
  // The fast path after a date has been seen.
  EXPECT_EQ(Decode({{"a", Type::Timestamp(3)}},
                   "{\"a\":\"2024-02-21 00:00:01.250\"}\n{\"a\":\"2024-02-21 23:59:59\"}\n"
                   "{\"a\":\"2024-02-21 24:00:00\"}\n{\"a\":\"2024-02-22 01:02:03.004\"}\n")
                .rows,
            Rows("2024-02-21 00:00:01.25", "2024-02-21 23:59:59", "2024-02-22 00:00:00",
                 "2024-02-22 01:02:03.004"));
  EXPECT_FALSE(Decode({{"a", Type::Timestamp(3)}},
                      "{\"a\":\"2024-02-21 00:00:01\"}\n{\"a\":\"2024-02-21 00x00:01\"}\n")
                   .status.ok());
}

TEST(JsonDecoder, StringsAndTheirEscapes) {
  EXPECT_EQ(Value(kS, "\"tab\there \\u0041\\uD83D\\uDE00 \\/ \\b\""),
            "tab\there A\xF0\x9F\x98\x80 / \b");
  EXPECT_EQ(Value(kS, "\"\\ud83d\""), "?");
  EXPECT_EQ(Value(kS, "1.10e5"), "1.10e5");
  EXPECT_EQ(Value(kS, "-0"), "-0");
  EXPECT_EQ(Value(kS,
                  "{\"z\":1,\"y\":[1.50,2e3,12345678901234567890,\"q\\\"\\u00e9\"],\"z\":3,"
                  "\"n\":null,\"b\":true}"),
            "{\"z\":3,\"y\":[1.5,2000.0,12345678901234567890,\"q\\\"\xC3\xA9\"],\"n\":null,"
            "\"b\":true}");
  EXPECT_EQ(Decode({{"a", kS}, {"d", Type::Decimal(5, 2)}},
                   "{\"a\":{\"z\":1.50,\"y\":1e5,\"x\":1E-10,\"w\":0.10}}\n")
                .rows,
            Rows("{\"z\":1.5,\"y\":1E+5,\"x\":1E-10,\"w\":0.1}|NULL"));
  EXPECT_EQ(Value(kS, "\"\\x\"").substr(0, 6), "error:");
}

// Names are recognised by where an earlier object had them, with the text around them.
TEST(JsonDecoder, ObjectsOfOtherShapesThanTheOneBefore) {
  const std::string longest(27, 'n'), longer(28, 'n');
  const Schema schema = {{"a", kI}, {longest, kI}, {longer, kI}, {"r", Type::Row({{"a", kS}})}};
  const auto object = [&](const std::string& colon, const std::string& comma) {
    return "{\"a\"" + colon + "1" + comma + "\"" + longest + "\"" + colon + "2" + comma + "\"" +
           longer + "\"" + colon + "3" + comma + "\"r\"" + colon + "{\"a\"" + colon + "\"x\"}}\n";
  };
  const auto d =
      Decode(schema, object(":", ",") + object(":", ",") + object(" :", ",") + object(": ", " , ") +
                         object("\t:\r", ",\r") + "{\"r\":{\"b\":0,\"a\":null},\"a\":5}\n" +
                         "{\"a\":6,\"" + longest + "n\":7,\"" + longest.substr(1) +
                         "\":8,\"r\":{}}\n" + "{\"b\":null,\"a\":7,\"a\":8,\"" + longest +
                         "\":null ,\"r\":null}\n" + object(":", ","));
  EXPECT_TRUE(d.status.ok()) << d.status.message();
  EXPECT_EQ(d.rows, Rows("1|2|3|(x)", "1|2|3|(x)", "1|2|3|(x)", "1|2|3|(x)", "1|2|3|(x)",
                         "5|NULL|NULL|(NULL)", "6|NULL|7|(NULL)", "8|NULL|NULL|NULL", "1|2|3|(x)"));
  const Schema two = {{"a", kI}, {"b", kI}};
  for (const char* wrong :
       {"{\"a\":1,\"b\"2}", "{\"a\":1,\"b:2}", "{\"a\":1\"b\":2}", "{\"a\":nul}", "{\"a\":nullx}",
        "{\"a\":2147483648}", "{\"a\":-2147483649}"}) {
    const auto bad = Decode(two, "{\"a\":1,\"b\":2}\n" + std::string(wrong) + "\n");
    EXPECT_EQ(bad.rows, Rows("1|2"));
    EXPECT_FALSE(bad.status.ok()) << wrong;
  }
  EXPECT_EQ(Value(kI, "2147483647"), "2147483647");
  EXPECT_EQ(Value(kI, "-2147483648"), "-2147483648");
}

TEST(JsonDecoder, EscapesAtEveryPlace) {
  for (size_t length = 0; length < 70; ++length) {
    for (size_t at = 0; at <= length; ++at) {
      const std::string before(at, 'x'), behind(length - at, 'y');
      std::string json = "\"" + before + "\\n\\u00e9" + behind + "\\\\\"";
      auto decoder = MakeStreamDecoder(*FindFormat("json"), {{{"a", kS}}, {{"a", kS}}}, {}, {}, 0);
      ASSERT_TRUE(decoder.ok());
      Status status;
      const auto batches = DecodeAll(decoder->get(), "{\"a\":" + json + "}", 1 << 20, 10, &status);
      ASSERT_TRUE(status.ok()) << json << status.message();
      EXPECT_EQ(batches[0].columns[0]->At<std::string_view>(0),
                before + "\n\xc3\xa9" + behind + "\\");
    }
  }
}

TEST(JsonDecoder, LinesArraysAndWhatFollows) {
  EXPECT_EQ(Decode(kAbc, "{\"a\":1,\"b\":\"x\",\"c\":2.5}{\"a\":2}\n{\"a\":1} garbage\n").rows,
            Rows("1|x|2.5", "1|NULL|NULL"));
  EXPECT_EQ(Decode({{"a", kI}, {"b", kS}}, "[{\"a\":1},{\"a\":2,\"b\":\"x\"}]\n{\"a\":3}").rows,
            Rows("1|NULL", "2|x", "3|NULL"));
  EXPECT_EQ(Decode({{"a", kI}}, "{\"a\":1,\"a\":5}\n{\"b\":{\"a\":7},\"a\":2}\n").rows,
            Rows("1", "2"));
  EXPECT_EQ(Decode({{"a", kS}}, "\xEF\xBB\xBF{\"a\":\"bom\"}\n").rows, Rows("bom"));
  EXPECT_EQ(Decode({{"a", kI}}, "   \n").status.message(),
            "expected a JSON object, found the end (line 1, byte offset 3)");
  EXPECT_FALSE(Decode({{"a", kI}}, "null\n").status.ok());
  EXPECT_PRED2(Contains, Decode({{"a", kI}}, "{\"a\":1}\n{\"a\":1\n,\"b\":2}\n").status.message(),
               "expected ',' or '}', found the end (line 2, byte offset 14)");
  EXPECT_EQ(Decode({}, "{\"a\":1}\n{}\n[{},{}]\n").position.line, 3);
}

TEST(JsonDecoder, Nested) {
  const Schema s = {{"a", Type::Array(kI)},
                    {"b", Type::Map(kS, kI)},
                    {"c", Type::Row({{"x", kI}, {"y", Type::Row({{"z", kS}})}})},
                    {"d", Type::Multiset(kS)},
                    {"e", Type::Array(Type::Row({{"k", kS}}))}};
  EXPECT_EQ(
      Decode(s,
             "{\"a\":[1,null,3],\"b\":{\"one\":1,\"two\":2,\"three\":3,\"four\":4,\"five\":5},"
             "\"c\":{\"x\":1,\"y\":{\"z\":\"q\"}},\"d\":{\"m\":2,\"n\":1},"
             "\"e\":[{\"k\":\"v\"},null,{}]}\n"
             "{\"a\":[],\"b\":{},\"c\":{},\"d\":null,\"e\":[]}\n"
             "{\"b\":{\"a\":1,\"b\":2,\"a\":3,\"c\":null}}\n")
          .rows,
      Rows("[1, NULL, 3]|{two=2, one=1, three=3, four=4, five=5}|(1, (q))|{m=2, n=1}|"
           "[(v), NULL, (NULL)]",
           "[]|{}|(NULL, NULL)|NULL|[]", "NULL|{a=3, c=NULL, b=2}|NULL|NULL|NULL"));
  std::string many = "{\"b\":{";
  for (int i = 0; i < 40; ++i) {
    many += (i > 0 ? ",\"k" : "\"k") + std::to_string(i * 7) + "\":" + std::to_string(i);
  }
  EXPECT_EQ(
      Decode({{"b", Type::Map(kS, kI)}},
             many + "}}\n{\"b\":{\"\xC3\xA9\":1,\"\xE6\x97\xA5\xE6\x9C\xAC\":2,"
                    "\"a long key with more than eight bytes\":3,\"\":4}}\n")
          .rows,
      Rows(
          "{k112=16, k259=37, k266=38, k0=0, k252=36, k224=32, k168=24, k196=28, k203=29, k49=7, "
          "k217=31, k210=30, k140=20, k28=4, k42=6, k14=2, k63=9, k147=21, k175=25, k119=17, "
          "k238=34, k189=27, k231=33, k245=35, k126=18, k77=11, k84=12, k182=26, k70=10, k133=19, "
          "k35=5, k154=22, k7=1, k21=3, k56=8, k273=39, k105=15, k161=23, k91=13, k98=14}",
          "{=4, \xC3\xA9=1, a long key with more than eight bytes=3, \xE6\x97\xA5\xE6\x9C\xAC=2}"));
}

TEST(JsonDecoder, IgnoreParseErrors) {
  const auto d = Decode(kAbc,
                        "{\"a\":\"x\",\"b\":\"y\",\"c\":\"z\"}\n{\"a\":1\nxx\n"
                        "{\"a\":{\"q\":1},\"b\":\"after\"}\n{\"a\":[1,2],\"b\":\"after\"}\n"
                        "{\"a\":99999999999,\"b\":\"big\"}\n{\"a\":5,\"b\":\"x\",\"c\":[}\n",
                        kIgnore);
  EXPECT_EQ(d.rows, Rows("NULL|y|NULL", "NULL|NULL|NULL", "NULL|big|NULL"));
  EXPECT_EQ(d.skipped, 4);
  const Schema lists = {{"a", Type::Array(Type::Row({{"x", Type::Array(kI)}}))}, {"b", kI}};
  EXPECT_EQ(Decode(lists,
                   "{\"a\":[{\"x\":[1,2]},{\"x\":[3]}],\"b\":1}\n{\"a\":[{\"x\":[9,9\n"
                   "{\"a\":[{\"x\":[4]}],\"b\":2}\n",
                   kIgnore)
                .rows,
            Rows("[([1, 2]), ([3])]|1", "[([4])]|2"));
}

TEST(JsonDecoder, MissingFields) {
  const FormatOptions fail = {{"fail-on-missing-field", "true"}};
  const auto d = Decode({{"a", kI}, {"b", kI}}, "{\"a\":1,\"b\":null}\n{\"a\":1}\n", fail);
  EXPECT_EQ(d.rows, Rows("1|NULL"));
  EXPECT_PRED2(Contains, d.status.message(), "fail-on-missing-field");
  EXPECT_EQ(
      Decode({{"a", kI}}, "", {{"fail-on-missing-field", "true"}, {"ignore-parse-errors", "true"}})
          .status.code(),
      StatusCode::kInvalidSql);
}

TEST(JsonDecoder, HostileInput) {
  const std::string deep(100000, '[');
  EXPECT_PRED2(Contains, Value(kS, deep), "at most 1000 levels of nesting");
  EXPECT_PRED2(Contains, Value(kI, "1,\"z\":" + deep), "at most 1000 levels of nesting");
  EXPECT_PRED2(Contains, Decode({{"a", kI}}, deep + "\n").status.message(),
               "expected a JSON object");
  EXPECT_EQ(Value(kI, "1,\"z\":" + std::string(900, '[') + std::string(900, ']')), "1");
  const auto d = Decode({{"a", kS}}, "{\"a\":\"ok\"}\n{\"a\":\"\xFF\"}\n{\"a\":\"z\"}\n");
  EXPECT_EQ(d.rows, Rows("ok"));
  EXPECT_PRED2(Contains, d.status.message(), "(line 2, byte offset 11)");
  EXPECT_EQ(Decode({{"a", kS}}, "{\"a\":\"ok\"}\n{\"a\":\"\xFF\"}\n{\"a\":\"z\"}\n", kIgnore).rows,
            Rows("ok", "z"));
  auto decoder = FindFormat("json")->make_decoder({{{"a", kS}}, {{"a", kS}}}, {}, {});
  Status status;
  const std::string line = "{\"a\":\"" + std::string(10 << 20, 'x') + "\"}\n";
  const auto batches = DecodeAll(decoder->get(), line, 1 << 20, 10, &status);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(batches[0].columns[0]->At<std::string_view>(0).size(), size_t{10} << 20);
}

}  // namespace
}  // namespace thalweg::formats
