// CheckpointOptions: how a job's state is kept safe; the values of execution.checkpointing.*.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/file_system.h"

namespace thalweg::runtime {

struct CheckpointOptions {
  /// This job's folder; empty: no checkpoints at all.
  std::string folder;
  int64_t interval_ms = 0;  ///< 0: only at the end of the input, at a stop, or for a savepoint
  /// For tests: a source subtask that has emitted so many batches since the last barrier asks for a
  /// checkpoint and waits for its barrier. 0: never.
  int64_t batches_per_checkpoint = 0;
  int64_t min_pause_ms = 0;
  int64_t timeout_ms = 600'000;
  int retained = 1;
  int64_t tolerable_failures = -1;  ///< consecutive; -1: any number
  /// Keyed state of a subtask that is no larger goes into the manifest, not into a file of its own.
  int64_t inline_bytes = 64 << 10;
  /// Folder for a savepoint that the job's stop makes; empty: the stop makes a checkpoint only.
  std::string savepoint_on_stop;
  FileSystem* file_system = FileSystem::Posix();
  /// One line per checkpoint, and what went wrong with one.
  std::function<void(const std::string&)> log = [](const std::string&) {};
};

}  // namespace thalweg::runtime
