// ColumnWriter: a column (tree) that a row decoder fills by row index.
//
// Every row starts out NULL; Set makes it valid. A row that turns out malformed is taken back with
// Clear(row). ROW children share their parent's row index; list elements have their own.
//
//   ColumnWriter w(type);
//   w.Start(4096);
//   w.Set<int64_t>(row, 42);
//   ColumnPtr c = w.Finish(rows, owners);   // owners: buffers that string views point into
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "data/column.h"
#include "data/string_arena.h"

namespace thalweg::formats::text {

class ColumnWriter {
 public:
  explicit ColumnWriter(const data::Type& type);

  const data::Type& type() const { return type_; }
  data::PhysicalType physical() const { return physical_; }

  /// Begins a batch of at most `capacity` rows, all NULL.
  void Start(int32_t capacity);

  /// Makes room for row `row` beyond the capacity.
  void EnsureRow(int32_t row) {
    if (row >= capacity_) Grow(row + 1 + capacity_);
  }

  /// T is the physical value type.
  template <typename T>
  void Set(int32_t row, T value) {
    reinterpret_cast<T*>(values_)[row] = value;
    validity_[row] = 1;
  }
  /// ROW: its children are set by their own writers.
  void SetValid(int32_t row) { validity_[row] = 1; }
  void SetNull(int32_t row) { validity_[row] = 0; }
  bool IsValid(int32_t row) const { return validity_[row] != 0; }
  /// Copies the bytes.
  void SetString(int32_t row, std::string_view bytes) { Set(row, arena_.Add(bytes)); }
  data::StringArena* arena() { return &arena_; }

  ColumnWriter* child(int i) { return children_[static_cast<size_t>(i)].get(); }
  int num_children() const { return static_cast<int>(children_.size()); }

  /// Lists: the index of a new element, NULL until set in the children.
  int32_t AddElement();
  int32_t elements() const { return elements_; }
  /// Takes back the elements from `count` on.
  void TruncateElements(int32_t count);
  /// Row `row` holds the elements added since the previous EndList.
  void EndList(int32_t row) {
    reinterpret_cast<int32_t*>(values_)[row + 1] = elements_;
    validity_[row] = 1;
  }
  /// Takes the row back, its elements too: it must be the latest row written.
  void Clear(int32_t row);

  data::ColumnPtr Finish(int32_t rows, std::span<const data::BufferPtr> owners);

 private:
  void Grow(int32_t capacity);

  data::Type type_;
  data::PhysicalType physical_;
  int width_;  // bytes per value; 0: none; lists: of an offset
  int32_t capacity_ = 0;
  uint8_t* values_ = nullptr;
  uint8_t* validity_ = nullptr;
  std::shared_ptr<data::Column> column_;      // scalars
  std::shared_ptr<data::Buffer> offsets_;     // lists
  std::shared_ptr<data::Buffer> validities_;  // validity_
  data::StringArena arena_;
  int32_t elements_ = 0;  // lists
  std::vector<std::unique_ptr<ColumnWriter>> children_;
};

}  // namespace thalweg::formats::text
