#define PCRE2_CODE_UNIT_WIDTH 8
#include "connectors/filesystem/path_pattern.h"

#include <fmt/format.h>
#include <pcre2.h>

namespace thalweg::connectors {

Result<std::unique_ptr<PathPattern>> PathPattern::Compile(std::string_view pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   PCRE2_ANCHORED | PCRE2_ENDANCHORED, &error, &offset, nullptr);
  if (code == nullptr) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof(message));
    return Status::InvalidSql(
        fmt::format("the regular expression '{}' is malformed at character "
                    "{}: {}",
                    pattern, offset, reinterpret_cast<char*>(message)));
  }
  return {std::unique_ptr<PathPattern>(new PathPattern(code))};
}

PathPattern::~PathPattern() { pcre2_code_free(static_cast<pcre2_code*>(code_)); }

bool PathPattern::Matches(std::string_view path) const {
  auto* code = static_cast<pcre2_code*>(code_);
  pcre2_match_data* match = pcre2_match_data_create_from_pattern(code, nullptr);
  const int rc = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(path.data()), path.size(), 0, 0,
                             match, nullptr);
  pcre2_match_data_free(match);
  return rc >= 0;
}

}  // namespace thalweg::connectors
