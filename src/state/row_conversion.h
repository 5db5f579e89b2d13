// RowConversion: rows of one layout as rows of another one of the same keys, when an operator has
// come to keep other aggregates. What both have is moved, what only the old one has is skipped,
// what only the new one has is empty.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "state/table_schema.h"

namespace thalweg::state {

/// What becomes of a table's columns, by name.
struct SchemaChange {
  std::string impossible;  ///< why rows cannot be converted; empty: they can
  std::vector<std::string> dropped;
  std::vector<std::string> added;    ///< empty for the rows that are there
  std::vector<std::string> changed;  ///< dropped and added anew: "MAX(price), which was of INT"
  bool same_rows = false;            ///< nothing is to be done
  bool loses_history() const { return !added.empty() || !changed.empty(); }
};
SchemaChange CompareSchemas(const TableSchema& from, const TableSchema& to);

class RowConversion {
 public:
  /// kNotSupported with SchemaChange::impossible.
  static Result<RowConversion> Make(const TableSchema& from, const TableSchema& to);

  int32_t from_row_bytes() const { return from_.row_bytes; }
  /// A row as it stands in a block, with its tail, in the new layout; the header keeps the old
  /// tail's length. kBadData if the tail is cut off.
  Status Convert(const char* image, std::string_view tail, std::string* new_image,
                 std::string* new_tail) const;

 private:
  RowConversion(TableSchema from, TableSchema to) : from_(std::move(from)), to_(std::move(to)) {}
  Status ConvertColumns(const FieldSchema& from, const FieldSchema& to, const char* image,
                        std::string_view tail, std::string* new_image, std::string* new_tail) const;

  TableSchema from_;
  TableSchema to_;
  std::vector<int> sources_;      // of each new field; -1: none
  std::vector<int> key_strings_;  // offsets
};

}  // namespace thalweg::state
