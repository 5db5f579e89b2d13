// What the corpus under tests/functions/string does not reach, and one row of each function.
#include <gtest/gtest.h>

#include "expr/functions/evaluate_for_test.h"

namespace thalweg::expr {
namespace {

const data::Type kString = data::Type::String();

TEST(StringFunctions, CaseAndCharacters) {
  EXPECT_EQ(Evaluate("UPPER", {Text("straße €")}), "STRASSE €");
  EXPECT_EQ(Evaluate("LOWER", {Text("ΑΣ")}), "ας");
  EXPECT_EQ(Evaluate("INITCAP", {Text("o'neil ünal x1Y")}), "O'Neil üNal X1y");
  EXPECT_EQ(Evaluate("CHAR_LENGTH", {Text("a€😀")}), "3");
  EXPECT_EQ(Evaluate("ASCII", {Text("ä")}), "-61");
  EXPECT_EQ(Evaluate("CHR", {Int(255)}), "ÿ");
  EXPECT_EQ(Evaluate("CHR", {Int(-1)}), "");
  EXPECT_EQ(Evaluate("REVERSE", {Text("a😀b")}), "b😀a");
  EXPECT_EQ(Evaluate("UPPER", {Null(kString)}), "NULL");
  EXPECT_EQ(TypeOf("UPPER", {Text("abc")}), "CHAR(3) NOT NULL");
  EXPECT_EQ(TypeOf("REVERSE", {Text("abc")}), "STRING");
  EXPECT_TRUE(Evaluate("UPPER", {Int(1)}).starts_with("error: "));
}

TEST(StringFunctions, Trim) {
  EXPECT_EQ(Evaluate("TRIM", {Text("  a ")}), "a");
  EXPECT_EQ(Evaluate("TRIM", {Text("LEADING"), Text("yx"), Text("xyaxy")}), "axy");
  EXPECT_EQ(Evaluate("TRIM", {Text("BOTH"), Text("　"), Text("　a　")}), "a");
  EXPECT_EQ(Evaluate("RTRIM", {Text("abcxx"), Text("x")}), "abc");
  EXPECT_EQ(Evaluate("BTRIM", {Text("aaa"), Text("a")}), "");
  EXPECT_EQ(TypeOf("LTRIM", {Text("  a")}), "VARCHAR(3) NOT NULL");
  EXPECT_EQ(TypeOf("BTRIM", {Text("  a")}), "STRING NOT NULL");
}

TEST(StringFunctions, Substrings) {
  EXPECT_EQ(Evaluate("SUBSTRING", {Text("a😀b"), Int(2), Int(1)}), "😀");
  EXPECT_EQ(Evaluate("SUBSTRING", {Text("abc"), Int(-3)}), "abc");
  EXPECT_EQ(Evaluate("SUBSTRING", {Text("abc"), Int(-4)}), "");
  EXPECT_EQ(Evaluate("SUBSTRING", {Text("abc"), Int(0), Int(2)}), "ab");
  EXPECT_EQ(Evaluate("SUBSTRING", {Text("abc"), Int(1), Int(-1)}), "NULL");
  EXPECT_EQ(Evaluate("SUBSTRING", {Text(""), Int(-1)}), "");
  EXPECT_EQ(Evaluate("RIGHT", {Text("a€😀"), Int(2)}), "€😀");
  EXPECT_EQ(Evaluate("LEFT", {Text("abc"), Int(-1)}), "");
  EXPECT_EQ(Evaluate("OVERLAY", {Text("xxxxxtest"), Text("xxxx"), Int(6), Int(2)}), "xxxxxxxxxst");
  EXPECT_EQ(Evaluate("OVERLAY", {Text("a😀b"), Text("-"), Int(2), Int(1)}), "a-?b");
  EXPECT_EQ(Evaluate("OVERLAY", {Text("abc"), Text("x"), Int(9)}), "abc");
  EXPECT_EQ(TypeOf("SUBSTRING", {Text("Flink"), Int(2)}), "VARCHAR(5)");
}

TEST(StringFunctions, Search) {
  EXPECT_EQ(Evaluate("POSITION", {Text("€"), Text("a😀€")}), "3");
  EXPECT_EQ(Evaluate("POSITION", {Text(""), Text("abc")}), "1");
  EXPECT_EQ(Evaluate("LOCATE", {Text("b"), Text("abcb"), Int(3)}), "4");
  EXPECT_EQ(Evaluate("INSTR", {Text("aaaa"), Text("aa"), Int(1), Int(3)}), "3");
  EXPECT_EQ(Evaluate("INSTR", {Text("aaaa"), Text("aa"), Int(-1), Int(2)}), "2");
  EXPECT_EQ(Evaluate("INSTR", {Text("abcb"), Text("b"), Int(-2)}), "2");
  EXPECT_EQ(Evaluate("INSTR", {Text("abc"), Text("b"), Int(0)}), "0");
  EXPECT_TRUE(Evaluate("INSTR", {Text("abc"), Text("b"), Int(1), Int(0)}).starts_with("error: "));
  EXPECT_EQ(Evaluate("STARTSWITH", {Bytes("\x01\x02"), Bytes("\x01")}), "TRUE");
  EXPECT_TRUE(Evaluate("STARTSWITH", {Text("a"), Bytes("a")}).starts_with("error: "));
}

TEST(StringFunctions, ConcatAndPad) {
  EXPECT_EQ(Evaluate("||", {Text("a"), Text("b")}), "ab");
  EXPECT_EQ(TypeOf("||", {Text("a"), Text("b")}), "CHAR(2) NOT NULL");
  EXPECT_EQ(Evaluate("CONCAT", {Text("a"), Null(kString)}), "NULL");
  EXPECT_EQ(Evaluate("CONCAT_WS", {Text("~"), Text("A"), Null(kString), Text("B")}), "A~B");
  EXPECT_EQ(Evaluate("CONCAT_WS", {Null(kString), Text("A")}), "NULL");
  EXPECT_EQ(Evaluate("ELT", {Int(2), Text("a"), Text("b")}), "b");
  EXPECT_EQ(Evaluate("ELT", {Int(3), Text("a"), Text("b")}), "NULL");
  EXPECT_EQ(Evaluate("LPAD", {Text("hi"), Int(5), Text("ab")}), "abahi");
  EXPECT_EQ(Evaluate("LPAD", {Text(""), Int(3), Text("😀")}), "😀?");
  EXPECT_EQ(Evaluate("RPAD", {Text("hello"), Int(2), Text("x")}), "he");
  EXPECT_TRUE(Evaluate("RPAD", {Text("a"), Int(-1), Text("x")}).starts_with("error: "));
  EXPECT_TRUE(Evaluate("RPAD", {Text("a"), Int(2147483647), Text("x")}).starts_with("error: "));
  EXPECT_EQ(Evaluate("REPEAT", {Text("ab"), Int(3)}), "ababab");
  EXPECT_TRUE(Evaluate("REPEAT", {Text("ab"), Int(2147483647)}).starts_with("error: "));
}

TEST(StringFunctions, ReplaceAndTranslate) {
  EXPECT_EQ(Evaluate("REPLACE", {Text("ababab"), Text("abab"), Text("z")}), "zab");
  EXPECT_EQ(Evaluate("REPLACE", {Text("a😀"), Text(""), Text("*")}), "*a*?*?*");
  EXPECT_EQ(Evaluate("TRANSLATE", {Text("Hello"), Text("ll"), Text("xy")}), "Hexxo");
  EXPECT_EQ(Evaluate("TRANSLATE", {Text("aäb"), Text("äb"), Text("€")}), "a€");
}

TEST(StringFunctions, Split) {
  EXPECT_EQ(Evaluate("SPLIT_INDEX", {Text("a,b,,"), Text(","), Int(3)}), "");
  EXPECT_EQ(Evaluate("SPLIT_INDEX", {Text("a,b,,"), Text(","), Int(4)}), "NULL");
  EXPECT_EQ(Evaluate("SPLIT_INDEX", {Text("a b"), Text(""), Int(1)}), "b");
  EXPECT_EQ(Evaluate("SPLIT_INDEX", {Text("a b"), Int(32), Int(1)}), "b");
  EXPECT_EQ(Evaluate("SPLIT", {Text("a,b,"), Text(",")}), "[a, b, ]");
  EXPECT_EQ(Evaluate("SPLIT", {Text(""), Text(",")}), "[]");
  EXPECT_EQ(Evaluate("SPLIT", {Text("a€"), Text("")}), "[a, €]");
  EXPECT_EQ(Evaluate("STR_TO_MAP", {Text("k1=v1,k2=v2,k3")}), "{k3=NULL, k1=v1, k2=v2}");
  EXPECT_EQ(Evaluate("STR_TO_MAP", {Text("a1|b2"), Text("\\|"), Text("(?=\\d)")}), "{a=1, b=2}");
}

TEST(StringFunctions, Encodings) {
  EXPECT_EQ(Evaluate("TO_BASE64", {Text("hello")}), "aGVsbG8=");
  EXPECT_EQ(Evaluate("FROM_BASE64", {Text("aGVsbG8")}), "hello");
  EXPECT_TRUE(Evaluate("FROM_BASE64", {Text("a")}).starts_with("error: "));
  EXPECT_TRUE(Evaluate("FROM_BASE64", {Text("YQ=a")}).starts_with("error: "));
  EXPECT_EQ(Evaluate("ENCODE", {Text("€a"), Text("UTF-16")}), "x'feff20ac0061'");
  EXPECT_EQ(Evaluate("DECODE", {Bytes("\xd6\xd0"), Text("GBK")}), "中");
  EXPECT_EQ(Evaluate("DECODE", {Bytes("\xff"), Text("UTF-8")}), "\uFFFD");
  EXPECT_TRUE(Evaluate("ENCODE", {Text("a"), Text("NOPE")}).starts_with("error: "));
  EXPECT_EQ(Evaluate("URL_ENCODE", {Text("a b&ä*~")}), "a+b%26%C3%A4*%7E");
  EXPECT_EQ(Evaluate("URL_DECODE", {Text("a+b%26%C3%A4")}), "a b&ä");
  EXPECT_EQ(Evaluate("URL_DECODE", {Text("%zz")}), "NULL");
  const auto url = [](std::string_view part) {
    return Evaluate("PARSE_URL", {Text("https://u:p@h.org:8443/a/b?q=1&k=v#ref"), Text(part)});
  };
  EXPECT_EQ(url("HOST"), "h.org");
  EXPECT_EQ(url("PATH"), "/a/b");
  EXPECT_EQ(url("FILE"), "/a/b?q=1&k=v");
  EXPECT_EQ(url("REF"), "ref");
  EXPECT_EQ(url("AUTHORITY"), "u:p@h.org:8443");
  EXPECT_EQ(url("USERINFO"), "u:p");
  EXPECT_EQ(url("host"), "NULL");
  EXPECT_EQ(Evaluate("PARSE_URL", {Text("h:1"), Text("HOST")}), "NULL");
  EXPECT_EQ(Evaluate("JSON_QUOTE", {Text("V\"ä/")}), "\"V\\\"\\u00e4\\/\"");
  EXPECT_EQ(Evaluate("JSON_UNQUOTE", {Text("\"a\\u0041\\n\"")}), "aA\n");
  EXPECT_EQ(Evaluate("JSON_UNQUOTE", {Text("\"a\\x\"")}), "\"a\\x\"");
}

TEST(StringFunctions, Printf) {
  const auto f = [](std::string_view format, double v) {
    return Evaluate("PRINTF", {Text(format), Value<double>(data::Type::Double(), v)});
  };
  // As java.util.Formatter of JDK 17 prints them.
  EXPECT_EQ(f("%.2f", 0.125), "0.13");
  EXPECT_EQ(f("%f", 1e10), "10000000000.000000");
  EXPECT_EQ(f("%e", 12345.678), "1.234568e+04");
  EXPECT_EQ(f("%e", 0), "0.000000e+00");
  EXPECT_EQ(f("%g", 12345.678), "12345.7");
  EXPECT_EQ(f("%g", 1e-5), "1.00000e-05");
  EXPECT_EQ(f("%g", 1e-4), "0.000100000");
  EXPECT_EQ(f("%g", 999999.5), "1.00000e+06");
  EXPECT_EQ(f("%g", 0), "0.00000");
  EXPECT_EQ(f("%,.2f", 1234567.891), "1,234,567.89");
  EXPECT_EQ(f("%08.2f", -3.14159), "-0003.14");
  EXPECT_EQ(f("%.0f", 0.5), "1");
  EXPECT_EQ(f("%.1f", 0.05), "0.1");
  EXPECT_EQ(f("%.3f", 0.0004), "0.000");
  EXPECT_EQ(f("%s", 1e7), "1.0E7");
  EXPECT_EQ(f("%d", 1), "NULL");
  EXPECT_EQ(Evaluate("PRINTF", {Text("%05d|%x|%,d|%(d"), Int(-5), Int(-5), Int(-1234567), Int(-5)}),
            "-0005|fffffffb|-1,234,567|(5)");
  EXPECT_EQ(Evaluate("PRINTF", {Text("%2$s %1$s %<s|%5s|%-5.2s|"), Text("a"), Text("bcd")}),
            "bcd a a|    a|bc   |");
  EXPECT_EQ(Evaluate("PRINTF", {Text("%s %s"), Text("a")}), "NULL");
  EXPECT_EQ(Evaluate("PRINTF", {Text("%q"), Text("a")}), "NULL");
}

TEST(StringFunctions, CharacterClasses) {
  EXPECT_EQ(Evaluate("IS_ALPHA", {Text("äöü")}), "TRUE");
  EXPECT_EQ(Evaluate("IS_ALPHA", {Null(kString)}), "FALSE");
  EXPECT_EQ(Evaluate("IS_DIGIT", {Text("١٢٣")}), "TRUE");
  EXPECT_EQ(Evaluate("IS_DIGIT", {Null(data::Type::Int())}), "TRUE");
  EXPECT_EQ(Evaluate("IS_DECIMAL", {Text("+1.5e10")}), "TRUE");
  EXPECT_EQ(Evaluate("IS_DECIMAL", {Text("0x10")}), "FALSE");
}

TEST(Like, Shapes) {
  const auto like = [](std::string_view s, std::string_view p) {
    return Evaluate("LIKE", {Text(s), Text(p)});
  };
  EXPECT_EQ(like("abc", "a%"), "TRUE");
  EXPECT_EQ(like("abc", "%c"), "TRUE");
  EXPECT_EQ(like("abc", "%b%"), "TRUE");
  EXPECT_EQ(like("abc", "a_c"), "TRUE");
  EXPECT_EQ(like("abcabc", "ab%bc"), "TRUE");
  EXPECT_EQ(like("abc", "ab%bc"), "FALSE");
  EXPECT_EQ(like("abc", "%a%b%c%"), "TRUE");
  EXPECT_EQ(like("xaéb", "%_é_"), "TRUE");
  EXPECT_EQ(like("é", "_"), "TRUE");
  EXPECT_EQ(like("a\nb", "a_b"), "FALSE");
  EXPECT_EQ(like("a\nb", "a%b"), "TRUE");
  EXPECT_EQ(like("", "%%"), "TRUE");
  EXPECT_EQ(Evaluate("LIKE", {Text("a%"), Text("a!%"), Text("!")}), "TRUE");
  EXPECT_EQ(Evaluate("LIKE", {Text("ab"), Text("a!%"), Text("!")}), "FALSE");
  EXPECT_TRUE(Evaluate("LIKE", {Text("abc"), Text("a!bc"), Text("!")}).starts_with("error: "));
  EXPECT_EQ(Evaluate("SIMILAR TO", {Text("abc"), Text("(a|b|c)*")}), "TRUE");
  EXPECT_EQ(Evaluate("SIMILAR TO", {Text("abc"), Text("[[:ALPHA:]]+")}), "TRUE");
  EXPECT_TRUE(Evaluate("SIMILAR TO", {Text("abc"), Text("(abc")}).starts_with("error: "));
  // A pattern that a naive matcher would try in exponentially many ways.
  EXPECT_EQ(like(std::string(2000, 'a'), "%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b"), "FALSE");
}

}  // namespace
}  // namespace thalweg::expr
