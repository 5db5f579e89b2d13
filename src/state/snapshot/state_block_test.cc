#include "state/snapshot/state_block.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "base/checksum.h"
#include "state/snapshot/column_packing.h"
#include "state/snapshot/row_packing.h"

namespace thalweg::state {
namespace {

struct Row {
  RowHeader header;
  int64_t value;
};

const Row kRows[] = {
    {{0x1234567800000001, 3, 99, 5, 4}, 0},
    {{0x1234567800000002, 2, 98, 6, 4}, -1},
    {{0x1234567800000003, 1, 0, 2 | RowHeader::kDuplicate, 1}, 7},
};

BlockHeader HeaderOfRows() {
  BlockHeader h{};
  h.key_group = 3;
  h.row_bytes = sizeof(Row);
  h.layout = 42;
  return h;
}

void ExpectRows(const BlockHeader& header, std::string_view body) {
  ASSERT_TRUE(CheckBlockBody(header, body).ok());
  BlockContents contents(header, body);
  ASSERT_EQ(contents.num_freed(), 2u);
  EXPECT_EQ(contents.FreedPlace(0), 11u);
  EXPECT_EQ(contents.FreedPlace(1), 12u);
  ASSERT_EQ(contents.num_rows(), 3u);
  const std::string_view tails[] = {"", "a tail", "x"};
  for (int i = 0; i < 3; ++i) {
    const char* image;
    std::string_view tail;
    ASSERT_TRUE(contents.NextRow(&image, &tail).ok());
    Row row;
    std::memcpy(&row, image, sizeof(row));
    EXPECT_EQ(row.header.hash, kRows[i].header.hash);
    EXPECT_EQ(row.header.place_bits, kRows[i].header.place_bits);
    EXPECT_EQ(row.value, kRows[i].value);
    EXPECT_EQ(tail, tails[i]);
  }
  EXPECT_TRUE(contents.CheckEnd().ok());
}

/// The three rows, in a block whose body is `body`.
void ExpectOfVersion(uint16_t version, const std::string& body) {
  BlockHeader header = HeaderOfRows();
  header.magic = BlockHeader::kMagic;
  header.version = version;
  header.name_bytes = 0;
  header.freed = 2;
  header.rows = 3;
  header.body_bytes = body.size();
  header.body_checksum = Checksum64(body);
  header.head_checksum = Checksum64(std::string_view(reinterpret_cast<const char*>(&header),
                                                     offsetof(BlockHeader, head_checksum)));
  BlockHeader read;
  std::string_view name;
  const std::string head(reinterpret_cast<const char*>(&header), sizeof(header));
  ASSERT_TRUE(ReadBlockHead(head, &read, &name).ok());
  ExpectRows(read, body);
}

std::string Sealed() {
  std::string out = "before";
  BlockBuilder builder;
  builder.Begin("t", &out);
  builder.AddFreed(11);
  builder.AddFreed(12);
  const auto add = [&](const Row& row, std::string_view tail) {
    builder.AddRow(row.header.hash, reinterpret_cast<const uint8_t*>(&row), sizeof(row), tail);
  };
  add(kRows[0], "");
  add(kRows[1], "a tail");
  add(kRows[2], "x");
  builder.Seal(HeaderOfRows());
  EXPECT_FALSE(builder.begun());
  EXPECT_EQ(out.substr(0, 6), "before");
  return out.substr(6);
}

TEST(StateBlock, GivesBackItsRows) {
  const std::string block = Sealed();
  BlockHeader header;
  std::string_view name;
  ASSERT_TRUE(ReadBlockHead(block, &header, &name).ok());
  EXPECT_EQ(name, "t");
  EXPECT_EQ(header.key_group, 3u);
  ExpectRows(header, std::string_view(block).substr(sizeof(header) + 1));
}

TEST(StateBlock, LeavesNoTraceOfAnEmptyBlock) {
  std::string out = "before";
  BlockBuilder builder;
  builder.Begin("t", &out);
  builder.Seal(HeaderOfRows());
  EXPECT_EQ(out, "before");
}

TEST(StateBlock, RowsThatTheHeaderDoesNotKnowAreRefused) {
  const std::string block = Sealed();
  BlockHeader header;
  std::string_view name;
  ASSERT_TRUE(ReadBlockHead(block, &header, &name).ok());
  const std::string_view body = std::string_view(block).substr(sizeof(header) + 1);
  const char* image;
  std::string_view tail;
  header.rows = 4;
  BlockContents more(header, body);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(more.NextRow(&image, &tail).ok());
  EXPECT_FALSE(more.NextRow(&image, &tail).ok());
  BlockContents fewer(header, body);
  EXPECT_TRUE(fewer.NextRow(&image, &tail).ok());
  EXPECT_FALSE(fewer.CheckEnd().ok());
}

TEST(StateBlock, GivesBackRowsThatStandTogether) {
  std::vector<Row> rows(150);
  std::vector<const uint8_t*> pointers;
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {{1000 + i, 1, 2, static_cast<uint32_t>(5 + i * i), 3}, static_cast<int64_t>(i * 77)};
    pointers.push_back(reinterpret_cast<const uint8_t*>(&rows[i]));
  }
  const std::span<const uint8_t* const> all(pointers);
  std::string block;
  BlockBuilder builder;
  builder.Begin("t", &block);
  builder.AddRows(all.subspan(0, 64), true, sizeof(Row));
  builder.AddRows({}, true, sizeof(Row));
  builder.AddRow(rows[64].header.hash, pointers[64], sizeof(Row), "alone");
  builder.AddRows(all.subspan(65, 1), true, sizeof(Row));
  builder.AddRows(all.subspan(66, 64), true, sizeof(Row));
  builder.AddRows(all.subspan(130), true, sizeof(Row));
  builder.Seal(HeaderOfRows());
  BlockHeader header;
  std::string_view name;
  ASSERT_TRUE(ReadBlockHead(block, &header, &name).ok());
  const std::string_view body = std::string_view(block).substr(sizeof(header) + 1);
  ASSERT_TRUE(CheckBlockBody(header, body).ok());
  BlockContents contents(header, body);
  ASSERT_EQ(contents.num_rows(), rows.size());
  const char* image;
  std::string_view tail;
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_FALSE(contents.CheckEnd().ok());
    ASSERT_TRUE(contents.NextRow(&image, &tail).ok());
    Row row;
    std::memcpy(&row, image, sizeof(row));
    EXPECT_EQ(row.header.hash, rows[i].header.hash);
    EXPECT_EQ(row.header.place_bits, rows[i].header.place_bits);
    EXPECT_EQ(row.value, rows[i].value);
    EXPECT_EQ(tail, i == 64 ? "alone" : "");
  }
  EXPECT_TRUE(contents.CheckEnd().ok());
  EXPECT_FALSE(contents.NextRow(&image, &tail).ok());

