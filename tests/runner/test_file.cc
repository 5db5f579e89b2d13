#include "runner/test_file.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace thalweg::testing {
namespace {

using Lines = std::vector<std::string_view>;

Lines SplitLines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view FirstWord(std::string_view line) { return line.substr(0, line.find(' ')); }

// Cuts off the first word and the space behind it.
std::string_view TakeWord(std::string_view* line) {
  const std::string_view word = FirstWord(*line);
  line->remove_prefix(std::min(word.size() + 1, line->size()));
  return word;
}

std::string Join(const Lines& lines, size_t begin, size_t end) {
  std::string out;
  for (size_t i = begin; i < end; ++i) {
    out += lines[i];
    out += '\n';
  }
  return out;
}

std::vector<int> Columns(std::string_view list) {
  std::vector<int> out;
  for (size_t at = 0; at < list.size();) {
    out.push_back(std::atoi(std::string(list.substr(at)).c_str()));
    const size_t comma = list.find(',', at);
    at = comma == std::string_view::npos ? list.size() : comma + 1;
  }
  return out;
}

class Parser {
 public:
  Parser(const std::string& path, std::string_view text) : path_(path), lines_(SplitLines(text)) {}

  Result<TestFile> Parse() {
    while (at_ < lines_.size()) {
      const std::string_view line = lines_[at_];
      const std::string_view word = FirstWord(line);
      if (line.empty() || line[0] == '#' || word == "flink") {
        ++at_;
        continue;
      }
      size_t end = at_ + 1;
      while (end < lines_.size() && lines_[end] != "end") ++end;
      if (end == lines_.size()) return Error("block without end");
      if (word == "file") {
        file_.files[std::string(line.substr(5))] = Join(lines_, at_ + 1, end);
      } else if (word == "setup") {
        setup_ = Join(lines_, at_ + 1, end);
      } else if (word == "case") {
        TW_RETURN_IF_ERROR(ParseCase(end));
      } else if (word == "exprs") {
        TW_RETURN_IF_ERROR(ParseExpressions(end));
      } else {
        return Error("what is this?");
      }
      at_ = end + 1;
    }
    return std::move(file_);
  }

 private:
  Status Error(const std::string& what) const {
    return Status::BadData(path_ + ":" + std::to_string(at_ + 1) + ": " + what);
  }

  Result<TestCase> Header(std::string_view rest) {
    TestCase out;
    out.file = path_;
    out.line = static_cast<int>(at_) + 1;
    out.setup = setup_;
    out.name = std::string(TakeWord(&rest));
    while (!rest.empty()) {
      const size_t stop = rest.find_first_of(" =");
      const std::string flag(rest.substr(0, stop));
      std::string value;
      rest.remove_prefix(std::min(flag.size(), rest.size()));
      if (rest.starts_with("=\"")) {
        const size_t close = rest.find('"', 2);
        if (close == std::string_view::npos) return Error("flag without closing quote");
        value = std::string(rest.substr(2, close - 2));
        rest.remove_prefix(close + 1);
      } else if (rest.starts_with("=")) {
        value = std::string(FirstWord(rest.substr(1)));
        rest.remove_prefix(value.size() + 1);
      }
      while (rest.starts_with(" ")) rest.remove_prefix(1);
      TW_RETURN_IF_ERROR(SetFlag(flag, value, &out));
    }
    return out;
  }

  Status SetFlag(const std::string& flag, const std::string& value, TestCase* out) {
    if (flag.empty()) return Status::OK();
    if (flag == "batch") {
      out->batch = true;
    } else if (flag == "key") {
      out->comparison.key = Columns(value);
    } else if (flag == "ordered") {
      out->comparison.ordered = true;
    } else if (flag == "approx") {
      out->comparison.approx = Columns(value);
    } else if (flag == "folded") {
      out->folded_only = true;
    } else if (flag == "arrival") {
      out->arrival_order = true;
    } else if (flag == "optional") {
      out->optional = true;
    } else if (flag == "shape") {
      out->shape = true;
    } else {
      return Error("unknown flag " + flag);
    }
    return Status::OK();
  }

