// ROW, ARRAY and MAP constructors, element access, CARDINALITY and ELEMENT.
#include <fmt/format.h>

#include <algorithm>

#include "data/gather.h"
#include "expr/binding.h"
#include "expr/builder.h"
#include "expr/functions/collection/collection_families.h"
#include "expr/kernel.h"
#include "expr/value.h"

namespace thalweg::expr {

using data::Column;
using data::ColumnPtr;
using data::Type;
using data::TypeRoot;

namespace {

ColumnPtr Flat(const Column& c) { return data::Flatten(c.Slice(0, c.size())); }

Result<ColumnPtr> MakeRows(const KernelCall& call, int32_t size) {
  std::vector<ColumnPtr> children;
  for (const Column* a : call.args) children.push_back(Flat(*a));
  return ColumnPtr(Column::MakeRow(call.result_type, size, std::move(children)));
}

Result<BoundFunction> BindRow(const BindArgs& args) {
  if (std::all_of(args.types.begin(), args.types.end(), IsNullType)) return NoSuchOverload();
  std::vector<data::Field> fields;
  for (size_t i = 0; i < args.types.size(); ++i) {
    fields.push_back(
        {fmt::format("EXPR${}", i), args.types[i].WithTimeAttribute(data::TimeAttribute::kNone)});
  }
  BoundFunction f = BindAsIs(args, Type::Row(std::move(fields)), nullptr);
  f.column_kernel = &MakeRows;
  f.nulls = NullPolicy::kCustom;
  f.result_nulls = ResultNulls::kNever;
  return f;
}

/// Row k * size + i of the result's child is row i of args[k]; rows that are not selected are
/// missing.
ColumnPtr Interleave(std::span<const Column* const> args, const std::vector<int32_t>& indices) {
  std::vector<ColumnPtr> flat;
  for (const Column* a : args) flat.push_back(Flat(*a));
  return data::Gather(*data::Concat(flat), indices.data(), static_cast<int32_t>(indices.size()));
}

Result<ColumnPtr> MakeArrays(const KernelCall& call, int32_t size) {
  const auto n = static_cast<int32_t>(call.args.size());
  auto offsets = data::Buffer::Allocate(static_cast<int64_t>(size + 1) * 4);
  auto* to = offsets->as<int32_t>();
  for (int32_t i = 0; i <= size; ++i) to[i] = i * n;
  std::vector<int32_t> indices(static_cast<size_t>(size) * static_cast<size_t>(n), -1);
  call.rows.ForEach([&](int32_t i) {
    for (int32_t k = 0; k < n; ++k) indices[static_cast<size_t>(i * n + k)] = k * size + i;
  });
  return ColumnPtr(Column::MakeList(call.result_type, size, std::move(offsets),
                                    {Interleave(call.args, indices)}));
}

Result<BoundFunction> BindArray(const BindArgs& args) {
  if (args.types.empty()) return NoSuchOverload();
  TW_ASSIGN_OR_RETURN(const Type element, CommonType({args.types.begin(), args.types.end()}));
  if (IsNullType(element)) return NoSuchOverload();
  BoundFunction f;
  f.params.assign(args.types.size(), element);
  f.result = Type::Array(element);
  f.column_kernel = &MakeArrays;
  f.nulls = NullPolicy::kCustom;
  f.result_nulls = ResultNulls::kNever;
  return f;
}

/// Of equal keys the last value wins, in the place of the first.
Result<ColumnPtr> MakeMaps(const KernelCall& call, int32_t size) {
  std::vector<const Column*> keys, values;
  for (size_t i = 0; i < call.args.size(); i += 2) {
    keys.push_back(call.args[i]);
    values.push_back(call.args[i + 1]);
  }
  auto offsets = data::Buffer::Allocate(static_cast<int64_t>(size + 1) * 4);
  auto* to = offsets->as<int32_t>();
  std::vector<int32_t> key_rows, value_rows;
  std::vector<uint8_t> selected(static_cast<size_t>(size), 0);
  call.rows.ForEach([&](int32_t i) { selected[static_cast<size_t>(i)] = 1; });
  to[0] = 0;
  for (int32_t i = 0; i < size; ++i) {
    const size_t first = key_rows.size();
    for (size_t k = 0; k < keys.size() && selected[static_cast<size_t>(i)] != 0; ++k) {
      size_t at = first;
      // NULL keys stay apart, as in Flink.
      while (at < key_rows.size() &&
             (keys[k]->IsNull(i) ||
              !SameValue(*keys[static_cast<size_t>(key_rows[at] / size)], i, *keys[k], i))) {
        ++at;
      }
      const int32_t row = static_cast<int32_t>(k) * size + i;
      if (at < key_rows.size()) {
        value_rows[at] = row;
      } else {
        key_rows.push_back(row);
        value_rows.push_back(row);
      }
    }
    to[i + 1] = static_cast<int32_t>(key_rows.size());
  }
  return ColumnPtr(Column::MakeList(call.result_type, size, std::move(offsets),
                                    {Interleave(keys, key_rows), Interleave(values, value_rows)}));
}

Result<BoundFunction> BindMap(const BindArgs& args) {
  if (args.types.empty() || args.types.size() % 2 != 0) {
    return Status::InvalidSql("MAP takes pairs of a key and a value");
  }
  std::vector<Type> keys, values;
  for (size_t i = 0; i < args.types.size(); i += 2) {
    keys.push_back(args.types[i]);
    values.push_back(args.types[i + 1]);
  }
  TW_ASSIGN_OR_RETURN(const Type key, CommonType(keys));
  TW_ASSIGN_OR_RETURN(Type value, CommonType(values));
  if (IsNullType(key)) return NoSuchOverload();
  if (IsNullType(value)) value = key.WithNullable(true);  // as Flink does
  BoundFunction f;
  for (size_t i = 0; i < keys.size(); ++i) {
    f.params.push_back(key);
    f.params.push_back(value);
  }
  f.result = Type::Map(key, value);
  f.column_kernel = &MakeMaps;
  f.nulls = NullPolicy::kCustom;
  f.result_nulls = ResultNulls::kNever;
  return f;
}

Result<ColumnPtr> ArrayItem(const KernelCall& call, int32_t size) {
  const Column& array = *call.args[0];
  const data::ColumnView<int64_t> index(*call.args[1]);
  std::vector<int32_t> rows(static_cast<size_t>(size), -1);
  call.rows.ForEach([&](int32_t i) {
    const int32_t a = array.StorageIndex(i);
    const int32_t first = array.offsets()[a];
    const int64_t n = array.offsets()[a + 1] - first;
    if (index[i] >= 1 && index[i] <= n) {
      rows[static_cast<size_t>(i)] = first + static_cast<int32_t>(index[i]) - 1;
    }
  });
  return data::Gather(*array.children()[0], rows.data(), size);
}

Result<ColumnPtr> MapItem(const KernelCall& call, int32_t size) {
  const Column& map = *call.args[0];
  const Column& key = *call.args[1];
  std::vector<int32_t> rows(static_cast<size_t>(size), -1);
  call.rows.ForEach([&](int32_t i) {
    const int32_t m = map.StorageIndex(i);
    for (int32_t k = map.offsets()[m]; k < map.offsets()[m + 1]; ++k) {
      if (SameValue(*map.children()[0], k, key, i)) rows[static_cast<size_t>(i)] = k;
    }
  });
  return data::Gather(*map.children()[1], rows.data(), size);
}

bool KeyFits(const Type& key, const Type& map_key) {
  return IsNullType(key) || SupportsImplicitCast(key, map_key) ||
         (key.is_character() && map_key.is_character()) ||
         (key.is_integer() && map_key.is_integer());
}

Result<BoundFunction> BindItem(const BindArgs& args) {
  if (args.types.size() != 2) return NoSuchOverload();
  const Type &base = args.types[0], &key = args.types[1];
  BoundFunction f;
  f.result_nulls = ResultNulls::kAlways;
  if (base.root() == TypeRoot::kArray && FitsInteger(key)) {
    const auto index = LiteralInteger(args, 1);
    if (index && *index < 1) {
      return Status::InvalidSql(
          fmt::format("Array element access needs an index starting at 1 but was {}.", *index));
    }
    f.params = {base, Type::Bigint()};
    f.result = base.child(0);
    f.column_kernel = &ArrayItem;
    return f;
  }
  if (base.root() == TypeRoot::kMap && KeyFits(key, base.child(0))) {
    f.params = {base, base.child(0)};
    f.result = base.child(1);
    f.column_kernel = &MapItem;
    f.nulls = NullPolicy::kPropagate;
    return f;
  }
  return NoSuchOverload();
}

Status Cardinality(const KernelCall& call, Column* out) {
  const Column& list = *call.args[0];
  auto* to = out->mutable_values<int32_t>();
  call.rows.ForEach([&](int32_t i) {
    const int32_t at = list.StorageIndex(i);
    to[i] = list.offsets()[at + 1] - list.offsets()[at];
  });
  return Status::OK();
}

Result<BoundFunction> BindCardinality(const BindArgs& args) {
  if (args.types.size() != 1 ||
      (args.types[0].root() != TypeRoot::kArray && args.types[0].root() != TypeRoot::kMap)) {
    return NoSuchOverload();
  }
  return BindAsIs(args, Type::Int(), &Cardinality);
}

Result<ColumnPtr> Element(const KernelCall& call, int32_t size) {
  const Column& array = *call.args[0];
  std::vector<int32_t> rows(static_cast<size_t>(size), -1);
  bool too_many = false;
  call.rows.ForEach([&](int32_t i) {
    const int32_t a = array.StorageIndex(i);
    const int32_t n = array.offsets()[a + 1] - array.offsets()[a];
    too_many |= n > 1;
    if (n == 1) rows[static_cast<size_t>(i)] = array.offsets()[a];
  });
  if (too_many) return Status::Evaluation("ELEMENT: the array has more than one element");
  return data::Gather(*array.children()[0], rows.data(), size);
}

Result<BoundFunction> BindElement(const BindArgs& args) {
  if (args.types.size() != 1 || args.types[0].root() != TypeRoot::kArray) return NoSuchOverload();
  const Type& element = args.types[0].child(0);
  BoundFunction f =
      BindAsIs(args, element.WithNullable(element.nullable() || args.types[0].nullable()), nullptr);
  f.column_kernel = &Element;
  f.result_nulls = ResultNulls::kAsBound;
  return f;
}

constexpr auto kCategory = FunctionCategory::kCollection;

const ScalarFunction kFunctions[] = {
    {"ROW",
     {},
     kCategory,
     "ROW(value1 [, value2]*) or (value1, value2 [, ...])",
     "A row of the values; its fields are EXPR$0, EXPR$1, ...",
     {"ROW(1, 'a')", "(1, a)"},
     &BindRow},
    {"ARRAY",
     {},
     kCategory,
     "ARRAY[value1 [, value2]*]",
     "An array of the values.",
     {"ARRAY[1, 2, 3]", "[1, 2, 3]"},
     &BindArray},
    {"MAP",
     {},
     kCategory,
     "MAP[key1, value1 [, key2, value2]*]",
     "A map of the pairs; of equal keys the last one counts.",
     {"MAP['a', 1]", "{a=1}"},
     &BindMap},
    {"ITEM",
     {},
     kCategory,
     "array[index] or map[key]",
     "The element at a position from 1, or the value of a key; NULL where there is none.",
     {"ARRAY[4, 5, 6][2]", "5"},
     &BindItem},
    {"CARDINALITY",
     {},
     kCategory,
     "CARDINALITY(array or map)",
     "The number of elements.",
     {"CARDINALITY(ARRAY[1, 2])", "2"},
     &BindCardinality},
    {"ELEMENT",
     {},
     kCategory,
     "ELEMENT(array)",
     "The only element; NULL of an empty array, an error where there are more.",
     {"ELEMENT(ARRAY['x'])", "x"},
     &BindElement},
};

}  // namespace

std::span<const ScalarFunction> ConstructionFunctions() { return kFunctions; }

}  // namespace thalweg::expr
