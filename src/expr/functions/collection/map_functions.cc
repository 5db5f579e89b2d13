// MAP_KEYS, MAP_VALUES, MAP_ENTRIES, MAP_FROM_ARRAYS, MAP_UNION.
#include <fmt/format.h>

#include <algorithm>

#include "expr/functions/collection/collection_families.h"
#include "expr/functions/collection/elements.h"
#include "expr/functions/equal_values.h"
#include "expr/kernel.h"

namespace thalweg::expr {
namespace {

using data::Column;
using data::ColumnPtr;
using data::Type;

/// MAP_KEYS (0), MAP_VALUES (1).
template <size_t kChild>
Result<ColumnPtr> Side(const KernelCall& call, int32_t size) {
  const Column& map = *call.args[0];
  PickedArrays arrays(size, {ChildOf(map, kChild)});
  call.rows.ForEach([&](int32_t i) {
    arrays.Begin(i);
    arrays.AddRange(0, ElementsOf(map, i));
  });
  return arrays.Finish(call.result_type);
}

template <size_t kChild>
Result<BoundFunction> BindSide(const BindArgs& args) {
  if (args.types.size() != 1 || !IsMap(args.types[0])) return NoSuchOverload();
  BoundFunction f = BindAsIs(args, Type::Array(args.types[0].child(kChild)), nullptr);
  f.column_kernel = &Side<kChild>;
  return f;
}

Result<ColumnPtr> Entries(const KernelCall& call, int32_t size) {
  const Column& map = *call.args[0];
  const ColumnPtr rows = Column::MakeRow(call.result_type.child(0), ChildOf(map)->size(),
                                         {ChildOf(map, 0), ChildOf(map, 1)});
  PickedArrays arrays(size, {rows});
  call.rows.ForEach([&](int32_t i) {
    arrays.Begin(i);
    arrays.AddRange(0, ElementsOf(map, i));
  });
  return arrays.Finish(call.result_type);
}

Result<BoundFunction> BindEntries(const BindArgs& args) {
  if (args.types.size() != 1 || !IsMap(args.types[0])) return NoSuchOverload();
  const Type& map = args.types[0];
  BoundFunction f = BindAsIs(
      args, Type::Array(Type::Row({{"key", map.child(0)}, {"value", map.child(1)}})), nullptr);
  f.column_kernel = &Entries;
  return f;
}

/// A key may come twice, as in Flink.
Result<ColumnPtr> FromArrays(const KernelCall& call, int32_t size) {
  const Column &keys = *call.args[0], &values = *call.args[1];
  ListRows maps(size);
  std::vector<int32_t> key_rows, value_rows;
  Status status;
  call.rows.ForEach([&](int32_t i) {
    const ElementRange k = ElementsOf(keys, i), v = ElementsOf(values, i);
    if (k.size() != v.size()) {
      status = Status::Evaluation(
          fmt::format("MAP_FROM_ARRAYS: {} keys, but {} values", k.size(), v.size()));
      return;
    }
    maps.Begin(i, key_rows.size());
    for (int32_t e = 0; e < k.size(); ++e) {
      key_rows.push_back(k.begin + e);
      value_rows.push_back(v.begin + e);
    }
  });
  TW_RETURN_IF_ERROR(std::move(status));
  const auto n = static_cast<int32_t>(key_rows.size());
  return maps.Finish(call.result_type, key_rows.size(),
                     {data::Gather(*ChildOf(keys), key_rows.data(), n),
                      data::Gather(*ChildOf(values), value_rows.data(), n)});
}

Result<BoundFunction> BindFromArrays(const BindArgs& args) {
  if (args.types.size() != 2 || !IsArray(args.types[0]) || !IsArray(args.types[1])) {
    return NoSuchOverload();
  }
  BoundFunction f =
      BindAsIs(args, Type::Map(args.types[0].child(0), args.types[1].child(0)), nullptr);
  f.column_kernel = &FromArrays;
  return f;
}

struct Entry {
  size_t map;  // of the arguments
  int32_t index;
};

/// Of equal keys the last map's entry stays. Later maps' entries come first, as in Flink.
void UnionOf(const KernelCall& call, int32_t row, std::vector<Entry>* result) {
  const auto key_of = [&](const Entry& e) -> const Column& { return *ChildOf(*call.args[e.map]); };
  const auto same_key = [&](const Entry& a, const Entry& b) {
    const bool null = key_of(a).IsNull(a.index);
    if (null || key_of(b).IsNull(b.index)) return null && key_of(b).IsNull(b.index);
    return EqualValues(key_of(a), a.index, key_of(b), b.index);
  };
  result->clear();
  std::vector<Entry> earlier;
  for (size_t m = 0; m < call.args.size(); ++m) {
    earlier.swap(*result);
    result->clear();
    const ElementRange range = ElementsOf(*call.args[m], row);
    for (int32_t k = range.begin; k < range.end; ++k) result->push_back({m, k});
    for (const Entry& e : earlier) {
      if (std::ranges::none_of(*result, [&](const Entry& o) { return same_key(e, o); })) {
        result->push_back(e);
      }
    }
  }
}

Result<ColumnPtr> Union(const KernelCall& call, int32_t size) {
  std::vector<ColumnPtr> keys, values;
  std::vector<int32_t> bases;
  int32_t base = 0;
  for (const Column* map : call.args) {
    keys.push_back(ChildOf(*map, 0));
    values.push_back(ChildOf(*map, 1));
    bases.push_back(base);
    base += keys.back()->size();
  }
  ListRows maps(size);
  std::vector<int32_t> picks;
  std::vector<Entry> entries;
  call.rows.ForEach([&](int32_t i) {
    maps.Begin(i, picks.size());
    UnionOf(call, i, &entries);
    for (const Entry& e : entries) picks.push_back(bases[e.map] + e.index);
  });
  const auto n = static_cast<int32_t>(picks.size());
  return maps.Finish(call.result_type, picks.size(),
                     {data::Gather(*data::Concat(keys), picks.data(), n),
                      data::Gather(*data::Concat(values), picks.data(), n)});
}

Result<BoundFunction> BindUnion(const BindArgs& args) {
  if (args.types.empty() || !std::ranges::all_of(args.types, IsMap)) return NoSuchOverload();
  TW_ASSIGN_OR_RETURN(const Type common, CommonType({args.types.begin(), args.types.end()}));
  BoundFunction f;
  f.params.assign(args.types.size(), common);
  f.result = common;
  f.column_kernel = &Union;
  return f;
}

constexpr auto kCategory = FunctionCategory::kCollection;

const ScalarFunction kFunctions[] = {
    {"MAP_KEYS",
     {},
     kCategory,
     "MAP_KEYS(map)",
     "The keys.",
     {"MAP_KEYS(MAP['a', 1, 'b', 2])", "[a, b]"},
     &BindSide<0>},
    {"MAP_VALUES",
     {},
     kCategory,
     "MAP_VALUES(map)",
     "The values.",
     {"MAP_VALUES(MAP['a', 1, 'b', 2])", "[1, 2]"},
     &BindSide<1>},
    {"MAP_ENTRIES",
     {},
     kCategory,
     "MAP_ENTRIES(map)",
     "The entries, each a row of key and value.",
     {"MAP_ENTRIES(MAP['a', 1])", "[(a, 1)]"},
     &BindEntries},
    {"MAP_FROM_ARRAYS",
     {},
     kCategory,
     "MAP_FROM_ARRAYS(keys, values)",
     "A map of as many keys and values.",
     {"MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])", "{a=1, b=2}"},
     &BindFromArrays},
    {"MAP_UNION",
     {},
     kCategory,
     "MAP_UNION(map1 [, map2]*)",
     "The entries of all maps; of equal keys the last one counts.",
     {"MAP_UNION(MAP['a', 1], MAP['a', 2, 'b', 3])", "{a=2, b=3}"},
     &BindUnion},
};

}  // namespace

std::span<const ScalarFunction> MapFunctions() { return kFunctions; }

}  // namespace thalweg::expr
