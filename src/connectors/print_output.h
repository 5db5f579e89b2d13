// Where the lines of all print sinks go: straight to the standard streams, unless whoever writes
// there, too, takes them. One for the process.
#pragma once

#include <functional>
#include <string_view>

#include "base/status.h"

namespace thalweg::connectors {

/// Called from any thread; kCancelled if nobody reads any more.
using PrintOutput = std::function<Status(bool standard_error, std::string_view lines)>;

/// Null: the standard streams. Not while a job runs.
void SetPrintOutput(PrintOutput output);
/// Lines of one sink, whole.
Status Print(bool standard_error, std::string_view lines);

}  // namespace thalweg::connectors
