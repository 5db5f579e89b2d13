#include "expr/program.h"

#include "expr/program/executor.h"

namespace thalweg::expr {

using data::Batch;
using data::Column;
using data::ColumnPtr;

struct Program::Impl {
  std::vector<ExprPtr> projection;
  Executor executor;
};

Program::Program(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;

namespace {

void SplitConjuncts(const ExprPtr& e, std::vector<ExprPtr>* out) {
  if (e->kind != ExprKind::kAnd) {
    out->push_back(e);
    return;
  }
  for (const auto& a : e->args) SplitConjuncts(a, out);
}

}  // namespace

Result<std::unique_ptr<Program>> Program::Compile(std::vector<ExprPtr> projection,
                                                  ExprPtr condition) {
  std::vector<ExprPtr> conjuncts;
  if (condition != nullptr) SplitConjuncts(condition, &conjuncts);
  CompiledProgram compiled = CompileSteps(conjuncts, projection);
  return std::unique_ptr<Program>(new Program(
      std::make_unique<Impl>(Impl{std::move(projection), Executor(std::move(compiled))})));
}

Result<Batch> Program::Run(const EvalContext& context, const Batch& batch) {
  TW_ASSIGN_OR_RETURN(Batch out, impl_->executor.Run(context, batch));
  for (size_t i = 0; i < out.columns.size(); ++i) {
    // Values of another type than NULL that are all NULL, and the nullability of branches.
    ColumnPtr& column = out.columns[i];
    const data::Type& type = impl_->projection[i]->type;
    if (column->physical() != data::PhysicalTypeOf(type)) {
      column = Column::MakeNull(type, out.size);
    } else if (!column->type().Equals(type)) {
      column = column->WithType(type);
    }
  }
  return out;
}

Result<std::vector<ColumnPtr>> Program::Evaluate(const EvalContext& context, const Batch& batch) {
  TW_ASSIGN_OR_RETURN(Batch out, Run(context, batch));
  if (out.columns.empty()) {  // no rows
    for (const ExprPtr& e : impl_->projection) {
      out.columns.push_back(Column::MakeNull(e->type, batch.size));
    }
  }
  return std::move(out.columns);
}

}  // namespace thalweg::expr
