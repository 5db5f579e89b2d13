#include "expr/reference.h"

#include <fmt/format.h>

#include "expr/registry.h"

namespace thalweg::expr {
namespace {

struct Section {
  FunctionCategory category;
  std::string_view title;
};

constexpr Section kSections[] = {
    {FunctionCategory::kComparison, "Comparison"},
    {FunctionCategory::kLogical, "Logic"},
    {FunctionCategory::kArithmetic, "Arithmetic"},
    {FunctionCategory::kString, "Strings"},
    {FunctionCategory::kTemporal, "Dates and times"},
    {FunctionCategory::kConditional, "Conditions"},
    {FunctionCategory::kConversion, "Conversion"},
    {FunctionCategory::kCollection, "Collections and rows"},
    {FunctionCategory::kHash, "Digests"},
    {FunctionCategory::kOther, "Others"},
};

std::string Cell(std::string_view text) {
  std::string s;
  for (const char c : text) {
    if (c == '|') s += '\\';
    s += c == '\n' ? ' ' : c;
  }
  return s;
}

template <typename Entry>
void AppendEntry(const Entry& f, bool show_result, std::string* page) {
  std::string names;
  for (const std::string_view alias : f.aliases) names += fmt::format(" Also `{}`.", Cell(alias));
  *page += fmt::format("| `{}` | {}{} | `{}`{} |\n", Cell(f.signature), Cell(f.doc), names,
                       Cell(f.example.expression),
                       show_result ? fmt::format(" → `{}`", Cell(f.example.result)) : "");
}

void AppendHeader(std::string_view title, std::string* page) {
  *page += fmt::format("\n## {}\n\n| Function | What it gives | Example |\n|---|---|---|\n", title);
}

}  // namespace

std::string FunctionReference() {
  std::string page =
      "# Functions\n"
      "Made from the registry in `src/expr/functions/` by `THALWEG_BLESS=1 expr_test`; a test "
      "holds "
      "it current, and the examples run as tests.\n";
  for (const Section& section : kSections) {
    bool first = true;
    for (const ScalarFunction* f : AllScalarFunctions()) {
      if (f->category != section.category) continue;
      if (first) AppendHeader(section.title, &page);
      first = false;
      AppendEntry(*f, true, &page);
    }
  }
  AppendHeader("Aggregates (examples over the rows x = 1, 2, 3)", &page);
  for (const AggregateFunction* f : AllAggregateFunctions()) AppendEntry(*f, true, &page);
  return page;
}

}  // namespace thalweg::expr
