#include "runtime/checkpoint/checkpoint_inbox.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace thalweg::runtime {
namespace {

/// Chunks that wait for the disk, at most a sixteenth of the memory limit.
constexpr int64_t kMostQueued = 16 << 20;
constexpr int64_t kLeastQueued = 512 << 10;

}  // namespace

CheckpointInbox::CheckpointInbox(MemoryPool* account, std::function<void()> wake_workers)
    : pool_(std::make_shared<MemoryPool>("checkpoint", account ? account : MemoryPool::Process())),
      wake_workers_(std::move(wake_workers)),
      most_queued_(kMostQueued) {
  if (const MemoryPool* limited = pool_->Limited()) {
    most_queued_ = std::clamp(limited->limit() / 16, kLeastQueued, kMostQueued);
  }
}

void CheckpointInbox::Put(CheckpointEvent event) {
  const auto bytes = static_cast<int64_t>(event.bytes.size());
  pool_->Charge(bytes);
  std::lock_guard lock(mutex_);
  queued_bytes_ += bytes;
  events_.push_back(std::move(event));
  wake_.notify_one();
}

bool CheckpointInbox::HasRoom() const {
  std::lock_guard lock(mutex_);
  return queued_bytes_ < most_queued_;
}

void CheckpointInbox::OnChunk(int64_t epoch, int node, int subtask, std::string bytes) {
  Put({.kind = CheckpointEvent::Kind::kChunk,
       .epoch = epoch,
       .node = node,
       .subtask = subtask,
       .bytes = std::move(bytes)});
}

void CheckpointInbox::OnSnapshot(int64_t epoch, int node, int subtask, SubtaskSnapshot snapshot) {
  Put({.kind = CheckpointEvent::Kind::kSnapshot,
       .epoch = epoch,
       .node = node,
       .subtask = subtask,
       .snapshot = std::move(snapshot)});
}

void CheckpointInbox::OnEnded(int node, int subtask, operators::OperatorState entries) {
  CheckpointEvent event{.kind = CheckpointEvent::Kind::kEnded, .node = node, .subtask = subtask};
  event.snapshot.entries = std::move(entries);
  Put(std::move(event));
}

void CheckpointInbox::OnBarrierWanted() { Put({.kind = CheckpointEvent::Kind::kWanted}); }

void CheckpointInbox::RequestStop() { Put({.kind = CheckpointEvent::Kind::kStop}); }

std::optional<std::deque<CheckpointEvent>> CheckpointInbox::Take(int64_t wait_ms) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::milliseconds(wait_ms),
                 [this] { return closed_ || !events_.empty(); });
  if (closed_ && events_.empty()) return std::nullopt;
  return std::exchange(events_, {});
}

void CheckpointInbox::Written(int64_t bytes) {
  if (bytes == 0) return;
  pool_->Release(bytes);
  bool room = false;
  {
    std::lock_guard lock(mutex_);
    room = queued_bytes_ >= most_queued_ && queued_bytes_ - bytes < most_queued_;
    queued_bytes_ -= bytes;
  }
  if (room) wake_workers_();
}

void CheckpointInbox::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  wake_.notify_all();
}

}  // namespace thalweg::runtime
