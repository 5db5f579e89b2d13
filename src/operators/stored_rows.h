// StoredRows: the columns of a stored table's rows: keys, what aggregates come to, counters, input
// columns of sorted rows. For whoever reads checkpoints as tables; no job is needed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/memory.h"
#include "base/status.h"
#include "data/column.h"
#include "operators/aggregate/group_table.h"
#include "state/table_schema.h"

namespace thalweg::operators {

class StoredRows {
 public:
  struct ColumnInfo {
    std::string name;
    std::string alias;  ///< may be empty
    data::Type type;
    std::string missing;  ///< why it cannot be read from this table; empty: it can
  };

  /// Lives as long as `schema`'s copy inside; `pool` is charged while it does. kNotSupported or
  /// kBadData: rows that this program cannot read.
  static Result<std::unique_ptr<StoredRows>> Make(state::TableSchema schema, MemoryPool* pool);

  const std::vector<ColumnInfo>& columns() const { return infos_; }
  /// By name, then by alias, then by name without regard to letter case; -1: none or several.
  int Find(std::string_view name) const;
  /// `rows` as StoredRowBatch gives them, all of `key_group`.
  Result<data::ColumnPtr> Column(int column, uint8_t* const* rows, int32_t count,
                                 int key_group) const;

 private:
  struct Source {
    enum class Kind : uint8_t {
      kKey,      // index: the key
      kOwner,    // of a set's entry: place and key group of the row that owns it
      kShifted,  // index: in TableSchema::shifted
      kField,    // index: the field; its bytes are the value
      kCall,     // index: the aggregate
      kCell,     // index: the column within the sorted row
    };
    Kind kind;
    int index;
  };
  explicit StoredRows(state::TableSchema schema) : schema_(std::move(schema)) {}
  Status Init(MemoryPool* pool);
  void Add(ColumnInfo info, Source source);

  const state::TableSchema schema_;
  std::unique_ptr<state::StateMemory> memory_;
  std::unique_ptr<AggregateSet> aggregates_;  // before the table
  std::unique_ptr<state::KeyedTable> table_;  // empty: knows the layout
  std::vector<ColumnInfo> infos_;
  std::vector<Source> sources_;
};

}  // namespace thalweg::operators
