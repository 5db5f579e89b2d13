// CAST between ARRAY, MAP, MULTISET and ROW types of one kind: the children are cast, the shape
// stays.
#include "data/gather.h"
#include "expr/cast/cast.h"
#include "expr/cast/families.h"
#include "expr/program/call.h"
#include "expr/registry.h"

namespace thalweg::expr {

using data::Column;
using data::ColumnPtr;
using data::PhysicalType;
using data::Type;

namespace {

/// One cast a child; null where the child stays as it is.
struct ChildCasts {
  std::vector<ExprPtr> casts;
};

Result<ColumnPtr> CastChild(const ExprPtr& cast, const ColumnPtr& child,
                            const EvalContext& context) {
  if (cast == nullptr || child->size() == 0) return child;
  DictionaryCache no_cache;
  const ColumnPtr args[] = {child};
  return EvaluateCall(*cast, args, context, data::Rows::All(child->size()), child->size(),
                      &no_cache);
}

Result<ColumnPtr> CastNested(const KernelCall& call, int32_t size) {
  const auto& state = *static_cast<const ChildCasts*>(call.state);
  // Only the rows asked for, so that an element of another row cannot fail.
  std::vector<int32_t> indices(static_cast<size_t>(size), -1);
  call.rows.ForEach([&](int32_t i) { indices[static_cast<size_t>(i)] = i; });
  const ColumnPtr in = data::Gather(*call.args[0], indices.data(), size);
  std::vector<ColumnPtr> children;
  for (size_t k = 0; k < in->children().size(); ++k) {
    TW_ASSIGN_OR_RETURN(ColumnPtr c, CastChild(state.casts[k], in->children()[k], call.context));
    const Type& t = call.result_type;
    if (static_cast<int>(k) < t.num_children() &&
        c->type().root() != t.child(static_cast<int>(k)).root()) {
      c = Column::MakeNull(t.child(static_cast<int>(k)), c->size());
    }
    children.push_back(data::Flatten(c));
  }
  std::shared_ptr<Column> out;
  if (in->physical() == PhysicalType::kRow) {
    out = Column::MakeRow(call.result_type, size, std::move(children));
  } else {
    auto offsets = data::Buffer::Allocate(static_cast<int64_t>(size + 1) * 4);
    std::copy(in->offsets(), in->offsets() + size + 1, offsets->as<int32_t>());
    out = Column::MakeList(call.result_type, size, std::move(offsets), std::move(children));
  }
  if (const uint8_t* validity = in->validity()) {
    std::copy(validity, validity + size, out->MutableValidity());
  }
  return ColumnPtr(std::move(out));
}

/// TRY_CAST: a row of which any part cannot be cast is NULL as a whole.
Result<ColumnPtr> TryCastNested(const KernelCall& call, int32_t size) {
  Result<ColumnPtr> all = CastNested(call, size);
  if (all.ok()) return all;
  std::vector<int32_t> good;
  const auto cast = [&](const int32_t* rows, size_t count, int32_t result_size) {
    return CastNested({call.context, data::Rows::Of(rows, static_cast<int32_t>(count)), call.args,
                       call.result_type, call.state, call.arena},
                      result_size);
  };
  call.rows.ForEach([&](int32_t i) {
    if (cast(&i, 1, i + 1).ok()) good.push_back(i);
  });
  return cast(good.data(), good.size(), size);
}

}  // namespace

Result<BoundFunction> BindCastToNested(const CastRequest& r) {
  auto state = std::make_shared<ChildCasts>();
  for (int i = 0; i < r.from.num_children(); ++i) {
    const Type &from = r.from.child(i), &to = r.to.child(i);
    // CastNested makes the NULLs of an untyped NULL.
    if (from.EqualsIgnoringNullability(to) || from.root() == data::TypeRoot::kNull) {
      state->casts.push_back(nullptr);
      continue;
    }
    auto cast = std::make_shared<Expr>();
    cast->kind = ExprKind::kCall;
    cast->function = FindScalarFunction("CAST");
    cast->type = to.WithNullable(from.nullable() || r.try_cast);
    TW_ASSIGN_OR_RETURN(cast->bound, BindCast(from, to, r.context, false));
    state->casts.push_back(std::move(cast));
  }
  if (r.from.root() == data::TypeRoot::kMultiset) state->casts.push_back(nullptr);  // the counts
  BoundFunction bound;
  bound.column_kernel = r.try_cast ? &TryCastNested : &CastNested;
  bound.state = std::move(state);
  return bound;
}

}  // namespace thalweg::expr
