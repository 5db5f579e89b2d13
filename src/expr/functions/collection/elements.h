// Arrays and maps, element by element: where a row's elements are, and arrays made of elements that
// lie in other columns.
#pragma once

#include <utility>
#include <vector>

#include "data/gather.h"
#include "expr/binding.h"
#include "expr/builder.h"
#include "expr/functions/equal_values.h"
#include "expr/functions/list_rows.h"

namespace thalweg::expr {

/// A row's elements in the children of its list column.
struct ElementRange {
  int32_t begin;
  int32_t end;
  int32_t size() const { return end - begin; }
};

inline ElementRange ElementsOf(const data::Column& list, int32_t row) {
  const int32_t* at = list.storage().offsets() + list.StorageIndex(row);
  return {at[0], at[1]};
}

/// The elements of an array column, or the keys (0) and values (1) of a map column.
inline const data::ColumnPtr& ChildOf(const data::Column& list, size_t child = 0) {
  return list.storage().children()[child];
}

inline bool IsArray(const data::Type& t) { return t.root() == data::TypeRoot::kArray; }
inline bool IsMap(const data::Type& t) { return t.root() == data::TypeRoot::kMap; }

/// Whether an argument can stand for an element: what Flink casts implicitly, an untyped NULL too.
inline bool FitsElement(const data::Type& arg, const data::Type& element) {
  return IsNullType(arg) || SupportsImplicitCast(arg, element);
}

/// The arguments of ARRAY_CONTAINS and its kin.
inline bool IsArrayAndElement(const BindArgs& args) {
  return args.types.size() == 2 && IsArray(args.types[0]) &&
         FitsElement(args.types[1], args.types[0].child(0));
}

/// Whether element `k` is the needle of row `row`; NULL finds NULL.
inline bool IsElement(const data::Column& elements, int32_t k, const data::Column& needle,
                      int32_t row) {
  const bool null = needle.IsNull(row);
  return elements.IsNull(k) ? null : !null && EqualValues(elements, k, needle, row);
}

/// Array rows whose elements are picked from other columns, without copying strings.
class PickedArrays {
 public:
  /// `sources`: columns of the element type, any encoding.
  PickedArrays(int32_t size, std::vector<data::ColumnPtr> sources)
      : rows_(size), sources_(std::move(sources)) {
    int32_t base = 0;
    for (const auto& s : sources_) {
      bases_.push_back(base);
      base += s->size();
    }
  }
  /// Begins row `row` (increasing); rows that are not begun are NULL.
  void Begin(int32_t row) { rows_.Begin(row, picks_.size()); }
  void Add(size_t source, int32_t index) { picks_.push_back(bases_[source] + index); }
  void AddRange(size_t source, ElementRange range) {
    for (int32_t k = range.begin; k < range.end; ++k) Add(source, k);
  }
  data::ColumnPtr Finish(const data::Type& type) {
    const data::ColumnPtr pool = sources_.size() == 1 ? sources_[0] : data::Concat(sources_);
    return rows_.Finish(type, picks_.size(),
                        {data::Gather(*pool, picks_.data(), static_cast<int32_t>(picks_.size()))});
  }

 private:
  ListRows rows_;
  std::vector<data::ColumnPtr> sources_;
  std::vector<int32_t> bases_;
  std::vector<int32_t> picks_;
};

}  // namespace thalweg::expr
