// JobOptions: how a job is run, whatever its graph.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/batch.h"
#include "operators/operator.h"

namespace thalweg::connectors {
class TableSink;
}  // namespace thalweg::connectors

namespace thalweg::runtime {

struct JobOptions {
  std::string name = "job";
  int parallelism = 1;
  int max_parallelism = 128;  ///< number of key groups
  int32_t batch_rows = 4096;
  int channel_elements = 64;  ///< per channel between workers
  int64_t channel_bytes = 4 << 20;
  int64_t memory_limit = MemoryPool::kNoLimit;  ///< bytes, of this job
  MemoryPool* pool = nullptr;                   ///< parent account; null: the process's
  std::string local_time_zone = "UTC";
  expr::EvalContext eval;  ///< zone, seed, query start
  Clock* clock = Clock::System();
  /// Receives the rows of a collecting sink, from one worker thread.
  std::function<Status(const data::Batch&)> collector;
  /// Takes the place of the collecting sink: for those who want a result epoch by epoch.
  std::shared_ptr<connectors::TableSink> result_sink;
  FileSystem* file_system = FileSystem::Posix();  ///< of tables; checkpoints have their own
};

}  // namespace thalweg::runtime
