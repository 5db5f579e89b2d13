#include "runner/case_runner.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "runner/stdout_capture.h"
#include "sql/statement_splitter.h"

namespace thalweg::testing {
namespace {

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// The statements of a script as views into it.
Result<std::vector<std::string_view>> Split(std::string_view script) {
  std::vector<std::string_view> out;
  sql::StatementSplitter splitter(script);
  while (true) {
    TW_ASSIGN_OR_RETURN(const std::optional<SqlSpan> span, splitter.Next());
    if (!span) return out;
    out.push_back(script.substr(span->begin, span->end - span->begin));
  }
}

std::string Describe(const Status& status) { return status.ToString() + "\n"; }

// The print connector's lines as a changelog of (operation, rest of the line).
Changelog PrintLines(const std::string& text) {
  Changelog out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.size() < 2) continue;
    out.push_back(PrintedChange(line));
  }
  return out;
}

class Checker {
 public:
  Checker(const TestCase& test, const Configuration& configuration, std::string folder)
      : test_(test), configuration_(configuration), folder_(std::move(folder)) {}

  std::string Run() {
    Result<std::unique_ptr<Engine>> engine =
        configuration_.crash
            ? MakeCrashEngine(configuration_, std::hash<std::string>()(test_.file + test_.name))
            : MakeEngine(configuration_, test_.batch);
    if (!engine.ok()) return "no session: " + Describe(engine.status());
    StdoutCapture capture;
    std::string diff = RunStatements(engine->get());
    if (!diff.empty()) return diff;
    engine->reset();
    return ComparePrint(PrintLines(Replace(capture.Take(), folder_, "${DIR}")));
  }

 private:
  std::string RunStatements(Engine* engine) {
    const std::string setup = Replace(test_.setup, "${DIR}", folder_);
    const std::string script = Replace(test_.sql, "${DIR}", folder_);
    Result<std::vector<std::string_view>> before = Split(setup);
    if (!before.ok()) return "setup: " + Describe(before.status());
    for (const std::string_view statement : *before) {
      Result<StatementOutcome> outcome = engine->Execute(statement);
      if (!outcome.ok()) return "setup: " + Describe(outcome.status());
    }
    Result<std::vector<std::string_view>> statements = Split(script);
    if (!statements.ok()) return ExpectFailure(test_.failing_statement, statements.status());
    for (size_t i = 0; i < statements->size(); ++i) {
      const int number = static_cast<int>(i) + 1;
      Result<StatementOutcome> outcome = engine->Execute((*statements)[i]);
      if (!outcome.ok()) return ExpectFailure(number, outcome.status());
      if (test_.optional) continue;
      if (number == test_.failing_statement)
        return "statement " + std::to_string(number) + " should fail\n";
      std::string diff = CompareStatement(number, &*outcome);
      if (!diff.empty()) return "statement " + std::to_string(number) + ": " + diff;
    }
    if (test_.failing_statement != 0 && !test_.optional) return "no statement failed\n";
    return "";
  }

  std::string ExpectFailure(int number, const Status& status) {
    if (test_.optional && status.code() != StatusCode::kInternal) return "";
    if (test_.failing_statement == 0 || test_.failing_statement != number)
      return "statement " + std::to_string(number) + " failed: " + Describe(status);
    const std::string text = Replace(status.ToString(), folder_, "${DIR}");
    if (status.code() == StatusCode::kInternal) return "an internal error: " + text + "\n";
    if (text.find(test_.error_text) == std::string::npos)
      return "the error does not say \"" + test_.error_text + "\": " + text + "\n";
    return "";
  }

  std::string CompareStatement(int number, StatementOutcome* outcome) {
    const ExpectedResult* expected = nullptr;
    for (const ExpectedResult& result : test_.results) {
      if (result.statement == number) expected = &result;
    }
    if (expected == nullptr) return outcome->has_rows ? "rows where none are expected\n" : "";
    if (!outcome->has_rows) return "no rows\n";
    std::string diff = CompareColumns(*expected, *outcome);
    if (!diff.empty() || test_.shape) return diff;
    for (Change& change : outcome->rows) {
      for (Cell& cell : change.row) {
        if (cell) cell = Replace(std::move(*cell), folder_, "${DIR}");
      }
    }
    return Compare(expected->rows, outcome->rows);
  }

  std::string CompareColumns(const ExpectedResult& expected, const StatementOutcome& outcome) {
    Cells actual;
    for (size_t i = 0; i < outcome.types.size(); ++i) {
      actual.push_back(test_.expression ? outcome.types[i]
                                        : outcome.names[i] + " " + outcome.types[i]);
    }
    if (actual == expected.columns) return "";
    return "columns " + WriteCells(actual) + ", expected " + WriteCells(expected.columns) + "\n";
  }

  std::string Compare(const Changelog& expected, const Changelog& actual) {
    if (configuration_.exact && !test_.expression)
      return DiffExact(expected, actual, test_.comparison);
    return DiffFolded(expected, actual, test_.comparison);
  }

  std::string ComparePrint(const Changelog& lines) {
    if (test_.print.empty() && lines.empty()) return "";
    Comparison plain;
    const std::string diff = configuration_.exact ? DiffExact(test_.print, lines, plain)
                                                  : DiffFolded(test_.print, lines, plain);
    return diff.empty() ? "" : "print: " + diff;
  }

  const TestCase& test_;
  const Configuration& configuration_;
  const std::string folder_;
};

}  // namespace

CaseFolder::CaseFolder(const std::map<std::string, std::string>& files) {
  std::string pattern = (std::filesystem::temp_directory_path() / "thalweg-case-XXXXXX").string();
  TW_CHECK(mkdtemp(pattern.data()) != nullptr, pattern);
  path_ = pattern;
  for (const auto& [name, content] : files) {
    const std::filesystem::path target = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(target.parent_path());
    std::ofstream(target, std::ios::binary) << content;
  }
}

CaseFolder::~CaseFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

bool Applies(const TestCase& test, const Configuration& configuration) {
  if (test.arrival_order && configuration.parallelism > 1) return false;
  // Only streaming jobs crash; the print connector writes at once, so a restart repeats its lines.
  if (configuration.crash && (test.batch || test.shape || test.expression || test.optional ||
                              !test.print.empty() || test.failing_statement != 0)) {
    return false;
  }
  return !configuration.exact || !(test.batch || test.folded_only || test.shape);
}

std::string RunCase(const TestCase& test, const std::map<std::string, std::string>& files,
                    const Configuration& configuration) {
  CaseFolder folder(files);
  return Checker(test, configuration, folder.path()).Run();
}

}  // namespace thalweg::testing
