// Join: strings in a row, with a separator between them.
//
// Instead of fmt::join, over whose check of strings' formats g++ 12 warns of a write that never is.
#pragma once

#include <string>
#include <string_view>

namespace thalweg {

/// `parts`: a range of std::string or std::string_view.
template <typename Strings>
std::string Join(const Strings& parts, std::string_view separator = ", ") {
  std::string out;
  bool first = true;
  for (const std::string_view part : parts) {
    if (!first) out += separator;
    first = false;
    out += part;
  }
  return out;
}

}  // namespace thalweg
