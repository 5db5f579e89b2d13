#include "sql/lexer/lexer.h"

#include <gtest/gtest.h>

namespace thalweg::sql {
namespace {

std::vector<Token> Lex(std::string_view text) {
  auto tokens = Tokenize(text, {0, static_cast<uint32_t>(text.size())});
  EXPECT_TRUE(tokens.ok()) << tokens.status().ToString();
  return tokens.ok() ? *tokens : std::vector<Token>(1);
}

std::string LexError(std::string_view text) {
  auto tokens = Tokenize(text, {0, static_cast<uint32_t>(text.size())});
  return tokens.ok() ? "" : tokens.status().message();
}

TEST(LexerTest, KindsAndSpans) {
  auto tokens = Lex("SELECT a1, `b``c` -- c\n FROM t /* x */ WHERE x<>.5e-3");
  ASSERT_EQ(tokens.size(), 11u);
  EXPECT_EQ(tokens[0].upper, "SELECT");
  EXPECT_EQ(tokens[1].text, "a1");
  EXPECT_EQ(tokens[1].span.begin, 7u);
  EXPECT_EQ(tokens[1].span.end, 9u);
  EXPECT_EQ(tokens[3].kind, TokenKind::kQuotedIdentifier);
  EXPECT_EQ(tokens[3].text, "b`c");
  EXPECT_EQ(tokens[8].text, "<>");
  EXPECT_EQ(tokens[9].kind, TokenKind::kApproximate);
  EXPECT_EQ(tokens[10].kind, TokenKind::kEnd);
}

TEST(LexerTest, Strings) {
  EXPECT_EQ(Lex("'it''s; -- no'")[0].text, "it's; -- no");
  EXPECT_EQ(Lex("U&'\\00e4\\+01F600'")[0].text, "\xc3\xa4\xf0\x9f\x98\x80");
  EXPECT_EQ(Lex("U&'!00e4!!' UESCAPE '!'")[0].text, "\xc3\xa4!");
  EXPECT_EQ(Lex("E'a\\n\\t\\u00e4\\x41\\101'")[0].text,
            "a\n\t\xc3\xa4"
            "AA");
  EXPECT_EQ(Lex("X'0aFF'")[0].text, "\x0a\xff");
}

TEST(LexerTest, Hints) {
  auto tokens = Lex("t /*+ OPTIONS('a'='b') */ x");
  EXPECT_EQ(tokens[1].kind, TokenKind::kHintBegin);
  EXPECT_EQ(tokens[8].kind, TokenKind::kHintEnd);
  EXPECT_EQ(tokens[9].text, "x");
}

TEST(LexerTest, Errors) {
  EXPECT_NE(LexError("SELECT 'abc").find("never closed"), std::string::npos);
  EXPECT_NE(LexError("/* abc").find("never closed"), std::string::npos);
  EXPECT_NE(LexError("`abc").find("never closed"), std::string::npos);
  EXPECT_NE(LexError("\"abc\"").find("backticks"), std::string::npos);
  EXPECT_NE(LexError("X'0g'").find("hexadecimal"), std::string::npos);
  EXPECT_NE(LexError(std::string_view("\0", 1)).find("0x00"), std::string::npos);
  EXPECT_NE(LexError("SELECT 'M\xfcller'").find("not UTF-8"), std::string::npos);
  EXPECT_NE(LexError("SELECT `M\xfcller`").find("not UTF-8"), std::string::npos);
  EXPECT_EQ(Lex("1 -- M\xfcller\n+").size(), 3) << "nobody reads comments";
}

}  // namespace
}  // namespace thalweg::sql
