// Manifest: everything that one checkpoint or savepoint consists of. A checkpoint exists once its
// manifest does; state files without one are leftovers.
//
//   nodes     per operator: small state entries, and the segments of its keyed tables, oldest first
//   pending   per sink: sealed output that was not yet published when the checkpoint was made
//
// On disk: a line of magic, the body's length and checksum, the body, which begins with the
// format's version. A newer format is refused, a damaged file is kBadData; the caller adds the
// file's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "data/hash.h"
#include "graph/graph.h"
#include "operators/operator.h"
#include "state/table_schema.h"

namespace thalweg::runtime {

/// What one snapshot of one subtask's keyed tables has written: a base, or changes since the
/// segment before it.
struct StateSegment {
  std::string file;  ///< relative to the manifest's directory; empty: `bytes` are the content
  std::string bytes;
  int64_t size = 0;  ///< of the content
  int64_t epoch = 0;
  bool base = false;
  data::KeyGroupRange groups{0, 0};
};

/// A sink that publishes by commits, as it was when the checkpoint was made: enough to publish what
/// the checkpoint lists of it for a job that no longer has the sink.
struct StoredSink {
  graph::SinkNode node;  ///< its table and options; not what it does to rows
  bool streaming = true;
};

struct NodeSnapshot {
  std::string uid;   ///< graph::Node::uid: the identity over restarts and SQL edits
  std::string name;  ///< graph::Node::name, for people
  int parallelism = 1;
  bool finished = false;  ///< all subtasks had ended
  int64_t state_rows = 0;
  int64_t state_bytes = 0;  ///< live bytes, not those of the segments
  operators::OperatorState entries;
  std::vector<StateSegment> segments;
  std::string family;  ///< graph::Node::family
  /// What the rows of the keyed tables mean. Empty in format 1, and where there are no tables.
  std::vector<state::TableSchema> tables;
  std::vector<int64_t> table_rows;  ///< live, of each table; empty before format 3
  std::optional<StoredSink> sink;   ///< from format 3 on
};

/// Output that a sink has sealed in `epoch`: published when the epoch is durable, or at the next
/// start.
struct PendingOutput {
  std::string uid;
  int64_t epoch = 0;
  int64_t watermark_ms = 0;
  std::vector<std::string> committables;
};

struct Manifest {
  /// 1: without families and tables; 2: without the tables' rows and sinks.
  static constexpr uint64_t kVersion = 3;

  std::string job;
  /// Of the history that this checkpoint belongs to: a fresh start begins a new one.
  std::string lineage;
  int64_t generation = 0;
  int64_t epoch = 0;
  int64_t created_ms = 0;
  int max_parallelism = 128;
  bool final = false;  ///< the job had read all its input: a rerun starts afresh
  std::vector<NodeSnapshot> nodes;
  std::vector<PendingOutput> pending;

  const NodeSnapshot* Find(std::string_view uid) const;
  std::string Encode() const;
  /// kBadData: damaged; kNotSupported: written by a newer version.
  static Result<Manifest> Decode(std::string_view bytes);
};

}  // namespace thalweg::runtime
