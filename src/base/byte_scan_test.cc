#include "base/byte_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace thalweg {
namespace {

// Every length around the widths that are read at once, in a block that ends where the text does,
// so that a sanitizer sees any byte too many.
constexpr size_t kMaxLength = 100;

TEST(ByteScan, FindsEveryByteInOrder) {
  for (size_t n = 0; n <= kMaxLength; ++n) {
    const std::unique_ptr<char[]> text(new char[n]);
    std::vector<size_t> expected;
    for (size_t i = 0; i < n; ++i) {
      const bool hit = i % 5 == 0 || i + 1 == n;
      text[i] = hit ? '/' : static_cast<char>('/' ^ 0x80);
      if (hit) expected.push_back(i);
    }
    std::vector<size_t> found;
    ForEachByte({text.get(), n}, '/', [&](size_t at) {
      found.push_back(at);
      return true;
    });
    EXPECT_EQ(found, expected) << n;
    size_t calls = 0;
    ForEachByte({text.get(), n}, '/', [&](size_t) { return ++calls < 3; });
    EXPECT_EQ(calls, std::min<size_t>(expected.size(), 3)) << n;
  }
}

TEST(ByteScan, LoadsNoMoreThanThereIs) {
  for (size_t n = 0; n <= 8; ++n) {
    const std::unique_ptr<char[]> text(new char[n]);
    uint64_t expected = 0;
    for (size_t i = 0; i < n; ++i) {
      text[i] = static_cast<char>(0x81 + i);
      expected |= (0x81 + i) << (8 * i);
    }
    EXPECT_EQ(LoadUpTo8(text.get(), n), expected) << n;
  }
}

}  // namespace
}  // namespace thalweg
