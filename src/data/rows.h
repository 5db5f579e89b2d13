// Rows: which rows of a batch a kernel works on: all of [0, count) or a list of indices.
//
// A borrowed view; the indices belong to the caller and are strictly increasing. Results stand at
// the index of their row, so a selection never moves data.
#pragma once

#include <cstdint>

namespace thalweg::data {

class Rows {
 public:
  /// All rows 0 .. count-1.
  static Rows All(int32_t count) { return Rows(nullptr, count); }
  static Rows Of(const int32_t* indices, int32_t count) { return Rows(indices, count); }

  int32_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  bool dense() const { return indices_ == nullptr; }
  const int32_t* indices() const { return indices_; }
  /// Row index of the k-th selected row.
  int32_t operator[](int32_t k) const { return indices_ ? indices_[k] : k; }

  /// f(row) for each selected row; both loops are inlined, the dense one can be vectorised.
  template <typename F>
  void ForEach(F&& f) const {
    if (indices_ == nullptr) {
      for (int32_t i = 0; i < count_; ++i) f(i);
    } else {
      for (int32_t k = 0; k < count_; ++k) f(indices_[k]);
    }
  }

 private:
  Rows(const int32_t* indices, int32_t count) : indices_(indices), count_(count) {}
  const int32_t* indices_;
  int32_t count_;
};

}  // namespace thalweg::data
