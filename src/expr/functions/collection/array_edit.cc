// ARRAY_APPEND, ARRAY_PREPEND, ARRAY_CONCAT, ARRAY_REMOVE, ARRAY_REVERSE, ARRAY_SLICE.
#include <algorithm>

#include "expr/functions/collection/collection_families.h"
#include "expr/functions/collection/elements.h"
#include "expr/kernel.h"

namespace thalweg::expr {
namespace {

using data::Column;
using data::ColumnPtr;
using data::ColumnView;
using data::Type;

/// ARRAY_PREPEND, or ARRAY_APPEND.
template <bool kBefore>
Result<ColumnPtr> Insert(const KernelCall& call, int32_t size) {
  const Column &array = *call.args[0], &element = *call.args[1];
  PickedArrays arrays(size, {ChildOf(array), element.Slice(0, element.size())});
  call.rows.ForEach([&](int32_t i) {
    if (array.IsNull(i)) return;
    arrays.Begin(i);
    if (kBefore) arrays.Add(1, i);
    arrays.AddRange(0, ElementsOf(array, i));
    if (!kBefore) arrays.Add(1, i);
  });
  return arrays.Finish(call.result_type);
}

template <bool kBefore>
Result<BoundFunction> BindInsert(const BindArgs& args) {
  if (!IsArrayAndElement(args)) return NoSuchOverload();
  const Type& element = args.types[0].child(0);
  BoundFunction f;
  f.params = {args.types[0], element};
  f.result = Type::Array(element.WithNullable(element.nullable() || args.types[1].nullable()));
  f.column_kernel = &Insert<kBefore>;
  f.nulls = NullPolicy::kCustom;
  return f;
}

Result<ColumnPtr> Concatenate(const KernelCall& call, int32_t size) {
  std::vector<ColumnPtr> sources;
  for (const Column* array : call.args) sources.push_back(ChildOf(*array));
  PickedArrays arrays(size, std::move(sources));
  call.rows.ForEach([&](int32_t i) {
    arrays.Begin(i);
    for (size_t k = 0; k < call.args.size(); ++k) arrays.AddRange(k, ElementsOf(*call.args[k], i));
  });
  return arrays.Finish(call.result_type);
}

Result<BoundFunction> BindConcat(const BindArgs& args) {
  if (args.types.empty() || !std::ranges::all_of(args.types, IsArray)) return NoSuchOverload();
  TW_ASSIGN_OR_RETURN(const Type common, CommonType({args.types.begin(), args.types.end()}));
  BoundFunction f;
  f.params.assign(args.types.size(), common);
  f.result = common;
  f.column_kernel = &Concatenate;
  return f;
}

Result<ColumnPtr> Remove(const KernelCall& call, int32_t size) {
  const Column &array = *call.args[0], &needle = *call.args[1];
  const Column& elements = *ChildOf(array);
  PickedArrays arrays(size, {ChildOf(array)});
  call.rows.ForEach([&](int32_t i) {
    if (array.IsNull(i)) return;
    arrays.Begin(i);
    const ElementRange range = ElementsOf(array, i);
    for (int32_t k = range.begin; k < range.end; ++k) {
      if (!IsElement(elements, k, needle, i)) arrays.Add(0, k);
    }
  });
  return arrays.Finish(call.result_type);
}

Result<BoundFunction> BindRemove(const BindArgs& args) {
  if (!IsArrayAndElement(args)) return NoSuchOverload();
  BoundFunction f;
  f.params = {args.types[0], args.types[0].child(0)};
  f.result = args.types[0];
  f.column_kernel = &Remove;
  f.nulls = NullPolicy::kCustom;
  f.result_nulls = ResultNulls::kAsBound;
  return f;
}

Result<ColumnPtr> Reverse(const KernelCall& call, int32_t size) {
  const Column& array = *call.args[0];
  PickedArrays arrays(size, {ChildOf(array)});
  call.rows.ForEach([&](int32_t i) {
    arrays.Begin(i);
    const ElementRange range = ElementsOf(array, i);
    for (int32_t k = range.end; k-- > range.begin;) arrays.Add(0, k);
  });
  return arrays.Finish(call.result_type);
}

Result<BoundFunction> BindReverse(const BindArgs& args) {
  if (args.types.size() != 1 || !IsArray(args.types[0])) return NoSuchOverload();
  BoundFunction f = BindAsIs(args, args.types[0], nullptr);
  f.column_kernel = &Reverse;
  return f;
}

/// Positions count from 1, negative ones from the end, inclusive; 0 is 1.
Result<ColumnPtr> SliceArrays(const KernelCall& call, int32_t size) {
  const Column& array = *call.args[0];
  const ColumnView<int32_t> first(*call.args[1]);
  PickedArrays arrays(size, {ChildOf(array)});
  call.rows.ForEach([&](int32_t i) {
    arrays.Begin(i);
    const ElementRange range = ElementsOf(array, i);
    const int64_t n = range.size();
    const auto from_start = [n](int64_t at) { return at < 0 ? at + n + 1 : at; };
    const int64_t begin = std::max<int64_t>(1, from_start(first[i]));
    int64_t end = n;
    if (call.args.size() == 3) {
      const int64_t last = from_start(call.args[2]->At<int32_t>(i));
      end = last == 0 ? std::min<int64_t>(1, n) : std::min(last, n);
    }
    for (int64_t k = begin; k <= end; ++k) {
      arrays.Add(0, range.begin + static_cast<int32_t>(k) - 1);
    }
  });
  return arrays.Finish(call.result_type);
}

Result<BoundFunction> BindSlice(const BindArgs& args) {
  const size_t n = args.types.size();
  if ((n != 2 && n != 3) || !IsArray(args.types[0])) return NoSuchOverload();
  BoundFunction f;
  f.params = {args.types[0]};
  for (size_t i = 1; i < n; ++i) {
    if (!FitsElement(args.types[i], Type::Int())) return NoSuchOverload();
    f.params.push_back(Type::Int());
  }
  f.result = args.types[0];
  f.column_kernel = &SliceArrays;
  return f;
}

constexpr auto kCategory = FunctionCategory::kCollection;

const ScalarFunction kFunctions[] = {
    {"ARRAY_APPEND",
     {},
     kCategory,
     "ARRAY_APPEND(array of T, T)",
     "The array with the element behind its own.",
     {"ARRAY_APPEND(ARRAY[1, 2], 3)", "[1, 2, 3]"},
     &BindInsert<false>},
    {"ARRAY_PREPEND",
     {},
     kCategory,
     "ARRAY_PREPEND(array of T, T)",
     "The array with the element before its own.",
     {"ARRAY_PREPEND(ARRAY[1, 2], 3)", "[3, 1, 2]"},
     &BindInsert<true>},
    {"ARRAY_CONCAT",
     {},
     kCategory,
     "ARRAY_CONCAT(array of T [, array of T]*)",
     "The elements of all arrays in order.",
     {"ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2])", "[1, 2, 2]"},
     &BindConcat},
    {"ARRAY_REMOVE",
     {},
     kCategory,
     "ARRAY_REMOVE(array of T, T)",
     "The array without all elements that equal this one.",
     {"ARRAY_REMOVE(ARRAY[1, 2, 1], 1)", "[2]"},
     &BindRemove},
    {"ARRAY_REVERSE",
     {},
     kCategory,
     "ARRAY_REVERSE(array)",
     "The elements in reverse order.",
     {"ARRAY_REVERSE(ARRAY[1, 2, 3])", "[3, 2, 1]"},
     &BindReverse},
    {"ARRAY_SLICE",
     {},
     kCategory,
     "ARRAY_SLICE(array, start [, end])",
     "The elements from start to end, both included; positions count from 1, negative ones from "
     "the "
     "end.",
     {"ARRAY_SLICE(ARRAY[1, 2, 3, 4], -3, 3)", "[2, 3]"},
     &BindSlice},
};

}  // namespace

std::span<const ScalarFunction> ArrayEditFunctions() { return kFunctions; }

}  // namespace thalweg::expr
