// CAST, TRY_CAST (made by MakeCast; the entries document) and TYPEOF.
#include "expr/binding.h"
#include "expr/functions/families.h"

namespace thalweg::expr {

using data::Type;

namespace {

Status TypeOf(const KernelCall& call, data::Column* out) {
  const std::string_view text = call.arena->Add(*static_cast<const std::string*>(call.state));
  auto* to = out->mutable_values<std::string_view>();
  call.rows.ForEach([&](int32_t i) { to[i] = text; });
  return Status::OK();
}

Result<BoundFunction> BindTypeOf(const BindArgs& args) {
  const size_t n = args.types.size();
  if (n != 1 && n != 2) return NoSuchOverload();
  bool serializable = false;
  if (n == 2) {
    const auto flag = LiteralValue<uint8_t>(args, 1);
    if (!FitsBoolean(args.types[1]) || !flag) return NoSuchOverload();
    serializable = *flag != 0;
  }
  BoundFunction f = BindAsIs(args, Type::String(), &TypeOf);
  f.nulls = NullPolicy::kCustom;
  f.result_nulls = ResultNulls::kAlways;
  const Type t = args.types[0].WithTimeAttribute(data::TimeAttribute::kNone);
  f.state = std::make_shared<std::string>(serializable ? t.ToString() : t.ToSummary());
  return f;
}

constexpr auto kCategory = FunctionCategory::kConversion;

const ScalarFunction kFunctions[] = {
    {"CAST",
     {},
     kCategory,
     "CAST(value AS type)",
     "The value as another type; fails where it cannot be converted.",
     {"CAST('42' AS INT)", "42"},
     nullptr},
    {"TRY_CAST",
     {},
     kCategory,
     "TRY_CAST(value AS type)",
     "The value as another type, NULL where it cannot be converted.",
     {"COALESCE(TRY_CAST('non-number' AS INT), 0)", "0"},
     nullptr},
    {"TYPEOF",
     {},
     kCategory,
     "TYPEOF(value [, force_serializable])",
     "The type of the value as text.",
     {"TYPEOF(1)", "INT NOT NULL"},
     &BindTypeOf},
};

}  // namespace

FunctionFamily ConversionFunctions() { return kFunctions; }

}  // namespace thalweg::expr
