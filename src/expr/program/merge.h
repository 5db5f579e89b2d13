// PieceMerger: one column from the results of several branches, each defined on its own rows.
#pragma once

#include <vector>

#include "data/column.h"
#include "data/rows.h"

namespace thalweg::expr {

class PieceMerger {
 public:
  PieceMerger(const data::Type& type, int32_t size) : type_(type), size_(size) {}

  /// `rows` must stay alive until Finish. Pieces do not overlap.
  void Add(data::ColumnPtr column, data::Rows rows);
  /// Rows in no piece are undefined.
  data::ColumnPtr Finish();

 private:
  struct Piece {
    data::ColumnPtr column;
    data::Rows rows;
  };
  data::ColumnPtr MergeFlat() const;
  data::ColumnPtr MergeNested() const;

  data::Type type_;
  int32_t size_;
  std::vector<Piece> pieces_;
};

}  // namespace thalweg::expr
