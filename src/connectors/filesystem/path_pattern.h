// PathPattern: 'source.path.regex-pattern', a regular expression that must match a whole path.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg::connectors {

class PathPattern {
 public:
  /// kInvalidSql naming the position of the mistake.
  static Result<std::unique_ptr<PathPattern>> Compile(std::string_view pattern);
  ~PathPattern();
  PathPattern(const PathPattern&) = delete;
  PathPattern& operator=(const PathPattern&) = delete;

  bool Matches(std::string_view path) const;

 private:
  explicit PathPattern(void* code) : code_(code) {}
  void* const code_;  // pcre2_code
};

}  // namespace thalweg::connectors
