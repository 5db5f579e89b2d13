// AND, OR, NOT, IS [NOT] TRUE / FALSE / UNKNOWN.
#include "expr/binding.h"
#include "expr/functions/families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

using data::Type;

namespace {

Result<BoundFunction> BindNot(const BindArgs& args) {
  if (args.types.size() != 1 || args.types[0].root() != data::TypeRoot::kBoolean)
    return NoSuchOverload();
  BoundFunction f;
  f.params = {Type::Boolean()};
  f.result = Type::Boolean();
  f.kernel = &EachRow<[](bool b) { return !b; }>;
  f.total = true;
  return f;
}

/// IS TRUE and the like: what NULL, FALSE and TRUE become.
template <bool kNull, bool kFalse, bool kTrue>
Status Is(const KernelCall& call, data::Column* out) {
  const data::ColumnView<uint8_t> in(*call.args[0]);
  auto* to = out->mutable_values<uint8_t>();
  call.rows.ForEach([&](int32_t i) { to[i] = !in.valid(i) ? kNull : in[i] != 0 ? kTrue : kFalse; });
  return Status::OK();
}

template <bool kNull, bool kFalse, bool kTrue>
Result<BoundFunction> BindIs(const BindArgs& args) {
  if (args.types.size() != 1 || args.types[0].root() != data::TypeRoot::kBoolean)
    return NoSuchOverload();
  BoundFunction f;
  f.params = {Type::Boolean()};
  f.result = Type::Boolean();
  f.kernel = &Is<kNull, kFalse, kTrue>;
  f.nulls = NullPolicy::kCustom;
  f.result_nulls = ResultNulls::kNever;
  f.total = true;
  return f;
}

constexpr auto kCategory = FunctionCategory::kLogical;

const ScalarFunction kFunctions[] = {
    {"AND",
     {},
     kCategory,
     "boolean1 AND boolean2",
     "TRUE if both are TRUE; three-valued: FALSE AND NULL is FALSE.",
     {"TRUE AND FALSE", "FALSE"},
     nullptr},
    {"OR",
     {},
     kCategory,
     "boolean1 OR boolean2",
     "TRUE if one of both is TRUE; three-valued: TRUE OR NULL is TRUE.",
     {"TRUE OR FALSE", "TRUE"},
     nullptr},
    {"NOT",
     {},
     kCategory,
     "NOT boolean",
     "The opposite; NULL stays NULL.",
     {"NOT TRUE", "FALSE"},
     &BindNot},
    {"IS TRUE",
     {},
     kCategory,
     "boolean IS TRUE",
     "TRUE if the value is TRUE; never NULL.",
     {"(1 = 1) IS TRUE", "TRUE"},
     &BindIs<false, false, true>},
    {"IS NOT TRUE",
     {},
     kCategory,
     "boolean IS NOT TRUE",
     "TRUE if the value is FALSE or NULL; never NULL.",
     {"(1 = 1) IS NOT TRUE", "FALSE"},
     &BindIs<true, true, false>},
    {"IS FALSE",
     {},
     kCategory,
     "boolean IS FALSE",
     "TRUE if the value is FALSE; never NULL.",
     {"(1 = 1) IS FALSE", "FALSE"},
     &BindIs<false, true, false>},
    {"IS NOT FALSE",
     {},
     kCategory,
     "boolean IS NOT FALSE",
     "TRUE if the value is TRUE or NULL; never NULL.",
     {"(1 = 1) IS NOT FALSE", "TRUE"},
     &BindIs<true, false, true>},
    {"IS UNKNOWN",
     {},
     kCategory,
     "boolean IS UNKNOWN",
     "TRUE if the value is NULL.",
     {"(1 = 1) IS UNKNOWN", "FALSE"},
     &BindIs<true, false, false>},
    {"IS NOT UNKNOWN",
     {},
     kCategory,
     "boolean IS NOT UNKNOWN",
     "TRUE if the value is not NULL.",
     {"(1 = 1) IS NOT UNKNOWN", "TRUE"},
     &BindIs<false, true, true>},
};

}  // namespace

FunctionFamily LogicalFunctions() { return kFunctions; }

}  // namespace thalweg::expr
