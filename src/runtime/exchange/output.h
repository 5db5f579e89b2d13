// Output: one consumer edge of a subtask: the channels to the consumer's subtasks, and how elements
// are spread over them.
//
//   direct      one channel, inside the worker
//   hash        a batch is split by key group; each part is copied once and goes to its owner
//   singleton   everything to one channel
//   rebalance   whole batches round-robin
// Watermarks, barriers, idle marks and End go to every channel, behind the rows that precede them.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "data/element.h"
#include "graph/graph.h"
#include "runtime/exchange/channel.h"

namespace thalweg::runtime {

class Output {
 public:
  Output(graph::Distribution distribution, std::vector<int> keys, std::vector<Channel*> targets,
         int max_parallelism);

  /// Moves what waits for room into the channels. True if nothing waits any more.
  bool Flush();
  /// Sends or queues an element; requires that the last Flush returned true.
  void Send(data::Element element);
  /// Something moved since the last call.
  bool TakeMoved() { return std::exchange(moved_, false); }

 private:
  void Put(size_t target, data::Element element);
  void Scatter(const data::Batch& batch);

  const graph::Distribution distribution_;
  const std::vector<int> keys_;
  const std::vector<Channel*> targets_;
  const int max_parallelism_;
  std::vector<std::deque<data::Element>> waiting_;  // per target
  size_t next_ = 0;                                 // rebalance
  bool moved_ = false;
  // Scratch of Scatter, kept for its memory.
  std::vector<uint64_t> hashes_;
  std::vector<std::vector<int32_t>> parts_;
};

}  // namespace thalweg::runtime
