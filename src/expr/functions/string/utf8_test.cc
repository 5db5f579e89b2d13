#include "expr/functions/string/utf8.h"

#include <gtest/gtest.h>

#include <memory>

#include "expr/functions/evaluate_for_test.h"

namespace thalweg::expr {
namespace {

// Every length around the widths that are read at once, in a block that ends where the text does,
// so that a sanitizer sees any byte too many.
constexpr size_t kMaxLength = 100;

TEST(Utf8, CountsCharactersAtEveryPlace) {
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

TEST(Utf8, CaseOfEveryAsciiCharacter) {
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
