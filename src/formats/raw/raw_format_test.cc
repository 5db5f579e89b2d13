// Expected results are real Flink's on the same files.
#include "formats/raw/raw_format.h"

#include <gtest/gtest.h>

#include "data/column_builder.h"
#include "formats/decode_testing.h"
#include "formats/row_text_testing.h"

namespace thalweg::formats {
namespace {

using data::Type;

std::vector<std::string> Decode(const Type& type, std::string_view input,
                                const FormatOptions& options = {}, Status* error = nullptr) {
  std::vector<std::string> first;
  for (const size_t chunk : {size_t{1000}, size_t{1}, size_t{3}}) {
    auto decoder = raw::RawFormat().make_decoder({{{"a", type}}, {{"a", type}}}, options, {});
    EXPECT_TRUE(decoder.ok()) << decoder.status().message();
    Status status;
    auto rows = RowTexts(DecodeAll(decoder->get(), input, chunk, 2, &status));
    if (error != nullptr) *error = status;
    EXPECT_TRUE(status.ok() || error != nullptr) << status.message();
    if (chunk == 1000) first = rows;
    EXPECT_EQ(rows, first);
  }
  return first;
}

TEST(Raw, LinesAreValues) {
  EXPECT_EQ(Decode(Type::String(), "ab\r\n\n c \n\xFF\xE9\nlast"),
            Rows("ab", "", " c ", "\xEF\xBF\xBD\xEF\xBF\xBD", "last"));
  EXPECT_EQ(Decode(Type::String(), "caf\xE9\n", {{"charset", "ISO-8859-1"}}), Rows("caf\xC3\xA9"));
  EXPECT_EQ(Decode(Type::Bytes(), std::string_view("\xFF\0\n\n", 4)),
            Rows(std::string("\xFF\0", 2), ""));
}

TEST(Raw, Numbers) {
  EXPECT_EQ(Decode(Type::Int(), std::string_view("\0\0\0\1\n\0\0\0\2", 9)), Rows("1", "2"));
  EXPECT_EQ(Decode(Type::Int(), std::string_view("\1\0\0\0\n\2\0\0\0\n", 10),
                   {{"endianness", "little-endian"}}),
            Rows("1", "2"));
  EXPECT_EQ(Decode(Type::Boolean(), std::string_view("\1\n\0\n\5\n", 6)),
            Rows("true", "false", "true"));
  EXPECT_EQ(Decode(Type::Double(), std::string_view("\x3F\xF0\0\0\0\0\0\0\n", 9)), Rows("1.0"));
  Status error;
  EXPECT_EQ(Decode(Type::Int(), std::string_view("\0\0\0\1\n\0\1\n", 8), {}, &error), Rows("1"));
  EXPECT_EQ(error.message(), "expected 4 bytes for INT, found 2 (line 2, byte offset 5)");
}

TEST(Raw, Writes) {
  data::ColumnBuilder b(Type::Smallint());
  b.Append<int16_t>(258);
  data::Batch batch;
  batch.size = 1;
  batch.columns.push_back(b.Finish());
  std::string out;
  auto encoder = raw::RawFormat().make_encoder({{"a", Type::Smallint()}}, {}, {});
  EXPECT_TRUE((*encoder)->Encode(batch, &out).ok());
  EXPECT_EQ(out, "\1\2\n");
  b.AppendNull();
  batch.columns[0] = b.Finish();
  EXPECT_EQ((*encoder)->Encode(batch, &out).code(), StatusCode::kEvaluation);
}

TEST(Raw, RefusesOtherTables) {
  EXPECT_EQ(raw::RawFormat().validate({{"a", Type::Int()}, {"b", Type::Int()}}, {}).code(),
            StatusCode::kInvalidSql);
  EXPECT_EQ(raw::RawFormat().validate({{"a", Type::Timestamp(3)}}, {}).code(),
            StatusCode::kInvalidSql);
}

}  // namespace
}  // namespace thalweg::formats
