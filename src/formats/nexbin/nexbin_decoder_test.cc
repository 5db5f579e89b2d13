#include "formats/nexbin/nexbin_decoder.h"

#include <gtest/gtest.h>

#include "formats/decode_testing.h"
#include "formats/registry.h"

namespace thalweg::formats {
namespace {

using data::Schema;
using data::Type;

Schema Physical() {
  const Type l = Type::Bigint(), s = Type::String(), t = Type::Timestamp(3);
  return {{"event_type", Type::Int()},
          {"person", Type::Row({{"id", l},
                                {"name", s},
                                {"emailAddress", s},
                                {"creditCard", s},
                                {"city", s},
                                {"state", s},
                                {"dateTime", t},
                                {"extra", s}})},
          {"auction", Type::Row({{"id", l},
                                 {"itemName", s},
                                 {"description", s},
                                 {"initialBid", l},
                                 {"reserve", l},
                                 {"dateTime", t},
                                 {"expires", t},
                                 {"seller", l},
                                 {"category", l},
                                 {"extra", s}})},
          {"bid", Type::Row({{"auction", l},
                             {"bidder", l},
                             {"price", l},
                             {"channel", s},
                             {"url", s},
                             {"dateTime", t},
                             {"extra", s}})}};
}

void Put64(std::string* out, int64_t v) { out->append(reinterpret_cast<const char*>(&v), 8); }
void PutString(std::string* out, std::string_view s) {
  const uint16_t n = static_cast<uint16_t>(s.size());
  out->append(reinterpret_cast<const char*>(&n), 2);
  out->append(s);
}

std::string Bid(int64_t i) {
  std::string out(1, '\2');
  Put64(&out, i);
  Put64(&out, i + 1);
  Put64(&out, i * 10);
  PutString(&out, "channel-" + std::to_string(i));
  PutString(&out, std::string(static_cast<size_t>(i % 300), 'u'));
  Put64(&out, 1000 + i);
  PutString(&out, "x");
  return out;
}

std::string Person(int64_t i) {
  std::string out(1, '\0');
  Put64(&out, i);
  for (int k = 0; k < 5; ++k) PutString(&out, "p" + std::to_string(i));
  Put64(&out, 2000 + i);
  PutString(&out, "");
  return out;
}

std::string Events(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += i % 10 == 0 ? Person(i) : Bid(i);
  return out;
}

DecodeTarget FewColumns() {
  const Schema physical = Physical();
  return {{{"bid", Type::Row({{"channel", Type::String()}, {"price", Type::Bigint()}})},
           {"event_type", Type::Int()},
           {"person", Type::Row({{"dateTime", Type::Timestamp(3)}})}},
          physical};
}

std::unique_ptr<StreamDecoder> Make(const DecodeTarget& target) {
  auto d = FindFormat("nexbin")->make_decoder(target, {}, {});
  EXPECT_TRUE(d.ok()) << d.status().message();
  return std::move(*d);
}

TEST(NexbinDecoder, PrunedFieldsAtEveryChunkSize) {
  const std::string input = Events(200);
  for (size_t chunk : {size_t{1}, size_t{7}, size_t{64}, size_t{1000}, input.size()}) {
    auto decoder = Make(FewColumns());
    Status status;
    const auto batches = DecodeAll(decoder.get(), input, chunk, 16, &status);
    ASSERT_TRUE(status.ok()) << status.message();
    const data::Batch all = data::ConcatBatches(batches);
    ASSERT_EQ(all.size, 200);
    EXPECT_EQ(decoder->position().line, 200);
    EXPECT_EQ(decoder->position().byte_offset, static_cast<int64_t>(input.size()));
    for (int32_t i = 0; i < 200; ++i) {
      const bool person = i % 10 == 0;
      EXPECT_EQ(all.columns[1]->At<int32_t>(i), person ? 0 : 2);
      EXPECT_EQ(all.columns[0]->IsNull(i), person);
      EXPECT_EQ(all.columns[2]->IsNull(i), !person);
      const auto& bid = all.columns[0]->children();
      EXPECT_EQ(bid[0]->IsNull(i), person);
      if (person) {
        EXPECT_EQ(all.columns[2]->children()[0]->At<int64_t>(i), 2000 + i);
      } else {
        EXPECT_EQ(bid[0]->At<std::string_view>(i), "channel-" + std::to_string(i));
        EXPECT_EQ(bid[1]->At<int64_t>(i), i * 10);
      }
    }
  }
}

TEST(NexbinDecoder, ResumesAtAPosition) {
  const std::string input = Events(50);
  auto first = Make(FewColumns());
  ASSERT_TRUE(first->Feed(data::Buffer::Copy(input), true).ok());
  data::Batch batch;
  ASSERT_TRUE(first->Next(20, &batch).ok());
  const DecodePosition position = first->position();
  EXPECT_EQ(position.line, 20);
  auto second = Make(FewColumns());
  second->Seek(position);
  Status status;
  const auto rest = DecodeAll(second.get(), input.substr(static_cast<size_t>(position.byte_offset)),
                              100, 1000, &status);
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(data::ConcatBatches(rest).size, 30);
  EXPECT_EQ(second->position().line, 50);
}

TEST(NexbinDecoder, TruncatedFileNamesTheEvent) {
  const std::string input = Events(3);
  auto decoder = Make(FewColumns());
  Status status;
  const auto batches = DecodeAll(decoder.get(), input.substr(0, input.size() - 1), 64, 10, &status);
  EXPECT_EQ(status.code(), StatusCode::kBadData);
  EXPECT_NE(status.message().find("bid event"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("event 3"), std::string::npos) << status.message();
  EXPECT_EQ(data::ConcatBatches(batches).size, 2);
}

TEST(NexbinDecoder, UnknownTypeNamesEventAndOffset) {
  const std::string input = Bid(1) + "q" + Bid(2);
  auto decoder = Make(FewColumns());
  Status status;
  const auto batches = DecodeAll(decoder.get(), input, 1 << 20, 10, &status);
  EXPECT_NE(status.message().find("0x71 (event 2, byte offset " + std::to_string(Bid(1).size())),
            std::string::npos)
      << status.message();
  EXPECT_EQ(data::ConcatBatches(batches).size, 1);
}

TEST(NexbinFormat, RefusesOtherTables) {
  Schema physical = Physical();
  physical[3].type = Type::Row({{"auction", Type::Bigint()}});
  const Status s = FindFormat("nexbin")->validate(physical, {});
  EXPECT_EQ(s.code(), StatusCode::kInvalidSql);
  EXPECT_NE(s.message().find("bid ROW of 7 fields"), std::string::npos) << s.message();
}

}  // namespace
}  // namespace thalweg::formats
