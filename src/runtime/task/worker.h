// Worker: one thread and the subtasks that live on it: subtask i of every operator on worker i.
//
// Loop: run every unfinished subtask once, upstream first, so that a batch passes through its whole
// chain while it is in cache; park when a full round has done nothing. A subtask whose output is
// full simply does nothing; since consumers never wait for producers to finish, the most downstream
// subtasks can always run, and no cycle of full channels can stop the job.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "operators/operator.h"
#include "runtime/task/subtask.h"
#include "runtime/task/wakeup.h"

namespace thalweg::runtime {

class Worker {
 public:
  Worker(int index, Clock* clock, const expr::EvalContext& eval);
  ~Worker();

  /// In topological order, before Start.
  void Add(std::unique_ptr<Subtask> subtask) { subtasks_.push_back(std::move(subtask)); }
  const std::vector<std::unique_ptr<Subtask>>& subtasks() const { return subtasks_; }
  Wakeup* wakeup() { return &wakeup_; }
  /// Its now_ms is the clock's reading at the start of the current round.
  const expr::EvalContext* eval() const { return &eval_; }

  /// Runs until all subtasks have finished, one fails (`on_error`, then it ends), or *abort is set.
  void Start(const std::atomic<bool>& stop, const std::atomic<bool>& abort,
             std::function<void(Status)> on_error, std::function<void()> on_finish);
  void Join();

 private:
  void Loop(const std::atomic<bool>& stop, const std::atomic<bool>& abort,
            const std::function<void(Status)>& on_error);

  const int index_;
  Clock* const clock_;
  expr::EvalContext eval_;
  Wakeup wakeup_;
  std::vector<std::unique_ptr<Subtask>> subtasks_;
  std::thread thread_;
};

}  // namespace thalweg::runtime
