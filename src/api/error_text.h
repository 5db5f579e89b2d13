// Where in a script an error lies, as the sql room shows it: for rooms that do not know SQL.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg::api {

/// "job.sql:3:14: Invalid SQL: message", the line, and a caret.
std::string ErrorText(const Status& status, std::string_view script, std::string_view name);

}  // namespace thalweg::api
