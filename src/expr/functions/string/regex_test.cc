// Expected results are those of java.util.regex (JDK 17).
#include "expr/functions/string/regex.h"

#include <gtest/gtest.h>

#include "expr/functions/evaluate_for_test.h"

namespace thalweg::expr {
namespace {

std::string First(std::string_view pattern, std::string_view text) {
  auto regex = Regex::Compile(pattern);
  if (!regex.ok()) {
    return regex.status().code() == StatusCode::kEvaluation ? "malformed" : "unsupported";
  }
  const size_t* spans;
  auto found = (*regex)->Find(text, 0, &spans);
  if (!found.ok()) return found.status().code() == StatusCode::kEvaluation ? "error" : "fault";
  return *found ? std::string(text.substr(spans[0], spans[1] - spans[0])) : "none";
}

TEST(Regex, JavaDialect) {
  EXPECT_EQ(First("\\w+", "äöü"), "none");
  EXPECT_EQ(First("\\p{L}+", "äöü"), "äöü");
  EXPECT_EQ(First("\\p{Alpha}+", "äab"), "ab");
  EXPECT_EQ(First("[a-c&&[^b]]+", "bac"), "ac");
  EXPECT_EQ(First("[a-c[x-z]]+", "qaxq"), "ax");
  EXPECT_EQ(First("[^a[b]]", "abc"), "c");
  EXPECT_EQ(First("(?i)ä", "Ä"), "none");
  EXPECT_EQ(First("(?iu)ä", "Ä"), "Ä");
  EXPECT_EQ(First("(?i)[a-c]+X", "ABCx"), "ABCx");
  EXPECT_EQ(First(".", "\u2028a"), "a");
  EXPECT_EQ(First("(?s).", "\na"), "\n");
  EXPECT_EQ(First("b$", "ab\n"), "b");
  EXPECT_EQ(First("b$", "ab\r\n"), "b");
  EXPECT_EQ(First("b$", "ab\nc"), "none");
  EXPECT_EQ(First("(?m)^b$", "a\r\nb\r\nc"), "b");
  EXPECT_EQ(First("\\bä\\b", "x ä y"), "ä");
  EXPECT_EQ(First("\\u0041\\x42\\0103", "ABC"), "ABC");
  EXPECT_EQ(First("\\Qa.b\\E+", "a.bb"), "a.bb");
  EXPECT_EQ(First("(a)\\11", "aa1"), "aa1");
  EXPECT_EQ(First("a\\2", "a"), "none");
  EXPECT_EQ(First("(?<x>a)\\k<x>", "aa"), "aa");
  EXPECT_EQ(First("(?x) a b # comment\n c", "abc"), "abc");
  EXPECT_EQ(First("a++b|a", "aa"), "a");
  EXPECT_EQ(First("[\\d\\-x]+", "a1-x"), "1-x");
  EXPECT_EQ(First("[]a]+", "]a"), "]a");
  EXPECT_EQ(First("\\R", "\r\n"), "\r\n");
}

TEST(Regex, Malformed) {
  for (const char* p : {"(", ")", "[", "a{", "*a", "a**", "(*ACCEPT)", "\\", "\\y", "(?R)", "[b-a]",
                        "\\p{Nope}x", "(?<1>a)", "(?#c)", "\\u12", "x{2,1}", "\\C"}) {
    const std::string r = First(p, "a");
    EXPECT_TRUE(r == "malformed" || r == "unsupported") << p << " -> " << r;
  }
  EXPECT_EQ(First(std::string(100000, '('), "a"), "malformed");
  EXPECT_EQ(First(std::string(100000, '['), "a"), "malformed");
}

TEST(Regex, HostilePatternsEnd) {
  EXPECT_EQ(First("(a+)+$", std::string(40, 'a') + "b"), "error");
  EXPECT_EQ(First("(.*a){20}", std::string(200, 'b') + "c"), "none");
}

TEST(Regexp, Functions) {
  EXPECT_EQ(Evaluate("REGEXP", {Text("foobar"), Text("o+b")}), "TRUE");
  EXPECT_EQ(Evaluate("REGEXP", {Text("foobar"), Text("(")}), "FALSE");
  EXPECT_EQ(Evaluate("REGEXP", {Text("foobar"), Text("")}), "FALSE");
  EXPECT_EQ(Evaluate("REGEXP_REPLACE", {Text("aaa"), Text("a*"), Text("X")}), "XX");
  EXPECT_EQ(Evaluate("REGEXP_REPLACE", {Text("é😀"), Text(""), Text("-")}), "-é-?-?-");
  EXPECT_EQ(Evaluate("REGEXP_REPLACE", {Text("abc"), Text("b"), Text("$0\\")}), "a$0\\c");
  EXPECT_EQ(Evaluate("REGEXP_EXTRACT", {Text("abc"), Text("(a)|(z)"), Int(2)}), "NULL");
  EXPECT_EQ(Evaluate("REGEXP_EXTRACT", {Text("ab"), Text("(?=b)")}), "");
  EXPECT_EQ(Evaluate("REGEXP_EXTRACT_ALL", {Text("a1b22"), Text("(\\d)\\d?")}), "[1, 2]");
  EXPECT_EQ(Evaluate("REGEXP_EXTRACT_ALL", {Text("ab"), Text("(a)|b")}), "[a, NULL]");
  EXPECT_EQ(Evaluate("REGEXP_EXTRACT_ALL", {Text("ab"), Text("a"), Int(9)}), "NULL");
  EXPECT_EQ(Evaluate("REGEXP_COUNT", {Text("AbC äöü 😀"), Text("")}), "11");
  EXPECT_EQ(Evaluate("REGEXP_INSTR", {Text("😀b"), Text("b")}), "3");
  EXPECT_EQ(Evaluate("REGEXP_SUBSTR", {Text("banana"), Text("n.")}), "na");
}

}  // namespace
}  // namespace thalweg::expr
