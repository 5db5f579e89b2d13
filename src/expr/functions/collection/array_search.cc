// ARRAY_CONTAINS, ARRAY_POSITION, ARRAY_JOIN.
#include <string>

#include "expr/functions/collection/collection_families.h"
#include "expr/functions/collection/elements.h"
#include "expr/kernel.h"

namespace thalweg::expr {
namespace {

using data::Column;
using data::ColumnView;
using data::Type;

/// The first of the row's elements that equals the needle (NULL finds NULL), or -1.
int32_t Find(const Column& array, const Column& needle, int32_t row) {
  const Column& elements = *ChildOf(array);
  const ElementRange range = ElementsOf(array, row);
  for (int32_t k = range.begin; k < range.end; ++k) {
    if (IsElement(elements, k, needle, row)) return k - range.begin;
  }
  return -1;
}

Status Contains(const KernelCall& call, Column* out) {
  const Column &array = *call.args[0], &needle = *call.args[1];
  auto* to = out->mutable_values<uint8_t>();
  call.rows.ForEach([&](int32_t i) {
    if (array.IsNull(i)) {
      out->SetNull(i);
    } else {
      to[i] = Find(array, needle, i) >= 0 ? 1 : 0;
    }
  });
  return Status::OK();
}

Status Position(const KernelCall& call, Column* out) {
  auto* to = out->mutable_values<int32_t>();
  call.rows.ForEach([&](int32_t i) { to[i] = Find(*call.args[0], *call.args[1], i) + 1; });
  return Status::OK();
}

Result<BoundFunction> BindContains(const BindArgs& args) {
  if (!IsArrayAndElement(args)) return NoSuchOverload();
  BoundFunction f;
  f.params = {args.types[0], args.types[0].child(0)};
  f.result = Type::Boolean().WithNullable(args.types[0].nullable());
  f.kernel = &Contains;
  f.nulls = NullPolicy::kCustom;
  f.result_nulls = ResultNulls::kAsBound;
  return f;
}

Result<BoundFunction> BindPosition(const BindArgs& args) {
  if (!IsArrayAndElement(args)) return NoSuchOverload();
  BoundFunction f;
  f.params = {args.types[0], args.types[0].child(0)};
  f.result = Type::Int();
  f.kernel = &Position;
  return f;
}

/// Without a replacement NULL elements are left out.
Status Join(const KernelCall& call, Column* out) {
  const Column& array = *call.args[0];
  const ColumnView<std::string_view> delimiter(*call.args[1]);
  auto* to = out->mutable_values<std::string_view>();
  std::string text;
  call.rows.ForEach([&](int32_t i) {
    const Column& elements = *ChildOf(array);
    const ElementRange range = ElementsOf(array, i);
    text.clear();
    bool first = true;
    for (int32_t k = range.begin; k < range.end; ++k) {
      const bool null = elements.IsNull(k);
      if (null && call.args.size() == 2) continue;
      if (!first) text += delimiter[i];
      first = false;
      text += null ? call.args[2]->At<std::string_view>(i) : elements.At<std::string_view>(k);
    }
    to[i] = call.arena->Add(text);
  });
  return Status::OK();
}

Result<BoundFunction> BindJoin(const BindArgs& args) {
  const size_t n = args.types.size();
  if ((n != 2 && n != 3) || !IsArray(args.types[0]) || !args.types[0].child(0).is_character() ||
      !FitsCharacter(args.types[1]) || (n == 3 && !FitsCharacter(args.types[2]))) {
    return NoSuchOverload();
  }
  BoundFunction f;
  f.params = {args.types[0]};
  for (size_t i = 1; i < n; ++i) f.params.push_back(Type::String());
  f.result = Type::String();
  f.kernel = &Join;
  return f;
}

constexpr auto kCategory = FunctionCategory::kCollection;

const ScalarFunction kFunctions[] = {
    {"ARRAY_CONTAINS",
     {},
     kCategory,
     "ARRAY_CONTAINS(array of T, T)",
     "Whether the element is in the array; NULL is found where there is a NULL.",
     {"ARRAY_CONTAINS(ARRAY[1, 2], 2)", "TRUE"},
     &BindContains},
    {"ARRAY_POSITION",
     {},
     kCategory,
     "ARRAY_POSITION(array of T, T)",
     "The first position of the element, from 1; 0 where it is not.",
     {"ARRAY_POSITION(ARRAY['a', 'b', 'b'], 'b')", "2"},
     &BindPosition},
    {"ARRAY_JOIN",
     {},
     kCategory,
     "ARRAY_JOIN(array of strings, delimiter [, null_replacement])",
     "The strings with delimiters between them; NULLs are replaced, or left out.",
     {"ARRAY_JOIN(ARRAY['a', NULL, 'b'], '-', '?')", "a-?-b"},
     &BindJoin},
};

}  // namespace

std::span<const ScalarFunction> ArraySearchFunctions() { return kFunctions; }

}  // namespace thalweg::expr
