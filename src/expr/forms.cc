#include "expr/forms.h"

#include "expr/binding.h"
#include "expr/functions/in_list.h"

namespace thalweg::expr {

using data::Type;
using data::TypeRoot;

namespace {

using Args = std::vector<ExprPtr>;

ExprPtr MakeLazy(ExprKind kind, Type type, Args args) {
  auto e = std::make_shared<Expr>();
  e->kind = kind;
  e->type = std::move(type);
  e->args = std::move(args);
  return e;
}

Result<ExprPtr> MakeLogical(ExprKind kind, const Args& args, const EvalContext& context) {
  if (args.size() < 2) return NoSuchOverload();
  Args flat;
  for (const auto& a : args) {
    if (a->type.root() != TypeRoot::kBoolean) return NoSuchOverload();
    if (a->kind == kind) {
      flat.insert(flat.end(), a->args.begin(), a->args.end());
    } else {
      TW_ASSIGN_OR_RETURN(ExprPtr b, MakeCast(a, Type::Boolean(), context));
      flat.push_back(std::move(b));
    }
  }
  // A decisive literal decides; the other one says nothing.
  Args open;
  bool nullable = false;
  ExprPtr decisive;
  for (auto& a : flat) {
    nullable |= a->type.nullable();
    if (a->kind != ExprKind::kLiteral || a->literal->IsNull(0)) {
      open.push_back(std::move(a));
    } else if ((a->literal->At<uint8_t>(0) != 0) == (kind == ExprKind::kOr)) {
      decisive = std::move(a);
    }
  }
  if (decisive != nullptr) {
    return MakeLiteral(decisive->literal->WithType(Type::Boolean().WithNullable(nullable)));
  }
  if (open.empty()) return MakeBooleanLiteral(kind == ExprKind::kAnd);
  if (open.size() == 1) return open[0];
  return MakeLazy(kind, Type::Boolean().WithNullable(nullable), std::move(open));
}

Result<ExprPtr> MakeAnd(ExprPtr a, ExprPtr b, const EvalContext& context) {
  return MakeLogical(ExprKind::kAnd, {std::move(a), std::move(b)}, context);
}
Result<ExprPtr> MakeOr(ExprPtr a, ExprPtr b, const EvalContext& context) {
  return MakeLogical(ExprKind::kOr, {std::move(a), std::move(b)}, context);
}

Result<ExprPtr> MakeCoalesce(const Args& args, const EvalContext& context) {
  if (args.empty()) return NoSuchOverload();
  std::vector<Type> types;
  bool nullable = true;
  for (const auto& a : args) {
    types.push_back(a->type);
    nullable &= a->type.nullable();
  }
  TW_ASSIGN_OR_RETURN(Type type, MergedType(types));
  if (IsNullType(type)) return NoSuchOverload();
  type = type.WithNullable(nullable);
  Args cast;
  for (const auto& a : args) {
    TW_ASSIGN_OR_RETURN(ExprPtr c, MakeCast(a, type, context));
    cast.push_back(std::move(c));
    if (!a->type.nullable()) break;  // later ones are never reached
  }
  if (cast.size() == 1) return cast[0];
  return MakeLazy(ExprKind::kCoalesce, type, std::move(cast));
}

Result<ExprPtr> MakeNullIf(const Args& args, const EvalContext& context) {
  if (args.size() != 2) return NoSuchOverload();
  TW_ASSIGN_OR_RETURN(ExprPtr equal, MakeCall("=", {args[0], args[1]}, context));
  return MakeCase({equal, MakeNullLiteral(args[0]->type.WithNullable(true)), args[0]}, context);
}

/// As CASE, but nullable with its condition, too, and of two timestamps it has the first one's
/// type.
Result<ExprPtr> MakeIf(Args args, const EvalContext& context) {
  if (args.size() != 3 || args[0]->type.root() != TypeRoot::kBoolean) return NoSuchOverload();
  if (IsNullType(args[1]->type) || IsNullType(args[2]->type)) return NoSuchOverload();
  if (args[1]->type.is_timestamp() && args[2]->type.is_timestamp()) {
    const Type type = args[1]->type.WithNullable(args[2]->type.nullable());
    TW_ASSIGN_OR_RETURN(args[2], MakeCast(args[2], type, context));
  }
  TW_ASSIGN_OR_RETURN(ExprPtr e, MakeCase(args, context));
  if (!args[0]->type.nullable() || e->type.nullable()) return e;
  return MakeLazy(ExprKind::kCase, e->type.WithNullable(true), e->args);
}

bool IsRowConstructor(const ExprPtr& e) {
  return e->kind == ExprKind::kCall && e->function->name == "ROW";
}

/// = and <> of two ROW(..): by their fields, three-valued.
Result<ExprPtr> MakeRowComparison(const Args& args, bool equal, const EvalContext& context) {
  ExprPtr result;
  const int n = args[0]->type.num_children();
  if (n != args[1]->type.num_children()) return NoSuchOverload();
  for (int i = 0; i < n; ++i) {
    Args fields;
    for (const ExprPtr& row : args) {
      fields.push_back(row->args[static_cast<size_t>(i)]);
    }
    TW_ASSIGN_OR_RETURN(ExprPtr one, MakeCall(equal ? "=" : "<>", fields, context));
    if (result == nullptr) {
      result = std::move(one);
    } else {
      TW_ASSIGN_OR_RETURN(result,
                          equal ? MakeAnd(result, one, context) : MakeOr(result, one, context));
    }
  }
  return result;
}

/// IS [NOT] DISTINCT FROM.
Result<ExprPtr> MakeDistinct(const Args& args, bool distinct, const EvalContext& context) {
  if (args.size() != 2) return NoSuchOverload();
  TW_ASSIGN_OR_RETURN(ExprPtr left_null, MakeCall("IS NULL", {args[0]}, context));
  TW_ASSIGN_OR_RETURN(ExprPtr right_null, MakeCall("IS NULL", {args[1]}, context));
  TW_ASSIGN_OR_RETURN(ExprPtr right_known, MakeCall("IS NOT NULL", {args[1]}, context));
  TW_ASSIGN_OR_RETURN(ExprPtr compared, MakeCall(distinct ? "<>" : "=", args, context));
  // Where both are known the comparison is not NULL.
  TW_ASSIGN_OR_RETURN(compared,
                      MakeCall(distinct ? "IS NOT FALSE" : "IS TRUE", {compared}, context));
  return MakeCase({left_null, distinct ? right_known : right_null, right_null,
                   MakeBooleanLiteral(distinct), compared},
                  context);
}

/// `x BETWEEN low AND high`, or its negation.
Result<ExprPtr> MakeBetween(const Args& args, bool negated, const EvalContext& context) {
  TW_ASSIGN_OR_RETURN(ExprPtr low, MakeCall(negated ? "<" : ">=", {args[0], args[1]}, context));
  TW_ASSIGN_OR_RETURN(ExprPtr high, MakeCall(negated ? ">" : "<=", {args[0], args[2]}, context));
  return negated ? MakeOr(low, high, context) : MakeAnd(low, high, context);
}

Result<ExprPtr> MakeSymmetricBetween(const Args& args, bool negated, const EvalContext& context) {
  TW_ASSIGN_OR_RETURN(ExprPtr forward, MakeBetween(args, negated, context));
  TW_ASSIGN_OR_RETURN(ExprPtr backward, MakeBetween({args[0], args[2], args[1]}, negated, context));
  return negated ? MakeAnd(forward, backward, context) : MakeOr(forward, backward, context);
}

}  // namespace

Result<ExprPtr> MakeCase(std::vector<ExprPtr> args, const EvalContext& context) {
  if (args.size() < 2) return Status::InvalidSql("CASE needs a condition and a value");
  if (args.size() % 2 == 0) args.push_back(MakeNullLiteral(Type::Null()));
  std::vector<Type> types;
  for (size_t i = 0; i < args.size(); ++i) {
    if (i % 2 == 1 || i + 1 == args.size()) types.push_back(args[i]->type);
  }
  TW_ASSIGN_OR_RETURN(const Type type, CommonType(types));
  if (IsNullType(type)) {
    return Status::InvalidSql("Of the values of CASE at least one must be other than NULL");
  }
  for (size_t i = 0; i < args.size(); ++i) {
    const bool is_condition = i % 2 == 0 && i + 1 < args.size();
    if (is_condition && !FitsBoolean(args[i]->type)) {
      return Status::InvalidSql("The condition of CASE is " + args[i]->type.ToSummary() +
                                ", not BOOLEAN");
    }
    TW_ASSIGN_OR_RETURN(args[i], MakeCast(args[i], is_condition ? Type::Boolean() : type, context));
  }
  return MakeLazy(ExprKind::kCase, type, std::move(args));
}

Result<ExprPtr> SimplifyComparison(std::string_view name, const Args& args,
                                   const EvalContext& context) {
  if (args.size() == 2 && (name == "=" || name == "<>") && IsRowConstructor(args[0]) &&
      IsRowConstructor(args[1])) {
    return MakeRowComparison(args, name == "=", context);
  }
  if (args.size() != 2 || !args[0]->Equals(*args[1]) || !args[0]->deterministic()) return ExprPtr();
  const bool holds = name == "=" || name == "<=" || name == ">=";
  if (!holds && name != "<>" && name != "<" && name != ">") return ExprPtr();
  if (!args[0]->type.nullable()) return MakeBooleanLiteral(holds);
  TW_ASSIGN_OR_RETURN(ExprPtr test,
                      MakeCall(holds ? "IS NOT NULL" : "IS NULL", {args[0]}, context));
  const ExprPtr unknown = MakeNullLiteral(Type::Boolean());
  return holds ? MakeOr(test, unknown, context) : MakeAnd(test, unknown, context);
}

Result<ExprPtr> SimplifyNot(const Expr& arg, const EvalContext& context) {
  static constexpr std::pair<std::string_view, std::string_view> kOpposites[] = {
      {"=", "<>"}, {"<>", "="}, {"<", ">="}, {">=", "<"}, {">", "<="}, {"<=", ">"}};
  if (arg.kind == ExprKind::kCall) {
    for (const auto& [name, opposite] : kOpposites) {
      if (arg.function->name == name) return MakeCall(opposite, arg.args, context);
    }
    return ExprPtr();
  }
  if (arg.kind != ExprKind::kAnd && arg.kind != ExprKind::kOr) return ExprPtr();
  Args negated;
  for (const ExprPtr& part : arg.args) {
    TW_ASSIGN_OR_RETURN(ExprPtr opposite, MakeCall("NOT", {part}, context));
    negated.push_back(std::move(opposite));
  }
  return MakeLogical(arg.kind == ExprKind::kAnd ? ExprKind::kOr : ExprKind::kAnd,
                     std::move(negated), context);
}

Result<ExprPtr> MakeForm(const ScalarFunction& f, const std::vector<ExprPtr>& args,
                         const EvalContext& context) {
  const std::string_view name = f.name;
  if (name == "AND") return MakeLogical(ExprKind::kAnd, args, context);
  if (name == "OR") return MakeLogical(ExprKind::kOr, args, context);
  if (name == "CASE") return MakeCase(args, context);
  if (name == "COALESCE") return MakeCoalesce(args, context);
  if (name == "IFNULL") {
    if (args.size() != 2) return NoSuchOverload();
    const bool known = args[0]->type.is_character() && !args[0]->type.nullable();
    return known && args[1]->type.is_character() ? args[0] : MakeCoalesce(args, context);
  }
  if (name == "IF") return MakeIf(args, context);
  if (name == "NULLIF") return MakeNullIf(args, context);
  if (name == "IN" || name == "NOT IN") {
    if (args.size() < 2) return NoSuchOverload();
    return MakeInList(args, name == "NOT IN", context);
  }
  if (name.ends_with("DISTINCT FROM")) {
    return MakeDistinct(args, name == "IS DISTINCT FROM", context);
  }
  if (name.find("BETWEEN") != name.npos) {
    if (args.size() != 3) return NoSuchOverload();
    const bool negated = name.starts_with("NOT");
    return name.ends_with("SYMMETRIC") && !name.ends_with("ASYMMETRIC")
               ? MakeSymmetricBetween(args, negated, context)
               : MakeBetween(args, negated, context);
  }
  return Status::NotSupported(std::string(name) + " cannot be called here");
}

}  // namespace thalweg::expr
