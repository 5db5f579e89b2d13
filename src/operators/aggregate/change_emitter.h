// ChangeEmitter: the changes of a list of groups as one output batch: old and new results stand
// side by side (rows 2g and 2g + 1), kinds and a selection say which of them are sent.
#pragma once

#include <vector>

#include "data/batch.h"
#include "operators/aggregate/group_table.h"

namespace thalweg::operators {

/// What became of a touched group.
enum class GroupFate : uint8_t {
  kInserted,  ///< new: +I
  kUpdated,   ///< known: -U, +U if the result differs
  kDeleted,   ///< known, its last row retracted: -D
  kVanished,  ///< new and already without rows: nothing
};

class ChangeEmitter {
 public:
  /// Columns for the results of `groups`; fills in the old results of those that are not fresh.
  void Begin(GroupTable* table, const std::vector<GroupTable::Touched>& groups);
  /// Fills in the new results and makes the batch: `keys` of `input` by the groups' first rows,
  /// then the results. send_unchanged: also updates that change nothing.
  data::Batch Finish(const data::Batch& input, std::span<const int> keys,
                     const std::vector<GroupFate>& fates, bool emit_update_before,
                     bool send_unchanged);

 private:
  /// equal[g] &= old and new value of `column` are the same.
  static void Compare(const data::Column& column, std::vector<uint8_t>* equal);

  GroupTable* table_ = nullptr;
  const std::vector<GroupTable::Touched>* groups_ = nullptr;
  std::vector<std::shared_ptr<data::Column>> columns_;  // null where nested
  std::vector<data::StringArena> arenas_;
  std::vector<data::ColumnPtr> nested_old_;
  std::vector<int32_t> old_positions_;
  std::vector<int32_t> new_positions_;
  std::vector<uint8_t*> states_;
};

}  // namespace thalweg::operators
