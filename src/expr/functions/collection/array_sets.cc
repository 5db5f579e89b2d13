// ARRAY_DISTINCT, ARRAY_UNION, ARRAY_EXCEPT, ARRAY_INTERSECT.
#include <unordered_map>

#include "expr/functions/collection/collection_families.h"
#include "expr/functions/collection/elements.h"
#include "expr/functions/equal_values.h"
#include "expr/kernel.h"
#include "expr/value.h"

namespace thalweg::expr {
namespace {

using data::Column;
using data::ColumnPtr;
using data::Type;
using data::TypeRoot;

bool HoldsFloats(const Type& t) {
  if (t.root() == TypeRoot::kFloat || t.root() == TypeRoot::kDouble) return true;
  for (int i = 0; i < t.num_children(); ++i) {
    if (HoldsFloats(t.child(i))) return true;
  }
  return false;
}

/// Which elements are the same. Both know one NULL only, and neither takes NaN for itself.
enum class Sameness : uint8_t {
  kEqual,      ///< SQL's =
  kIdentical,  ///< and of the same bytes: 0.0 is not -0.0, as in Flink's hash sets
};

/// Elements of columns, each once.
class ElementSet {
 public:
  ElementSet(Sameness sameness, const Type& element)
      : sameness_(sameness), hashes_(sameness == Sameness::kIdentical || !HoldsFloats(element)) {}

  void Clear() {
    has_null_ = false;
    elements_.clear();
    by_hash_.clear();
  }
  /// False if it is there already.
  bool Insert(const Column& column, int32_t index) {
    if (Contains(column, index)) return false;
    if (column.IsNull(index)) {
      has_null_ = true;
      return true;
    }
    elements_.push_back({&column, index});
    if (hashes_ && elements_.size() > kScanned) {
      for (size_t i = by_hash_.size(); i < elements_.size(); ++i) {
        by_hash_.emplace(HashValue(*elements_[i].column, elements_[i].index), i);
      }
    }
    return true;
  }
  bool Contains(const Column& column, int32_t index) const {
    if (column.IsNull(index)) return has_null_;
    if (by_hash_.empty()) {
      for (const Element& e : elements_) {
        if (Same(e, column, index)) return true;
      }
      return false;
    }
    const auto [begin, end] = by_hash_.equal_range(HashValue(column, index));
    for (auto it = begin; it != end; ++it) {
      if (Same(elements_[it->second], column, index)) return true;
    }
    return false;
  }

 private:
  struct Element {
    const Column* column;
    int32_t index;
  };
  /// So few are compared one by one.
  static constexpr size_t kScanned = 16;

  bool Same(const Element& e, const Column& column, int32_t index) const {
    return EqualValues(*e.column, e.index, column, index) &&
           (sameness_ == Sameness::kEqual || SameValue(*e.column, e.index, column, index));
  }

  const Sameness sameness_;
  const bool hashes_;  // whatever is the same has the same HashValue
  bool has_null_ = false;
  std::vector<Element> elements_;
  std::unordered_multimap<size_t, size_t> by_hash_;
};

/// ARRAY_DISTINCT of one array, ARRAY_UNION of two: the first of equal elements.
Result<ColumnPtr> Distinct(const KernelCall& call, int32_t size) {
  std::vector<ColumnPtr> sources;
  for (const Column* array : call.args) sources.push_back(ChildOf(*array));
  PickedArrays arrays(size, sources);
  ElementSet seen(Sameness::kEqual, call.result_type.child(0));
  call.rows.ForEach([&](int32_t i) {
    arrays.Begin(i);
    seen.Clear();
    for (size_t a = 0; a < sources.size(); ++a) {
      const ElementRange range = ElementsOf(*call.args[a], i);
      for (int32_t k = range.begin; k < range.end; ++k) {
        if (seen.Insert(*sources[a], k)) arrays.Add(a, k);
      }
    }
  });
  return arrays.Finish(call.result_type);
}

/// The different elements of the first array that are (not) in the second one.
template <bool kInSecond>
Result<ColumnPtr> Filtered(const KernelCall& call, int32_t size) {
  const Column &first = *call.args[0], &second = *call.args[1];
  PickedArrays arrays(size, {ChildOf(first)});
  ElementSet given(Sameness::kIdentical, call.result_type.child(0));
  ElementSet seen(Sameness::kIdentical, call.result_type.child(0));
  call.rows.ForEach([&](int32_t i) {
    arrays.Begin(i);
    given.Clear();
    seen.Clear();
    const ElementRange others = ElementsOf(second, i);
    for (int32_t k = others.begin; k < others.end; ++k) given.Insert(*ChildOf(second), k);
    const ElementRange range = ElementsOf(first, i);
    for (int32_t k = range.begin; k < range.end; ++k) {
      if (given.Contains(*ChildOf(first), k) == kInSecond && seen.Insert(*ChildOf(first), k)) {
        arrays.Add(0, k);
      }
    }
  });
  return arrays.Finish(call.result_type);
}

Result<BoundFunction> BindDistinct(const BindArgs& args) {
  if (args.types.size() != 1 || !IsArray(args.types[0])) return NoSuchOverload();
  BoundFunction f = BindAsIs(args, args.types[0], nullptr);
  f.column_kernel = &Distinct;
  return f;
}

template <ColumnKernel kKernel>
Result<BoundFunction> BindTwo(const BindArgs& args) {
  if (args.types.size() != 2 || !IsArray(args.types[0]) || !IsArray(args.types[1])) {
    return NoSuchOverload();
  }
  TW_ASSIGN_OR_RETURN(const Type common, CommonType({args.types[0], args.types[1]}));
  BoundFunction f;
  f.params = {common, common};
  f.result = common;
  f.column_kernel = kKernel;
  return f;
}

constexpr auto kCategory = FunctionCategory::kCollection;

const ScalarFunction kFunctions[] = {
    {"ARRAY_DISTINCT",
     {},
     kCategory,
     "ARRAY_DISTINCT(array)",
     "The different elements, each where it comes first.",
     {"ARRAY_DISTINCT(ARRAY[2, 1, 2])", "[2, 1]"},
     &BindDistinct},
    {"ARRAY_UNION",
     {},
     kCategory,
     "ARRAY_UNION(array of T, array of T)",
     "The different elements of both arrays.",
     {"ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])", "[1, 2, 3]"},
     &BindTwo<&Distinct>},
    {"ARRAY_EXCEPT",
     {},
     kCategory,
     "ARRAY_EXCEPT(array of T, array of T)",
     "The different elements of the first array that are not in the second.",
     {"ARRAY_EXCEPT(ARRAY[1, 2, 1], ARRAY[2])", "[1]"},
     &BindTwo<&Filtered<false>>},
    {"ARRAY_INTERSECT",
     {},
     kCategory,
     "ARRAY_INTERSECT(array of T, array of T)",
     "The different elements of the first array that are in the second, too.",
     {"ARRAY_INTERSECT(ARRAY[1, 2, 2], ARRAY[2, 3])", "[2]"},
     &BindTwo<&Filtered<true>>},
};

}  // namespace

std::span<const ScalarFunction> ArraySetFunctions() { return kFunctions; }

}  // namespace thalweg::expr
