// Channel: a bounded queue of elements from one producer subtask to one consumer subtask.
//
// Single producer, single consumer; between workers a lock-free ring, and the same class serves the
// direct edges inside a worker. Full when it holds `max_elements`, or `max_bytes` of batches (one
// batch always fits, whatever its size). Order is kept.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "data/element.h"

namespace thalweg::runtime {

class Wakeup;  // runtime/task/wakeup.h

class Channel {
 public:
  /// `consumer` is notified after a push, `producer` after a pop; null inside one worker.
  Channel(int max_elements, int64_t max_bytes, Wakeup* producer, Wakeup* consumer);

  /// Producer: false if there is no room for another element.
  bool HasRoom() const;
  /// Producer: requires HasRoom().
  void Push(data::Element element);
  /// Consumer: the next element, or null if empty; stays valid until Pop.
  data::Element* Front();
  /// Consumer: requires Front().
  void Pop();
  bool Empty() const;

 private:
  const uint32_t mask_;
  const uint32_t max_elements_;
  const int64_t max_bytes_;
  Wakeup* const producer_;
  Wakeup* const consumer_;
  std::vector<data::Element> slots_;
  alignas(64) std::atomic<uint32_t> head_{0};  // next to pop
  alignas(64) std::atomic<uint32_t> tail_{0};  // next to push
  alignas(64) std::atomic<int64_t> bytes_{0};
};

}  // namespace thalweg::runtime
