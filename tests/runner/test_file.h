// A `.test` file in memory. The format is described in tests/README.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runner/changelog.h"

namespace thalweg::testing {

/// What one statement of a case gives.
struct ExpectedResult {
  int statement = 0;  ///< from 1
  Cells columns;      ///< "name TYPE"
  Changelog rows;
};

/// One `case` block, or one expression of an `exprs` block as a case of one SELECT.
struct TestCase {
  std::string file;
  int line = 0;
  std::string name;   ///< the case's name, or the expression's text
  std::string setup;  ///< SQL before it
  std::string sql;
  bool blessed = false;  ///< has an answer
  bool batch = false;
  bool shape = false;          ///< columns only
  bool folded_only = false;    ///< never compare the changelog
  bool arrival_order = false;  ///< parallelism 1 only
  bool optional = false;       ///< Flink cannot; we may answer or fail, but not crash
  Comparison comparison;

  bool expression = false;  ///< compare only the type and values of the one column
  std::vector<ExpectedResult> results;
  Changelog print;            ///< lines of the print connector
  int failing_statement = 0;  ///< 0: none fails
  std::string error_text;     ///< what the message must contain
};

struct TestFile {
  std::map<std::string, std::string> files;  ///< name in ${DIR} -> content
  std::vector<TestCase> cases;
};

/// Reads the file; an error names path and line.
Result<TestFile> ParseTestFile(const std::string& path, std::string_view text);

}  // namespace thalweg::testing
