// Column: one column of a batch, immutable once shared.
//
// Layout by PhysicalType (see data/type.h):
//   fixed width   values: T[size]
//   kString       values: std::string_view[size]; the bytes live in the column's owners (an arena,
//   a
//                 file chunk, another column's buffer), so passing a string on copies 16 bytes
//   kList         offsets: int32[size + 1] into the children (ARRAY: element; MAP: key, value;
//                 MULTISET: element, INT count); offsets[0] need not be 0
//   kRow          one child per field, each of the same size
//   kNull         nothing
// Validity is one byte a row (1 valid, 0 NULL), absent when no row is NULL; the value of a NULL row
// is undefined (a NULL list's offsets are still ordered). Bytes instead of Arrow's bits, so that
// kernels scatter under a selection without read-modify-write; Arrow's layout begins at the Parquet
// border.
//
// Encodings:
//   kFlat         as above
//   kConstant     storage of exactly one row (index 0) that stands for all rows
//   kDictionary   int32 indices into a flat dictionary column, whose validity is the column's
// Kernels read flat and constant columns through ColumnView; see expr/kernel.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "data/buffer.h"
#include "data/type.h"

namespace thalweg::data {

enum class Encoding : uint8_t { kFlat, kConstant, kDictionary };

class Column;
using ColumnPtr = std::shared_ptr<const Column>;

class Column {
 public:
  /// A flat column of a fixed-width or string type with undefined values and no NULLs, to be
  /// filled.
  static std::shared_ptr<Column> Make(const Type& type, int32_t size);
  /// A flat list column; `offsets` holds size + 1 int32.
  static std::shared_ptr<Column> MakeList(const Type& type, int32_t size, BufferPtr offsets,
                                          std::vector<ColumnPtr> children);
  static std::shared_ptr<Column> MakeRow(const Type& type, int32_t size,
                                         std::vector<ColumnPtr> children);
  /// Row `row` of `source` (any encoding), `size` times.
  static ColumnPtr MakeConstant(const ColumnPtr& source, int32_t row, int32_t size);
  /// All NULL, constant encoded.
  static ColumnPtr MakeNull(const Type& type, int32_t size);
  /// `indices` holds `size` int32 into `dictionary` (flat).
  static ColumnPtr MakeDictionary(BufferPtr indices, int32_t size, ColumnPtr dictionary);

  const Type& type() const { return type_; }
  PhysicalType physical() const { return physical_; }
  Encoding encoding() const { return encoding_; }
  int32_t size() const { return size_; }

  /// Flat and constant only. Null for kList, kRow, kNull.
  template <typename T>
  const T* values() const {
    return reinterpret_cast<const T*>(values_);
  }
  /// Flat and constant only: null when no row is NULL.
  const uint8_t* validity() const { return validity_; }
  /// kList, flat and constant.
  const int32_t* offsets() const { return reinterpret_cast<const int32_t*>(values_); }
  const std::vector<ColumnPtr>& children() const { return children_; }
  /// Dictionary only.
  const int32_t* indices() const { return reinterpret_cast<const int32_t*>(values_); }
  const ColumnPtr& dictionary() const { return children_[0]; }

  /// Index of row `row` in this column's own storage (flat: row; constant: 0) or, for a dictionary
  /// column, in dictionary().
  int32_t StorageIndex(int32_t row) const {
    return encoding_ == Encoding::kFlat       ? row
           : encoding_ == Encoding::kConstant ? 0
                                              : indices()[row];
  }
  /// The column that StorageIndex points into: *this or dictionary().
  const Column& storage() const {
    return encoding_ == Encoding::kDictionary ? *children_[0] : *this;
  }
  /// Any encoding; not for hot loops.
  bool IsNull(int32_t row) const;
  /// Any encoding; not for hot loops. T is the physical value type.
  template <typename T>
  T At(int32_t row) const {
    return storage().template values<T>()[StorageIndex(row)];
  }
  /// False only if no row can be NULL.
  bool may_have_nulls() const;

  /// Rows [offset, offset + size), sharing all buffers.
  ColumnPtr Slice(int32_t offset, int32_t size) const;
  /// The same storage under another type of the same physical type.
  ColumnPtr WithType(const Type& type) const;
  /// What this column's rows roughly weigh, for backpressure: constant time, string bytes guessed
  /// (a buffer is often shared by many columns, so its size says nothing about one of them).
  int64_t EstimatedBytes() const;
  /// Dictionary only: the same indices into another dictionary.
  ColumnPtr WithDictionary(ColumnPtr dictionary) const;

  // --- Filling a new column (only while it is not shared) ---
  template <typename T>
  T* mutable_values() {
    return reinterpret_cast<T*>(const_cast<uint8_t*>(values_));
  }
  /// Allocates the validity bytes, all 1, at the first call.
  uint8_t* MutableValidity();
  void SetNull(int32_t row) { MutableValidity()[row] = 0; }
  /// Shares `validity` (size bytes).
  void SetValidity(BufferPtr validity);
  /// Keeps `owner` alive as long as this column: bytes that string values point into.
  void AddOwner(BufferPtr owner) { owners_.push_back(std::move(owner)); }
  /// Keeps alive whatever `other`'s string values point into.
  void AddOwnersOf(const Column& other);
  const std::vector<BufferPtr>& owners() const { return owners_; }

 private:
  Column(const Type& type, Encoding encoding, int32_t size)
      : type_(type), physical_(PhysicalTypeOf(type)), encoding_(encoding), size_(size) {}

  Type type_;
  PhysicalType physical_;
  Encoding encoding_;
  int32_t size_;
  const uint8_t* values_ = nullptr;    // into owners_[..]
  const uint8_t* validity_ = nullptr;  // into owners_[..]
  std::vector<BufferPtr> owners_;
  std::vector<ColumnPtr> children_;
};

/// Flat or constant storage seen without a branch: index & mask.
template <typename T>
struct ColumnView {
  const T* values;
  const uint8_t* validity;  // null: no NULLs
  int32_t mask;             // -1 flat, 0 constant

  explicit ColumnView(const Column& c)
      : values(c.values<T>()),
        validity(c.validity()),
        mask(c.encoding() == Encoding::kConstant ? 0 : -1) {}

  const T& operator[](int32_t i) const { return values[i & mask]; }
  bool valid(int32_t i) const { return validity == nullptr || validity[i & mask] != 0; }
};

/// The same rows, flat (constant and dictionary decoded; children too).
ColumnPtr Flatten(const ColumnPtr& column);
/// Flat or constant: a dictionary is decoded, everything else is returned as it is.
ColumnPtr DecodeDictionary(const ColumnPtr& column);

}  // namespace thalweg::data
