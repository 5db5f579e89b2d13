// MemoryPool: the tree of byte accounts behind the one memory limit (process, job, operator,
// table).
//
// Every pool counts what it and its children hold. Two ways to take bytes:
//   Reserve   for state: fails by the pool's name and size when a limit on the path is exceeded.
//   Charge    for batches in flight: never fails, since what one step allocates is bounded by the
//             batch; the task asks CheckLimit() after each step and fails by operator name.
// Thread-safe: the counters are atomic. Pools made with std::make_shared are kept alive by the
// buffers and children charged to them (a result may outlive its job); one on the stack must
// outlive them.
//
// The pool that a thread charges by default is MemoryPool::Current(), set for the length of a step
// with ScopedMemoryPool, so kernels need no pool parameter.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "base/status.h"

namespace thalweg {

class MemoryPool : public std::enable_shared_from_this<MemoryPool> {
 public:
  static constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

  /// A root (parent null) or a child account. `name` appears in errors.
  MemoryPool(std::string name, MemoryPool* parent, int64_t limit_bytes = kNoLimit);
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  /// Takes `bytes` on the whole path to the root, or nothing and kResourceExhausted.
  Status Reserve(int64_t bytes);
  void Charge(int64_t bytes);
  void Release(int64_t bytes);
  /// kResourceExhausted when charged bytes exceed a limit on the path to the root.
  Status CheckLimit() const;

  /// This pool or the nearest one above it that has a limit; null: none has.
  const MemoryPool* Limited() const;

  const std::string& name() const { return name_; }
  MemoryPool* parent() const { return parent_; }
  int64_t used() const { return used_.load(std::memory_order_relaxed); }
  int64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  int64_t limit() const { return limit_; }
  void set_limit(int64_t bytes) { limit_ = bytes; }

  /// The calling thread's pool; the process pool unless a ScopedMemoryPool is alive.
  static MemoryPool* Current();
  /// Root of all pools of this process.
  static MemoryPool* Process();

 private:
  Status Exceeded(int64_t bytes) const;
  void RaisePeak(int64_t used);

  const std::string name_;
  MemoryPool* const parent_;
  const std::shared_ptr<MemoryPool> parent_owner_;  // null if the parent is not shared
  int64_t limit_;
  std::atomic<int64_t> used_{0};
  std::atomic<int64_t> peak_{0};
};

/// Makes `pool` the calling thread's current pool until destroyed.
class ScopedMemoryPool {
 public:
  explicit ScopedMemoryPool(MemoryPool* pool);
  ~ScopedMemoryPool();
  ScopedMemoryPool(const ScopedMemoryPool&) = delete;
  ScopedMemoryPool& operator=(const ScopedMemoryPool&) = delete;

 private:
  MemoryPool* previous_;
};

/// "1.5 GiB".
std::string FormatBytes(int64_t bytes);
/// Parses "512MB", "1 gb", "2GiB", "1024" (Flink's MemorySize units: b, kb, mb, gb, tb; 1 kb =
/// 1024).
Result<int64_t> ParseBytes(std::string_view text);

}  // namespace thalweg
