// ColumnBuilder: makes a column of any type value by value. For nested values and cold paths; hot
// paths fill Column::Make directly.
//
//   ColumnBuilder b(Type::Array(Type::Int()));
//   b.child(0)->Append<int32_t>(1); b.child(0)->Append<int32_t>(2); b.EndList();   // [1, 2]
//   b.AppendNull();
//   ColumnPtr c = b.Finish();
//
// ROW: append to every child, then EndRow. MAP: child(0) key, child(1) value; MULTISET: child(0)
// element, child(1) INT count.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "data/column.h"
#include "data/string_arena.h"

namespace thalweg::data {

class ColumnBuilder {
 public:
  explicit ColumnBuilder(Type type);

  int32_t size() const { return size_; }
  const Type& type() const { return type_; }

  /// T is the physical value type.
  template <typename T>
  void Append(T value) {
    Grow(sizeof(T));
    reinterpret_cast<T*>(values_->mutable_data())[size_] = value;
    EndValue(true);
  }
  /// Copies the bytes.
  void AppendString(std::string_view bytes) { Append(arena_.Add(bytes)); }
  /// Does not copy; the caller keeps the bytes alive, or adds their owner to the finished column.
  void AppendStringView(std::string_view bytes) { Append(bytes); }
  void AppendNull();
  /// Row `row` of `column` (same physical type, any encoding), NULLs and strings copied.
  void AppendFrom(const Column& column, int32_t row);

  ColumnBuilder* child(int i) { return children_[static_cast<size_t>(i)].get(); }
  /// Ends the list whose elements were appended to the children since the previous one.
  void EndList();
  void EndRow() { EndValue(true); }

  /// The column; the builder is empty afterwards.
  ColumnPtr Finish();

 private:
  void Grow(int width);
  void EndValue(bool valid);

  Type type_;
  PhysicalType physical_;
  int32_t size_ = 0;
  int32_t capacity_ = 0;
  std::shared_ptr<Buffer> values_;  // fixed width and strings
  std::vector<int32_t> offsets_;    // lists, size_ + 1
  std::vector<uint8_t> validity_;   // empty until the first NULL
  StringArena arena_;
  std::vector<std::unique_ptr<ColumnBuilder>> children_;
};

}  // namespace thalweg::data
