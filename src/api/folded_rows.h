// FoldedRows: the rows that a changelog adds up to, for results that change while they come.
//
// A row that is taken back must be there (equal in all cells); of equal rows any is taken. Rows
// keep the order in which they came.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/row_text.h"
#include "base/status.h"

namespace thalweg::api {

class FoldedRows {
 public:
  /// `sign` +1: the row is added; -1: taken back. kInternal when it is not there.
  Status Apply(const TextRow& row, int sign);
  /// Calls f(row) for each row that is left.
  template <typename F>
  void ForEach(F&& f) const {
    for (const Entry& entry : entries_) {
      if (entry.present) f(entry.row);
    }
  }
  int64_t size() const { return size_; }

 private:
  struct Entry {
    TextRow row;
    bool present;
  };
  void DropAbsent();

  std::vector<Entry> entries_;
  std::unordered_multimap<std::string, size_t> places_;  // serialized row -> index of entries_
  int64_t size_ = 0;
};

}  // namespace thalweg::api
