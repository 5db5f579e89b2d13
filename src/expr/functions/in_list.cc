#include "expr/functions/in_list.h"

#include <algorithm>
#include <string_view>

#include "expr/forms.h"
#include "expr/functions/comparison_type.h"
#include "expr/registry.h"

namespace thalweg::expr {

using data::Column;
using data::ColumnPtr;
using data::PhysicalType;
using data::Type;

namespace {

/// The literals of the list, sorted. Their bytes belong to `owners`.
template <typename T>
struct LiteralSet {
  std::vector<T> values;
  std::vector<ColumnPtr> owners;
  bool has_null = false;

  bool Contains(const T& v) const {
    if (values.size() <= 8) return std::find(values.begin(), values.end(), v) != values.end();
    return std::binary_search(values.begin(), values.end(), v);
  }
};

template <typename T>
Status InSet(const KernelCall& call, Column* out) {
  const auto& set = *static_cast<const LiteralSet<T>*>(call.state);
  const data::ColumnView<T> in(*call.args[0]);
  auto* to = out->mutable_values<uint8_t>();
  call.rows.ForEach([&](int32_t i) {
    const bool valid = in.valid(i);
    const bool found = valid && set.Contains(in[i]);
    to[i] = found ? 1 : 0;
    if (!valid || (!found && set.has_null)) out->SetNull(i);
  });
  return Status::OK();
}

template <typename T>
void BindSet(const std::vector<ExprPtr>& items, BoundFunction* f) {
  auto set = std::make_shared<LiteralSet<T>>();
  for (const auto& item : items) {
    if (item->literal->IsNull(0)) {
      set->has_null = true;
    } else {
      set->values.push_back(item->literal->At<T>(0));
      set->owners.push_back(item->literal);
    }
  }
  std::sort(set->values.begin(), set->values.end());
  if (set->has_null) f->result_nulls = ResultNulls::kAlways;
  f->kernel = &InSet<T>;
  f->state = std::move(set);
}

/// False for types that have no set.
bool BindAnySet(PhysicalType physical, const std::vector<ExprPtr>& items, BoundFunction* f) {
  switch (physical) {
    case PhysicalType::kInt8:
      BindSet<int8_t>(items, f);
      return true;
    case PhysicalType::kInt16:
      BindSet<int16_t>(items, f);
      return true;
    case PhysicalType::kInt32:
      BindSet<int32_t>(items, f);
      return true;
    case PhysicalType::kInt64:
      BindSet<int64_t>(items, f);
      return true;
    case PhysicalType::kInt128:
      BindSet<__int128>(items, f);
      return true;
    case PhysicalType::kString:
      BindSet<std::string_view>(items, f);
      return true;
    default:
      return false;
  }
}

/// The set form, or null where it does not apply.
Result<ExprPtr> MakeSet(const std::vector<ExprPtr>& args, const EvalContext& context) {
  Type type = args[0]->type;
  for (size_t i = 1; i < args.size(); ++i) {
    if (args[i]->kind != ExprKind::kLiteral) return ExprPtr();
    TW_ASSIGN_OR_RETURN(type, ComparisonType(type, args[i]->type));
  }
  std::vector<ExprPtr> items;
  for (size_t i = 1; i < args.size(); ++i) {
    TW_ASSIGN_OR_RETURN(ExprPtr item, MakeCast(args[i], type, context));
    if (item->kind != ExprKind::kLiteral) return ExprPtr();
    items.push_back(std::move(item));
  }
  BoundFunction f;
  f.params = {type};
  f.result = Type::Boolean();
  f.nulls = NullPolicy::kCustom;  // a NULL in the list does not make the result NULL
  if (!BindAnySet(data::PhysicalTypeOf(type), items, &f)) return ExprPtr();
  TW_ASSIGN_OR_RETURN(ExprPtr call,
                      MakeBoundCall(FindScalarFunction("IN"), std::move(f), {args[0]}, context));
  // The literals stay visible to EXPLAIN and to Equals; the kernel reads the set.
  auto shown = std::make_shared<Expr>(*call);
  shown->bound.params.resize(1 + items.size(), type);
  shown->args.insert(shown->args.end(), items.begin(), items.end());
  return ExprPtr(std::move(shown));
}

}  // namespace

Result<ExprPtr> MakeInList(std::vector<ExprPtr> args, bool negated, const EvalContext& context) {
  std::vector<Type> types;
  for (size_t i = 1; i < args.size(); ++i) types.push_back(args[i]->type);
  TW_ASSIGN_OR_RETURN(const Type list, CommonType(types));
  // Beside a list of texts a number or BOOLEAN reads them; beside a text a list of those is
  // written.
  const auto has_text_form = [](const Type& t) {
    return t.is_numeric() || t.root() == data::TypeRoot::kBoolean;
  };
  const Type& value = args[0]->type;
  if ((has_text_form(value) && list.is_character()) ||
      (value.is_character() && has_text_form(list))) {
    const Type type = value.is_character() ? Type::String() : value;
    for (size_t i = 1; i < args.size(); ++i) {
      TW_ASSIGN_OR_RETURN(args[i], MakeCast(args[i], type, context));
    }
  }
  TW_ASSIGN_OR_RETURN(ExprPtr in, MakeSet(args, context));
  if (in == nullptr) {
    for (size_t i = 1; i < args.size(); ++i) {
      TW_ASSIGN_OR_RETURN(ExprPtr equal, MakeCall("=", {args[0], args[i]}, context));
      if (in == nullptr) {
        in = std::move(equal);
      } else {
        TW_ASSIGN_OR_RETURN(in, MakeCall("OR", {in, equal}, context));
      }
    }
  }
  return negated ? MakeCall("NOT", {in}, context) : in;
}

}  // namespace thalweg::expr
