#include "state/snapshot/column_packing.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "state/row_layout.h"

namespace thalweg::state {
namespace {

constexpr size_t kHeader = sizeof(RowHeader);

// Each exactly as long as a row, so that the sanitizers see what is read or written beyond it.
using Row = std::unique_ptr<uint8_t[]>;

/// Of columns that have something between nothing and four bytes.
std::vector<Row> RandomRows(size_t rows, size_t bytes, std::mt19937* random) {
  std::vector<Row> out;
  for (size_t i = 0; i < rows; ++i) out.push_back(std::make_unique<uint8_t[]>(bytes));
  for (size_t at = kHeader; at < bytes; at += 4) {
    const uint32_t bits = static_cast<uint32_t>((*random)()) % 33;
    for (const Row& row : out) {
      const uint32_t word = bits == 0 ? 0 : static_cast<uint32_t>((*random)()) >> (32 - bits);
      std::memcpy(row.get() + at, &word, 4);
    }
  }
  const bool jumps = (*random)() % 2 == 0;
  uint32_t place = 7;
  for (const Row& row : out) {
    place += jumps ? static_cast<uint32_t>((*random)() % 1000) + 1 : 1;
    *HeaderOf(row.get()) = {(uint64_t{(*random)()} << 32) + (*random)(), 5, 6, place, 8};
  }
  return out;
}

std::vector<char> Packed(const std::vector<Row>& rows, bool hashes, size_t bytes) {
  std::vector<const uint8_t*> pointers;
  for (const Row& row : rows) pointers.push_back(row.get());
  std::vector<char> packed(PackedRowsRoom(rows.size(), bytes), '\x55');
  uint32_t last_place = 7;
  const char* end = PackRows(pointers, hashes, bytes, &last_place, packed.data());
  EXPECT_EQ(last_place, HeaderOf(pointers.back())->place_bits);
  return {packed.data(), packed.data() + (end - packed.data())};
}

TEST(ColumnPacking, GivesBackEveryRow) {
  std::mt19937 random(7);
  for (size_t bytes = kHeader; bytes <= 200; bytes += 8) {
    for (const size_t n : {1u, 2u, 3u, 63u, 64u}) {
      for (const bool hashes : {false, true}) {
        const std::vector<Row> rows = RandomRows(n, bytes, &random);
        const std::vector<char> packed = Packed(rows, hashes, bytes);
        const char* end = packed.data() + packed.size();
        std::vector<char> images(n * bytes, '\x33');
        ASSERT_EQ(UnpackRows(packed.data(), end, n, bytes, images.data()), end);
        uint32_t place = 7;
        for (size_t i = 0; i < n; ++i) {
          RowHeader expected{};
          expected.hash = hashes ? HeaderOf(rows[i].get())->hash : 0;
          expected.place_bits = HeaderOf(rows[i].get())->place_bits - place - 1;
          place = HeaderOf(rows[i].get())->place_bits;
          const char* image = images.data() + i * bytes;
          EXPECT_EQ(std::memcmp(image, &expected, kHeader), 0);
          EXPECT_EQ(std::memcmp(image + kHeader, rows[i].get() + kHeader, bytes - kHeader), 0);
        }
        // What stands behind is not read into the rows.
        std::vector<char> more = packed;
        more.insert(more.end(), 40, '\xFF');
        std::vector<char> again(n * bytes);
        EXPECT_EQ(UnpackRows(more.data(), more.data() + more.size(), n, bytes, again.data()),
                  more.data() + packed.size());
        EXPECT_EQ(again, images);
      }
    }
  }
}

TEST(ColumnPacking, RefusesBytesThatEndEarly) {
  std::mt19937 random(8);
  const std::vector<Row> rows = RandomRows(3, 64, &random);
  const std::vector<char> packed = Packed(rows, true, 64);
  std::vector<char> images(3 * 64);
  for (size_t cut = 0; cut < packed.size(); ++cut) {
    const std::vector<char> less(packed.begin(), packed.begin() + static_cast<int64_t>(cut));
    EXPECT_EQ(UnpackRows(less.data(), less.data() + cut, 3, 64, images.data()), nullptr);
  }
}

TEST(ColumnPacking, RefusesWidthsThatItDoesNotWrite) {
  std::vector<char> images(40);
  for (const auto& [at, width] : {std::pair<size_t, char>{0, 5}, {1, 0x10}, {3, 0x50}, {2, 0xF}}) {
    std::vector<char> packed(100);
    packed[at] = width;
    EXPECT_EQ(UnpackRows(packed.data(), packed.data() + 100, 1, 40, images.data()), nullptr) << at;
  }
}

TEST(ColumnPacking, EqualColumnsOfNothingTakeNoBytes) {
  std::vector<Row> rows;
  std::vector<uint32_t> values{1, 255, 3};
  for (uint32_t i = 0; i < 3; ++i) {
    rows.push_back(std::make_unique<uint8_t[]>(64));
    *HeaderOf(rows.back().get()) = {~uint64_t{0}, 5, 6, 8 + i, 9};
    std::memcpy(rows.back().get() + kHeader + 8, &values[i], 4);
  }
  EXPECT_EQ(Packed(rows, false, 64).size(), 2u + 5 + 3);  // widths, and a byte of each row
}

}  // namespace
}  // namespace thalweg::state
