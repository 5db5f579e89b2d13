// SortedRuns: what an external sort has put away: runs of rows in order, and their merge.
//
// A run is a list of chunks of up to 64 KiB, each a row of a keyed table: so runs are paged,
// snapshotted once and restored like other state, and read from front to back. Rows are freed as
// they are merged. Rows that compare equal keep the order in which they came: of two runs the older
// one's are first.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "graph/graph.h"
#include "operators/operator.h"
#include "state/keyed_table.h"

namespace thalweg::operators {

class SortedRuns {
 public:
  /// `most_rows`: more of a run, or of all, are never asked for; -1: all may be.
  SortedRuns(std::vector<graph::SortKey> keys, data::Schema schema, int64_t most_rows);
  ~SortedRuns();

  /// Adds the table `name`, with the runs that are restored, to the operator's state.
  Status Open(OperatorContext* context, const std::string& name);
  bool empty() const { return runs_.empty(); }
  /// The rows of `batch` in this order, as the newest run.
  Status Add(const data::Batch& batch, const std::vector<int32_t>& order);
  /// Up to `most` of the next rows of all runs in order; empty at the end. Nothing is added any
  /// more.
  Result<data::Batch> Next(int32_t most);
  state::StateMemory* memory() { return &*memory_; }

 private:
  struct Chunk;
  class OwnedBytes;
  struct Run {
    uint64_t number;
    std::deque<uint8_t*> chunks;  // not read yet
  };
  class Merge;

  state::TableSchema Schema() const;
  void Restore();
  /// A record is a sort key and a row's bytes.
  Status AppendRecord(std::string_view key, std::string_view row, Run* run);
  Status Seal(Run* run);
  Status Compact();

  const std::vector<graph::SortKey> keys_;
  const data::Schema schema_;
  const int64_t most_rows_;
  OperatorContext* context_ = nullptr;
  std::unique_ptr<state::OwnedField> owned_;
  std::optional<state::StateMemory> memory_;
  std::optional<state::KeyedTable> table_;
  std::shared_ptr<data::Column> chunk_number_ = data::Column::Make(data::Type::Bigint(), 1);
  std::deque<Run> runs_;  // oldest first
  uint64_t next_run_ = 1;
  int64_t next_chunk_ = 0;
  std::string open_;  // records that are not in a chunk yet
  std::unique_ptr<Merge> merge_;
};

}  // namespace thalweg::operators
