// java.util.Formatter's format strings: "%5s|%-8.2f|%,d|%2$x".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::expr {

/// One argument as Java would see it.
struct FormatArg {
  enum class Kind : uint8_t { kNull, kBoolean, kInteger, kFloat, kDouble, kText };
  Kind kind = Kind::kNull;
  int64_t integer = 0;  // kBoolean, kInteger
  int bytes = 8;        // kInteger: width of its type, for %x and %o
  double number = 0;    // kFloat, kDouble
  std::string_view text;
};

enum class FormatResult : uint8_t {
  kOk,
  kMalformed,    ///< Java throws
  kUnsupported,  ///< %t, %h, %a: valid in Java, not here
};

/// Appends the formatted text to `out`, which is unspecified unless kOk.
FormatResult FormatAsJava(std::string_view format, const std::vector<FormatArg>& args,
                          std::string* out);

}  // namespace thalweg::expr
