// Where in a script an error lies, shown as a person wants to see it.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg::sql {

/// "job.sql:3:14: Invalid SQL: message", and when the status has a span, the line and a caret
/// under its first byte. `name` is the file's name, or empty.
std::string RenderError(const Status& status, std::string_view script, std::string_view name);

}  // namespace thalweg::sql
