#include "state/snapshot/row_packing.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "state/row_layout.h"

namespace thalweg::state {
namespace {

constexpr size_t kHeader = sizeof(RowHeader);

// Exactly as long as the row, so that the sanitizers see what is read or written beyond it.
std::vector<uint8_t> RandomRow(size_t bytes, std::mt19937* random) {
  std::vector<uint8_t> row(bytes);
  for (size_t at = kHeader; at < bytes; at += 4) {
    const uint32_t bits = static_cast<uint32_t>((*random)()) % 33;
    const uint32_t word = bits == 0 ? 0 : static_cast<uint32_t>((*random)()) >> (32 - bits);
    std::memcpy(row.data() + at, &word, 4);
  }
  return row;
}

TEST(RowPacking, GivesBackEveryRow) {
  std::mt19937 random(7);
  for (size_t bytes = kHeader; bytes <= 200; bytes += 8) {
    for (int round = 0; round < 50; ++round) {
      const std::vector<uint8_t> row = RandomRow(bytes, &random);
      const RowHeader header{random(), 0, static_cast<uint32_t>(random() % 2),
                             static_cast<uint32_t>(random()), 0};
      std::string packed(PackedRoom(bytes), '\x55');
      const char* packed_end =
          PackRow(header.hash, header.group, header.place_bits, row.data(), bytes, packed.data());
      const auto size = static_cast<size_t>(packed_end - packed.data());
      const std::vector<char> exact(packed.data(), packed.data() + size);
      std::vector<char> image(bytes, '\x33');
      ASSERT_EQ(UnpackRow(exact.data(), exact.data() + size, bytes, image.data()),
                exact.data() + size);
      EXPECT_EQ(std::memcmp(image.data(), &header, kHeader), 0);
      EXPECT_EQ(std::memcmp(image.data() + kHeader, row.data() + kHeader, bytes - kHeader), 0);
      for (size_t cut = 0; cut < size; ++cut) {
        const std::vector<char> less(exact.begin(), exact.begin() + static_cast<int64_t>(cut));
        EXPECT_EQ(UnpackRow(less.data(), less.data() + cut, bytes, image.data()), nullptr);
      }
    }
  }
}

TEST(RowPacking, RefusesWordsBeyondTheRow) {
  const std::vector<char> packed(100, '\xFF');  // four words in each lane
  std::vector<char> image(40);
  EXPECT_NE(UnpackRow(packed.data(), packed.data() + 100, 32, image.data()), nullptr);
  EXPECT_EQ(UnpackRow(packed.data(), packed.data() + 100, 40, image.data()), nullptr);
}

}  // namespace
}  // namespace thalweg::state
