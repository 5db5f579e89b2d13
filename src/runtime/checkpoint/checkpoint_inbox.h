// CheckpointInbox: what subtasks hand in for a checkpoint, until the coordinator's thread takes it.
//
// Putting never blocks. Chunks of state that wait for the disk are charged, and bounded: beyond the
// bound HasRoom is false and snapshots pause, until Written makes room and wakes the workers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/memory.h"
#include "runtime/task/snapshot_receiver.h"

namespace thalweg::runtime {

struct CheckpointEvent {
  enum class Kind : uint8_t { kChunk, kSnapshot, kEnded, kWanted, kStop };
  Kind kind = Kind::kStop;
  int64_t epoch = 0;
  int node = 0;
  int subtask = 0;
  std::string bytes;         ///< kChunk
  SubtaskSnapshot snapshot;  ///< kSnapshot; of kEnded the entries
};

class CheckpointInbox final : public SnapshotReceiver {
 public:
  /// `account`: charged with what waits; null: the process. `wake_workers`: there is room again.
  CheckpointInbox(MemoryPool* account, std::function<void()> wake_workers);

  // SnapshotReceiver
  bool HasRoom() const override;
  void OnChunk(int64_t epoch, int node, int subtask, std::string bytes) override;
  void OnSnapshot(int64_t epoch, int node, int subtask, SubtaskSnapshot snapshot) override;
  void OnEnded(int node, int subtask, operators::OperatorState entries) override;
  void OnBarrierWanted() override;
  /// From any thread.
  void RequestStop();

  // For the coordinator's thread.
  /// All that has come, after waiting for something for at most `wait_ms` real milliseconds;
  /// nothing at all once it is closed and empty.
  std::optional<std::deque<CheckpointEvent>> Take(int64_t wait_ms);
  /// So many bytes of the events taken no longer wait.
  void Written(int64_t bytes);

  /// Take waits no more. From any thread.
  void Close();

 private:
  void Put(CheckpointEvent event);

  const std::shared_ptr<MemoryPool> pool_;
  const std::function<void()> wake_workers_;
  int64_t most_queued_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<CheckpointEvent> events_;
  int64_t queued_bytes_ = 0;
  bool closed_ = false;
};

}  // namespace thalweg::runtime
