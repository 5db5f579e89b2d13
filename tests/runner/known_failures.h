// tests/known_failures.txt: the cases that do not pass yet, one a line, each with its reason.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg::testing {

/// (file, case name or expression) -> reason.
using KnownFailures = std::map<std::pair<std::string, std::string>, std::string>;

/// Lines "FILE :: CASE :: REASON"; empty ones and those that begin with # are skipped. A line
/// without a reason, and the same case twice, are errors.
Result<KnownFailures> ParseKnownFailures(std::string_view text);

}  // namespace thalweg::testing
