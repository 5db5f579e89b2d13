#include "expr/functions/string/byte_scan.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "expr/functions/evaluate_for_test.h"
#include "expr/functions/string/utf8.h"

namespace thalweg::expr {
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

TEST(ByteScan, CountsCharactersAtEveryPlace) {
  for (size_t n = 0; n <= kMaxLength; ++n) {
    for (size_t at = 0; at + 3 <= n; ++at) {
      const std::unique_ptr<char[]> text(new char[n]);
      std::fill_n(text.get(), n, 'x');
      EXPECT_TRUE(utf8::IsAscii({text.get(), n}));
      std::memcpy(text.get() + at, "€", 3);
      EXPECT_EQ(utf8::Length({text.get(), n}), static_cast<int32_t>(n) - 2) << n << " " << at;
      EXPECT_FALSE(utf8::IsAscii({text.get(), n}));
      EXPECT_TRUE(utf8::IsValid({text.get(), n}));
      text[at] = '\x80';
      EXPECT_FALSE(utf8::IsValid({text.get(), n}));
    }
  }
}

TEST(ByteScan, CaseOfEveryAsciiCharacter) {
  std::string all, lower, upper;
  for (char c = 1; c > 0; c = static_cast<char>(c + 1)) {
    all += c;
    lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  EXPECT_EQ(Evaluate("LOWER", {Text(all)}), lower);
  EXPECT_EQ(Evaluate("UPPER", {Text(all)}), upper);
  for (size_t n = 1; n < 20; ++n) {
    EXPECT_EQ(Evaluate("LOWER", {Text(std::string(n, 'Q'))}), std::string(n, 'q'));
  }
}

}  // namespace
}  // namespace thalweg::expr