  Status ParseCase(size_t end) {
    TW_ASSIGN_OR_RETURN(TestCase test, Header(lines_[at_].substr(5)));
    size_t separator = at_ + 1;
    while (separator < end && lines_[separator] != "----") ++separator;
    test.sql = Join(lines_, at_ + 1, separator);
    test.blessed = separator < end;
    for (size_t i = separator + 1; i < end; ++i) {
      TW_RETURN_IF_ERROR(ParseAnswer(lines_[i], &test));
    }
    file_.cases.push_back(std::move(test));
    return Status::OK();
  }

  Status ParseAnswer(std::string_view line, TestCase* test) {
    if (line.empty() || line[0] == '#') return Status::OK();
    const std::string word(TakeWord(&line));
    if (word == "result") {
      ExpectedResult result;
      result.statement = std::atoi(std::string(TakeWord(&line)).c_str());
      TW_ASSIGN_OR_RETURN(result.columns, ParseCells(line));
      test->results.push_back(std::move(result));
    } else if (word == "print") {
      test->print.push_back(PrintedChange(line));
    } else if (word == "error") {
      test->failing_statement = std::atoi(std::string(TakeWord(&line)).c_str());
      if (!line.empty()) {
        TW_ASSIGN_OR_RETURN(test->error_text, ParseString(line));
      }
    } else if (test->results.empty()) {
      return Error("row before any result: " + word);
    } else {
      TW_ASSIGN_OR_RETURN(Cells row, ParseCells(line));
      test->results.back().rows.push_back(Change{word, std::move(row)});
    }
    return Status::OK();
  }

  Status ParseExpressions(size_t end) {
    std::string_view header = lines_[at_].substr(5), source;
    if (const size_t from = header.find(" from "); from != std::string_view::npos) {
      source = header.substr(from + 6);
      header = header.substr(0, from);
    }
    const bool batch = header.find(" batch") != std::string_view::npos;
    const bool approx = header.find(" approx") != std::string_view::npos;
    for (size_t i = at_ + 1; i < end; ++i) {
      std::string_view line = lines_[i];
      if (line.find_first_not_of(" \t") == std::string_view::npos || line[0] == '#') continue;
      const size_t first = line.find(" => ");
      TestCase test;
      test.file = path_;
      test.line = static_cast<int>(i) + 1;
      test.setup = setup_;
      test.expression = true;
      test.batch = batch;
      test.comparison.all_approx = approx;
      test.name = std::string(line.substr(0, first));
      test.sql = "SELECT " + test.name + (source.empty() ? "" : " FROM " + std::string(source));
      if (first != std::string_view::npos) {
        TW_RETURN_IF_ERROR(ParseExpectation(line.substr(first + 4), &test));
      }
      file_.cases.push_back(std::move(test));
    }
    return Status::OK();
  }

  // "TYPE => JSON", "error [JSON] [=> # ...]" or "refused [=> # ...]".
  Status ParseExpectation(std::string_view text, TestCase* test) {
    test->blessed = true;
    const size_t arrow = text.find(" => ");
    const std::string_view head = text.substr(0, arrow);
    if (FirstWord(head) == "refused") {
      test->optional = true;
      return Status::OK();
    }
    if (FirstWord(head) == "error") {
      test->failing_statement = 1;
      std::string_view rest = head;
      TakeWord(&rest);
      if (rest.starts_with("\"")) {
        TW_ASSIGN_OR_RETURN(test->error_text, ParseString(rest));
      }
      return Status::OK();
    }
    if (arrow == std::string_view::npos) return Error("no values after the type: " + test->name);
    ExpectedResult result;
    result.statement = 1;
    result.columns = {std::string(head)};
    TW_ASSIGN_OR_RETURN(Cells values, ParseCells(text.substr(arrow + 4)));
    for (Cell& value : values) result.rows.push_back(Change{"+I", {std::move(value)}});
    test->results.push_back(std::move(result));
    return Status::OK();
  }

  const std::string path_;
  const Lines lines_;
  size_t at_ = 0;
  std::string setup_;
  TestFile file_;
};

}  // namespace

Result<TestFile> ParseTestFile(const std::string& path, std::string_view text) {
  return Parser(path, text).Parse();
}

}  // namespace thalweg::testing
