#include "expr/program.h"

#include "expr/program/executor.h"

namespace thalweg::expr {

using data::Batch;
using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::Encoding;
using data::Rows;

struct Program::Impl {
  std::vector<ExprPtr> exprs;
  Executor executor;
};

Program::Program(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;

Result<std::unique_ptr<Program>> Program::Compile(std::vector<ExprPtr> exprs) {
  CompiledProgram compiled = CompileSteps(exprs);
  return std::unique_ptr<Program>(
      new Program(std::make_unique<Impl>(Impl{std::move(exprs), Executor(std::move(compiled))})));
}

Result<std::vector<ColumnPtr>> Program::Evaluate(const EvalContext& context, const Batch& batch) {
  return Evaluate(context, batch, batch.rows());
}

Result<std::vector<ColumnPtr>> Program::Evaluate(const EvalContext& context, const Batch& batch,
                                                 Rows rows) {
  TW_ASSIGN_OR_RETURN(std::vector<ColumnPtr> columns, impl_->executor.Run(context, batch, rows));
  for (size_t i = 0; i < columns.size(); ++i) {
    // Values of another type than NULL that are all NULL, and the nullability of branches.
    const data::Type& type = impl_->exprs[i]->type;
    if (columns[i]->physical() != data::PhysicalTypeOf(type)) {
      columns[i] = Column::MakeNull(type, batch.size);
    } else if (!columns[i]->type().Equals(type)) {
      columns[i] = columns[i]->WithType(type);
    }
  }
  return columns;
}

namespace {

void SplitConjuncts(const ExprPtr& e, std::vector<ExprPtr>* out) {
  if (e->kind != ExprKind::kAnd) {
    out->push_back(e);
    return;
  }
  for (const auto& a : e->args) SplitConjuncts(a, out);
}

/// Writes the rows where `condition` is TRUE to `to`; returns how many.
int32_t SelectTrue(const Column& condition, Rows rows, int32_t* to) {
  const uint8_t* values = condition.storage().values<uint8_t>();
  const uint8_t* validity = condition.storage().validity();
  int32_t n = 0;
  if (condition.encoding() == Encoding::kDictionary) {
    const int32_t* indices = condition.indices();
    rows.ForEach([&](int32_t i) {
      const int32_t d = indices[i];
      to[n] = i;
      n += values[d] != 0 && (validity == nullptr || validity[d] != 0);
    });
  } else if (validity == nullptr) {
    rows.ForEach([&](int32_t i) {
      to[n] = i;
      n += values[i] != 0;
    });
  } else {
    rows.ForEach([&](int32_t i) {
      to[n] = i;
      n += (values[i] != 0) & (validity[i] != 0);
    });
  }
  return n;
}

}  // namespace

Result<std::unique_ptr<Filter>> Filter::Compile(ExprPtr condition) {
  std::vector<ExprPtr> conjuncts;
  SplitConjuncts(condition, &conjuncts);
  auto filter = std::make_unique<Filter>();
  for (auto& c : conjuncts) {
    TW_ASSIGN_OR_RETURN(auto program, Program::Compile({std::move(c)}));
    filter->conjuncts_.push_back(std::move(program));
  }
  return filter;
}

Status Filter::Apply(const EvalContext& context, Batch* batch) {
  for (const auto& program : conjuncts_) {
    const Rows rows = batch->rows();
    if (rows.empty()) return Status::OK();
    TW_ASSIGN_OR_RETURN(const auto columns, program->Evaluate(context, *batch, rows));
    const Column& condition = *columns[0];
    if (condition.encoding() == Encoding::kConstant) {
      if (condition.IsNull(0) || condition.values<uint8_t>()[0] == 0) {
        batch->Select(Buffer::Allocate(0), 0);
      }
      continue;
    }
    auto selection = Buffer::Allocate(static_cast<int64_t>(rows.count()) * 4);
    const int32_t n = SelectTrue(condition, rows, selection->as<int32_t>());
    if (n < rows.count()) batch->Select(std::move(selection), n);
  }
  return Status::OK();
}

}  // namespace thalweg::expr
