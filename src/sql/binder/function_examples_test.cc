// The examples of the function registry, run: what docs/functions.md says is what comes out.
#include <gtest/gtest.h>

#include "data/print.h"
#include "expr/builder.h"
#include "expr/program.h"
#include "expr/registry.h"
#include "expr/time_zone.h"
#include "sql/binder/expression_binder.h"
#include "sql/parser/parser.h"

namespace thalweg::sql {
namespace {

/// The value of an expression over no columns, as CAST to STRING shows it, or its error.
std::string Evaluate(std::string_view text) {
  expr::EvalContext context;
  context.zone = expr::TimeZone::Utc();
  context.now_ms = context.query_start_ms = 1700000000000;
  Result<ast::ExprPtr> tree = ParseExpression(text);
  if (!tree.ok()) return tree.status().ToString();
  const Scope no_columns;
  ExpressionBinder binder(context, no_columns, "SELECT");
  Result<expr::ExprPtr> bound = binder.Bind(**tree);
  if (!bound.ok()) return bound.status().ToString();
  auto program = expr::Program::Compile({*bound});
  if (!program.ok()) return program.status().ToString();
  data::Batch one_row;
  one_row.size = 1;
  auto columns = (*program)->Evaluate(context, one_row);
  if (!columns.ok()) return columns.status().ToString();
  std::string out;
  data::AppendCell(*(*columns)[0], 0, &out);
  return out;
}

TEST(FunctionExamplesTest, GiveWhatTheySay) {
  for (const expr::ScalarFunction* f : expr::AllScalarFunctions()) {
    if (f->example.expression.empty()) continue;
    EXPECT_EQ(Evaluate(f->example.expression), f->example.result)
        << f->name << ": " << f->example.expression;
  }
}

}  // namespace
}  // namespace thalweg::sql
