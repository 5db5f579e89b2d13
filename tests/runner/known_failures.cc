#include "runner/known_failures.h"

#include <algorithm>

namespace thalweg::testing {

Result<KnownFailures> ParseKnownFailures(std::string_view text) {
  static constexpr std::string_view kMark = " :: ";
  KnownFailures out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#') continue;
    const size_t first = line.find(kMark), last = line.rfind(kMark);
    if (first == last || last + kMark.size() >= line.size())
      return Status::BadData("known failure without a reason: " + std::string(line));
    const std::string file(line.substr(0, first));
    const std::string name(line.substr(first + kMark.size(), last - first - kMark.size()));
    if (!out.emplace(std::make_pair(file, name), line.substr(last + kMark.size())).second)
      return Status::BadData("known failure listed twice: " + std::string(line));
  }
  return out;
}

}  // namespace thalweg::testing
