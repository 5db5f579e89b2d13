// That its results are those of a single decoder is also checked by every case of the csv and json
// decoders' tests.
#include "formats/parallel_decoder.h"

#include <gtest/gtest.h>

#include "formats/decode_testing.h"
#include "formats/row_text_testing.h"

namespace thalweg::formats {
namespace {

using data::Schema;
using data::Type;

const Schema kSchema = {{"n", Type::Bigint()}, {"s", Type::String()}};
constexpr int kRows = 20000;
constexpr size_t kChunk = 4096;

/// "7,text"; every tenth text is quoted and goes over two lines.
std::string Csv() {
  std::string text;
  for (int i = 0; i < kRows; ++i) {
    text += std::to_string(i) + (i % 10 == 0 ? ",\"two\nlines, quoted\"\r\n" : ",text\n");
  }
  return text;
}

std::unique_ptr<StreamDecoder> Make(int helpers, const FormatOptions& options = {}) {
  return *MakeStreamDecoder(*FindFormat("csv"), {kSchema, kSchema}, options, {}, helpers);
}

std::vector<std::string> Rest(StreamDecoder* decoder, std::string_view input, Status* status) {
  return RowTexts(DecodeAll(decoder, input, kChunk, 100, status));
}

TEST(ParallelDecoder, ReturnsAllRowsInOrder) {
  Status status;
  const std::string input = Csv();
  const auto expected = Rest(Make(0).get(), input, &status);
  ASSERT_EQ(expected.size(), static_cast<size_t>(kRows));
  for (const int helpers : {1, 3}) {
    const auto decoder = Make(helpers);
    EXPECT_EQ(Rest(decoder.get(), input, &status), expected);
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(decoder->position().byte_offset, static_cast<int64_t>(input.size()));
  }
}

TEST(ParallelDecoder, GoesOnFromEachPosition) {
  const std::string input = Csv();
  const auto decoder = Make(2);
  size_t fed = 0;
  int rows = 0, batches = 0;
  DecodePosition at;
  for (data::Batch batch;;) {
    const auto state = decoder->Next(100, &batch);
    ASSERT_TRUE(state.ok());
    if (*state == StreamDecoder::State::kEnd) break;
    if (*state == StreamDecoder::State::kNeedInput) {
      const auto chunk = std::string_view(input).substr(fed, kChunk);
      fed += chunk.size();
      ASSERT_TRUE(decoder->Feed(data::Buffer::Copy(chunk), fed == input.size()).ok());
      continue;
    }
    rows += batch.size;
    if (++batches % 20 != 0) continue;
    at = decoder->position();
    const auto other = Make(2);
    other->Seek(at);
    Status status;
    const auto rest = Rest(
        other.get(), std::string_view(input).substr(static_cast<size_t>(at.byte_offset)), &status);
    ASSERT_EQ(rest.size(), static_cast<size_t>(kRows - rows));
    EXPECT_TRUE(rest.empty() || rest[0].starts_with(std::to_string(rows) + "|"));
    EXPECT_EQ(other->position().line, [&] {
      const auto alone = Make(0);
      alone->Seek(at);
      Rest(alone.get(), std::string_view(input).substr(static_cast<size_t>(at.byte_offset)),
           &status);
      return alone->position().line;
    }());
  }
  EXPECT_EQ(rows, kRows);
  EXPECT_GT(batches, 100);
}

TEST(ParallelDecoder, ErrorsAreThoseOfASingleDecoder) {
  std::string input = Csv();
  const size_t place = input.find("\n15001,");
  input.replace(place + 1, 5, "wrong");
  Status alone, together;
  const auto before = Rest(Make(0).get(), input, &alone);
  EXPECT_EQ(Rest(Make(3).get(), input, &together), before);
  EXPECT_EQ(before.size(), size_t{15001});
  EXPECT_FALSE(alone.ok());
  EXPECT_EQ(together.message(), alone.message());
  const FormatOptions lenient = {{"ignore-parse-errors", "true"}};
  Status leniently;
  EXPECT_EQ(Rest(Make(3, lenient).get(), input, &leniently),
            Rest(Make(0, lenient).get(), input, &leniently));
  EXPECT_TRUE(leniently.ok()) << leniently.message();
}

TEST(ParallelDecoder, MayEndWhileItsHelpersWork) {
  const std::string input = Csv();
  const auto decoder = Make(3);
  data::Batch batch;
  size_t fed = 0;
  while (*decoder->Next(100, &batch) == StreamDecoder::State::kNeedInput) {
    ASSERT_TRUE(
        decoder->Feed(data::Buffer::Copy(std::string_view(input).substr(fed, kChunk)), false).ok());
    fed += kChunk;
  }
}

}  // namespace
}  // namespace thalweg::formats
