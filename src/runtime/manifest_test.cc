#include "runtime/manifest.h"

#include <gtest/gtest.h>

#include "base/byte_coding.h"
#include "base/checksum.h"

namespace thalweg::runtime {
namespace {

Manifest Example() {
  Manifest m;
  m.job = "job";
  m.lineage = "0123456789abcdef";
  m.generation = 3;
  m.epoch = 12;
  m.created_ms = 1700000000000;
  m.max_parallelism = 64;
  NodeSnapshot n;
  n.uid = "uid";
  n.name = "GroupAggregate";
  n.parallelism = 2;
  n.state_rows = 7;
  n.state_bytes = 700;
  n.entries = {{"progress", operators::StateEntry::kNoKeyGroup, std::string("\0\1", 2)},
               {"rows", 5, "abc"}};
  n.segments = {{"shared/1-g1-n0-s0", "", 100, 1, true, {0, 32}},
                {"", "inline", 6, 2, false, {32, 64}}};
  n.table_rows = {5, 2};
  m.nodes.push_back(n);
  NodeSnapshot sink{.uid = "sink", .name = "Sink"};
  sink.sink.emplace();
  sink.sink->node.table = "t";
  sink.sink->node.physical = {{"a", data::Type::Int()}, {"p", data::Type::String()}};
  sink.sink->node.partition_keys = {"p"};
  sink.sink->node.options = {{"connector", "filesystem"}, {"path", "/t"}};
  m.nodes.push_back(sink);
  m.pending = {{"sink", 12, INT64_MIN, {"a", ""}}};
  return m;
}

TEST(ManifestTest, WhatIsWrittenIsRead) {
  const Manifest m = Example();
  auto read = Manifest::Decode(m.Encode());
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->epoch, 12);
  EXPECT_EQ(read->generation, 3);
  EXPECT_EQ(read->lineage, m.lineage);
  EXPECT_EQ(read->max_parallelism, 64);
  EXPECT_FALSE(read->final);
  ASSERT_EQ(read->nodes.size(), 2u);
  EXPECT_EQ(read->Find("uid"), &read->nodes[0]);
  EXPECT_FALSE(read->nodes[0].sink.has_value());
  EXPECT_EQ(read->nodes[0].table_rows, (std::vector<int64_t>{5, 2}));
  ASSERT_TRUE(read->nodes[1].sink.has_value());
  EXPECT_EQ(read->nodes[1].sink->node.physical, m.nodes[1].sink->node.physical);
  EXPECT_EQ(read->nodes[1].sink->node.partition_keys, (std::vector<std::string>{"p"}));
  EXPECT_EQ(read->nodes[1].sink->node.options, m.nodes[1].sink->node.options);
  EXPECT_TRUE(read->nodes[1].sink->streaming);
  EXPECT_EQ(read->Find("other"), nullptr);
  ASSERT_EQ(read->nodes[0].segments.size(), 2u);
  EXPECT_EQ(read->nodes[0].segments[1].bytes, "inline");
  EXPECT_EQ(read->nodes[0].segments[1].groups.end, 64);
  EXPECT_EQ(read->nodes[0].entries[0].bytes, std::string("\0\1", 2));
  ASSERT_EQ(read->pending.size(), 1u);
  EXPECT_EQ(read->pending[0].watermark_ms, INT64_MIN);
  EXPECT_EQ(read->pending[0].committables.size(), 2u);
  EXPECT_EQ(read->Encode(), m.Encode());
}

TEST(ManifestTest, EveryDamagedByteIsNoticed) {
  const std::string good = Example().Encode();
  for (size_t i = 0; i < good.size(); ++i) {
    for (const int bit : {0, 3, 7}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      EXPECT_EQ(Manifest::Decode(bad).status().code(), StatusCode::kBadData) << "byte " << i;
    }
  }
}

TEST(ManifestTest, EveryCutAndEveryAdditionIsNoticed) {
  const std::string good = Example().Encode();
  for (size_t n = 0; n < good.size(); ++n) {
    EXPECT_EQ(Manifest::Decode(good.substr(0, n)).status().code(), StatusCode::kBadData) << n;
  }
  EXPECT_EQ(Manifest::Decode(good + "x").status().code(), StatusCode::kBadData);
}

TEST(ManifestTest, ANewerFormatIsRefusedByName) {
  const std::string good = Example().Encode();
  const size_t header = std::string_view("thalweg checkpoint\n").size() + 16;
  std::string body = good.substr(header);
  body[0] = static_cast<char>(Manifest::kVersion + 1);  // the version, one byte
  const uint64_t size = body.size(), checksum = Checksum64(body);
  std::string newer = good.substr(0, header - 16);
  newer.append(reinterpret_cast<const char*>(&size), 8);
  newer.append(reinterpret_cast<const char*>(&checksum), 8);
  const Status s = Manifest::Decode(newer + body).status();
  EXPECT_EQ(s.code(), StatusCode::kNotSupported);
  EXPECT_NE(s.message().find("newer"), std::string::npos) << s.message();
}

TEST(ManifestTest, TheFormatBeforeStateDescribedItselfIsStillRead) {
  std::string body;
  PutVarint(1, &body);
  for (const char* text : {"job", "lineage"}) PutString(text, &body);
  for (const int64_t v : {3, 17, 1000, 128}) PutSigned(v, &body);
  PutVarint(0, &body);  // final
  PutVarint(1, &body);  // nodes
  PutString("uid", &body);
  PutString("GroupAggregate", &body);
  PutSigned(2, &body);
  PutVarint(0, &body);
  PutSigned(5, &body);
  PutSigned(600, &body);
  PutVarint(0, &body);  // entries
  PutVarint(0, &body);  // segments
  PutVarint(0, &body);  // pending
  std::string bytes = "thalweg checkpoint\n";
  for (const uint64_t v : {uint64_t{body.size()}, Checksum64(body)}) {
    bytes.append(reinterpret_cast<const char*>(&v), sizeof(v));
  }
  const auto m = Manifest::Decode(bytes + body);
  ASSERT_TRUE(m.ok()) << m.status().message();
  ASSERT_EQ(m->nodes.size(), 1u);
  EXPECT_EQ(m->nodes[0].state_bytes, 600);
  EXPECT_EQ(m->nodes[0].family, "");
  EXPECT_TRUE(m->nodes[0].tables.empty());
}

}  // namespace
}  // namespace thalweg::runtime