  std::string too_many(body);
  too_many[0] = static_cast<char>(kMostPackedRows + 1);
  EXPECT_FALSE(BlockContents(header, too_many).NextRow(&image, &tail).ok());
}

// The checksums of a file that somebody has written on purpose fit.
TEST(StateBlock, ReadsNothingOutsideOfAMeaninglessBody) {
  std::mt19937 random(5);
  std::vector<Row> rows(70);
  std::vector<const uint8_t*> pointers;
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {{random(), 1, 2, static_cast<uint32_t>(5 + i), 3}, static_cast<int64_t>(random())};
    pointers.push_back(reinterpret_cast<const uint8_t*>(&rows[i]));
  }
  std::string block;
  BlockBuilder builder;
  builder.Begin("t", &block);
  builder.AddRows(std::span(pointers).first(64), true, sizeof(Row));
  for (size_t i = 64; i < rows.size(); ++i) {
    builder.AddRow(1, pointers[i], sizeof(Row), std::string(i, 'x'));
  }
  builder.Seal(HeaderOfRows());
  BlockHeader header;
  std::string_view name;
  ASSERT_TRUE(ReadBlockHead(block, &header, &name).ok());
  const std::string_view body = std::string_view(block).substr(sizeof(header) + 1);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<char> changed(body.begin(), body.end());
    changed.resize(changed.size() - random() % 3 * (random() % changed.size()) / 2);
    for (size_t edits = random() % 4; edits > 0 && !changed.empty(); --edits) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    BlockContents contents(header, {changed.data(), changed.size()});
    Status status;
    const char* image;
    std::string_view tail;
    for (uint32_t i = 0; i < contents.num_rows() && status.ok(); ++i) {
      status = contents.NextRow(&image, &tail);
    }
    if (status.ok()) status = contents.CheckEnd();
    refused += !status.ok();
  }
  EXPECT_GT(refused, 1000);
}

// Their rows stand alone and without a byte that says so.
TEST(StateBlock, ReadsVersion3) {
  std::string body;
  const std::string_view tails[] = {"", "a tail", "x"};
  uint32_t last = 0;
  for (int i = 0; i < 3; ++i) {
    const RowHeader& h = kRows[i].header;
    std::string packed(PackedRoom(sizeof(Row)), '\0');
    const char* end =
        PackRow(h.hash, static_cast<uint32_t>(tails[i].size()), h.place_bits - last - 1,
                reinterpret_cast<const uint8_t*>(&kRows[i]), sizeof(Row), packed.data());
    last = h.place_bits;
    body.append(packed.data(), static_cast<size_t>(end - packed.data()));
    body += tails[i];
  }
  for (const uint32_t place : {11u, 12u}) body.append(reinterpret_cast<const char*>(&place), 4);
  ExpectOfVersion(3, body);
}

// Checkpoints of version 1 have rows as they stand in memory.
TEST(StateBlock, ReadsVersion1) {
  std::string body;
  for (const uint32_t place : {11u, 12u}) body.append(reinterpret_cast<const char*>(&place), 4);
  const std::string_view tails[] = {"", "a tail", "x"};
  for (int i = 0; i < 3; ++i) {
    Row row = kRows[i];
    row.header = {row.header.hash, 0, static_cast<uint32_t>(tails[i].size()), row.header.place_bits,
                  0};
    body.append(reinterpret_cast<const char*>(&row), sizeof(row));
    body += tails[i];
  }
  ExpectOfVersion(1, body);
}

TEST(StateBlock, RefusesVersionsItDoesNotKnow) {
  for (const uint16_t version : {0, 2, BlockHeader::kVersion + 1}) {
    std::string block = Sealed();
    std::memcpy(block.data() + offsetof(BlockHeader, version), &version, sizeof(version));
    BlockHeader header;
    std::string_view name;
    const Status read = ReadBlockHead(block, &header, &name);
    EXPECT_NE(read.message().find(fmt::format("version {}", version)), std::string::npos)
        << read.message();
  }
}

}  // namespace
}  // namespace thalweg::state
