// Making typed expressions: resolves functions, adds implicit casts, derives types as Flink does.
#pragma once

#include <string_view>
#include <vector>

#include "base/status.h"
#include "expr/expr.h"

namespace thalweg::expr {

ExprPtr MakeColumn(int column, const data::Type& type);
/// The type that expressions give intervals, whatever their declared resolution: INTERVAL MONTH or
/// INTERVAL SECOND(3).
data::Type NormalizedInterval(const data::Type& interval);
/// `value` is a one-row column.
ExprPtr MakeLiteral(data::ColumnPtr value);
ExprPtr MakeStringLiteral(std::string_view value);  // CHAR(n) NOT NULL, as Flink types it
ExprPtr MakeIntLiteral(int32_t value);
ExprPtr MakeBigintLiteral(int64_t value);
ExprPtr MakeBooleanLiteral(bool value);
ExprPtr MakeNullLiteral(const data::Type& type);

/// Any function or operator of the registry, by name ("+", "UPPER", "IS NULL", "CASE", "AND",
/// "COALESCE", "IF", "NULLIF", ...); the lazy forms become their own ExprKind. kInvalidSql when the
/// name or the argument types do not fit.
Result<ExprPtr> MakeCall(std::string_view name, std::vector<ExprPtr> args,
                         const EvalContext& context);
/// CAST; returns `e` itself if the type is already right. `try_cast`: NULL where CAST would fail.
/// kInvalidSql when Flink does not allow the cast.
Result<ExprPtr> MakeCast(ExprPtr e, const data::Type& to, const EvalContext& context,
                         bool try_cast = false);
/// Whether an implicit cast inserts (INSERT INTO, UNION, VALUES) `from` into `to`.
bool SupportsImplicitCast(const data::Type& from, const data::Type& to);
bool SupportsExplicitCast(const data::Type& from, const data::Type& to);
/// args as for ExprKind::kCase; the else branch may be missing.
Result<ExprPtr> MakeCase(std::vector<ExprPtr> args, const EvalContext& context);
/// The field of a ROW, NULL where the row is NULL.
ExprPtr MakeFieldAccess(ExprPtr row, int field);

/// The type that all can be cast to implicitly (CASE, UNION, VALUES, IN), or kInvalidSql.
Result<data::Type> CommonType(const std::vector<data::Type>& types);
/// The same by Flink's own rules, which COALESCE, GREATEST and LEAST follow: FLOAT and DOUBLE give
/// DOUBLE, TIMESTAMP and TIMESTAMP_LTZ give TIMESTAMP_LTZ, DATE and TIMESTAMP give DATE.
Result<data::Type> MergedType(const std::vector<data::Type>& types);
/// If `e` is deterministic and reads no column: its value as a literal. Expressions that fail stay
/// as they are and fail at run time, as in Flink... unless Flink fails at planning. Branches of
/// CASE that a constant condition decides are dropped, so the result may be less nullable than `e`.
Result<ExprPtr> FoldConstants(ExprPtr e, const EvalContext& context);

}  // namespace thalweg::expr
