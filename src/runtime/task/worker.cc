#include "runtime/task/worker.h"

#include <pthread.h>

#include <algorithm>
#include <string>

namespace thalweg::runtime {
namespace {

// A parked worker looks at the clock at least this often; everything else wakes it.
constexpr int64_t kLongestParkMs = 100;

}  // namespace

Worker::Worker(int index, Clock* clock, const expr::EvalContext& eval)
    : index_(index), clock_(clock), eval_(eval) {
  eval_.now_ms = clock_->NowMs();
}

Worker::~Worker() { Join(); }

void Worker::Start(const std::atomic<bool>& stop, const std::atomic<bool>& abort,
                   std::function<void(Status)> on_error, std::function<void()> on_finish) {
  thread_ = std::thread(
      [this, &stop, &abort, on_error = std::move(on_error), on_finish = std::move(on_finish)] {
        pthread_setname_np(pthread_self(), ("worker-" + std::to_string(index_)).c_str());
        Loop(stop, abort, on_error);
        on_finish();
      });
}

void Worker::Join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::Loop(const std::atomic<bool>& stop, const std::atomic<bool>& abort,
                  const std::function<void(Status)>& on_error) {
  while (!abort.load(std::memory_order_relaxed)) {
    const uint64_t seen = wakeup_.Prepare();
    eval_.now_ms = clock_->NowMs();
    bool progress = false;
    bool all_finished = true;
    int64_t wake_at = INT64_MAX;
    for (const auto& subtask : subtasks_) {
      if (subtask->finished()) {
        subtask->GiveWay();
        continue;
      }
      auto ran = subtask->Run(stop);
      if (!ran.ok()) {
        on_error(ran.status());
        return;
      }
      progress |= *ran;
      all_finished &= subtask->finished();
      wake_at = std::min(wake_at, subtask->wake_at_ms());
    }
    if (all_finished) return;
    if (progress) continue;
    const int64_t park = std::clamp<int64_t>(wake_at - eval_.now_ms, 1, kLongestParkMs);
    wakeup_.Wait(seen, std::chrono::milliseconds(park));
  }
}

}  // namespace thalweg::runtime
