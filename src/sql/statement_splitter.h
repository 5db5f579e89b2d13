// Splits a script into statements at the ';' between them.
//
// Aware of strings, quoted names, comments and statement sets (the ';' inside EXECUTE STATEMENT SET
// BEGIN .. END belong to the statement; BEGIN STATEMENT SET, its INSERTs and END are a statement
// each). Pulled statement by statement, so what stands before a malformed place can
// run before the place is reported.
#pragma once

#include <optional>
#include <string_view>

#include "base/status.h"

namespace thalweg::sql {

class StatementSplitter {
 public:
  /// `script` must outlive the splitter.
  explicit StatementSplitter(std::string_view script) : script_(script) {}

  /// The span of the next statement, without its ';'; nothing at the end. After an error there is
  /// nothing more.
  Result<std::optional<SqlSpan>> Next();

 private:
  std::string_view script_;
  size_t position_ = 0;
};

}  // namespace thalweg::sql
