// ARRAY_SORT, ARRAY_MAX, ARRAY_MIN.
#include <algorithm>

#include "expr/functions/collection/collection_families.h"
#include "expr/functions/collection/elements.h"
#include "expr/kernel.h"

namespace thalweg::expr {
namespace {

using data::Column;
using data::ColumnPtr;
using data::PhysicalType;
using data::Type;
using data::TypeRoot;

/// f.template operator()<T>() for the C++ type of an ordered element type.
template <typename F>
auto WithOrdered(PhysicalType physical, F f) {
  switch (physical) {
    case PhysicalType::kInt8:
      return f.template operator()<int8_t>();
    case PhysicalType::kInt16:
      return f.template operator()<int16_t>();
    case PhysicalType::kInt32:
      return f.template operator()<int32_t>();
    case PhysicalType::kInt128:
      return f.template operator()<__int128>();
    case PhysicalType::kFloat:
      return f.template operator()<float>();
    case PhysicalType::kDouble:
      return f.template operator()<double>();
    case PhysicalType::kString:
      return f.template operator()<std::string_view>();
    default:
      return f.template operator()<int64_t>();
  }
}

bool IsOrdered(const Type& t) {
  return !t.is_nested() && t.root() != TypeRoot::kBoolean && !IsNullType(t);
}

/// NaN follows everything; 0.0 and -0.0 are equal.
template <typename T>
bool Precedes(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return a == a && b != b;
  }
  return a < b;
}

Result<ColumnPtr> Sort(const KernelCall& call, int32_t size) {
  const Column& array = *call.args[0];
  const Column& elements = *ChildOf(array);
  const auto flag = [&](size_t arg, int32_t row, bool otherwise) {
    return call.args.size() > arg ? call.args[arg]->At<uint8_t>(row) != 0 : otherwise;
  };
  return WithOrdered(elements.physical(), [&]<typename T>() -> Result<ColumnPtr> {
    PickedArrays arrays(size, {ChildOf(array)});
    std::vector<int32_t> order;
    call.rows.ForEach([&](int32_t i) {
      const bool ascending = flag(1, i, true);
      const bool nulls_first = flag(2, i, ascending);
      const ElementRange range = ElementsOf(array, i);
      order.clear();
      for (int32_t k = range.begin; k < range.end; ++k) {
        if (!elements.IsNull(k)) order.push_back(k);
      }
      std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
        if (!ascending) std::swap(a, b);
        return Precedes(elements.At<T>(a), elements.At<T>(b));
      });
      arrays.Begin(i);
      const auto add_nulls = [&] {
        for (int32_t k = range.begin; k < range.end; ++k) {
          if (elements.IsNull(k)) arrays.Add(0, k);
        }
      };
      if (nulls_first) add_nulls();
      for (const int32_t k : order) arrays.Add(0, k);
      if (!nulls_first) add_nulls();
    });
    return arrays.Finish(call.result_type);
  });
}

Result<BoundFunction> BindSort(const BindArgs& args) {
  const size_t n = args.types.size();
  if (n < 1 || n > 3 || !IsArray(args.types[0]) || !IsOrdered(args.types[0].child(0))) {
    return NoSuchOverload();
  }
  BoundFunction f;
  f.params = {args.types[0]};
  for (size_t i = 1; i < n; ++i) {
    if (!FitsBoolean(args.types[i])) return NoSuchOverload();
    f.params.push_back(Type::Boolean());
  }
  f.result = args.types[0];
  f.column_kernel = &Sort;
  return f;
}

/// The first of the greatest (least) elements that are not NULL. As in Flink, NaN stays where it
/// comes first and loses everywhere else.
template <bool kMax>
Result<ColumnPtr> Extreme(const KernelCall& call, int32_t size) {
  const Column& array = *call.args[0];
  const Column& elements = *ChildOf(array);
  std::vector<int32_t> picks(static_cast<size_t>(size), -1);
  WithOrdered(elements.physical(), [&]<typename T>() {
    call.rows.ForEach([&](int32_t i) {
      const ElementRange range = ElementsOf(array, i);
      int32_t& best = picks[static_cast<size_t>(i)];
      for (int32_t k = range.begin; k < range.end; ++k) {
        if (elements.IsNull(k)) continue;
        if (best < 0 || (kMax ? elements.At<T>(best) < elements.At<T>(k)
                              : elements.At<T>(k) < elements.At<T>(best))) {
          best = k;
        }
      }
    });
  });
  return data::Gather(elements, picks.data(), size);
}

template <bool kMax>
Result<BoundFunction> BindExtreme(const BindArgs& args) {
  if (args.types.size() != 1 || !IsArray(args.types[0]) || !IsOrdered(args.types[0].child(0))) {
    return NoSuchOverload();
  }
  BoundFunction f = BindAsIs(args, args.types[0].child(0), nullptr);
  f.column_kernel = &Extreme<kMax>;
  f.result_nulls = ResultNulls::kAlways;
  return f;
}

constexpr auto kCategory = FunctionCategory::kCollection;

const ScalarFunction kFunctions[] = {
    {"ARRAY_SORT",
     {},
     kCategory,
     "ARRAY_SORT(array [, ascending [, nulls_first]])",
     "The elements in order; NULLs come first when ascending, last when descending, unless told.",
     {"ARRAY_SORT(ARRAY[2, 3, 1], FALSE)", "[3, 2, 1]"},
     &BindSort},
    {"ARRAY_MAX",
     {},
     kCategory,
     "ARRAY_MAX(array)",
     "The greatest element that is not NULL; NULL where there is none.",
     {"ARRAY_MAX(ARRAY[2, 3, 1])", "3"},
     &BindExtreme<true>},
    {"ARRAY_MIN",
     {},
     kCategory,
     "ARRAY_MIN(array)",
     "The least element that is not NULL; NULL where there is none.",
     {"ARRAY_MIN(ARRAY[2, 3, 1])", "1"},
     &BindExtreme<false>},
};

}  // namespace

std::span<const ScalarFunction> ArrayOrderFunctions() { return kFunctions; }

}  // namespace thalweg::expr
