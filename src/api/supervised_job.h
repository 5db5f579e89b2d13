// SupervisedJob: one job over all its attempts: when it fails, the restart strategy decides whether
// a new one is made, which goes on from the last checkpoint.
//
//   Start -> Wait;  Stop from any thread
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/status.h"
#include "runtime/job.h"
#include "runtime/restart_strategy.h"

namespace thalweg::api {

/// What the owner of a supervised job hears; from any thread, never two calls at once.
struct JobListener {
  std::function<void(const runtime::Job*)> on_start;  ///< an attempt runs
  std::function<void(const runtime::Job*)> on_end;    ///< it does no more
  std::function<void(const std::string&)> on_notice;
  std::function<void(const Status&)> on_done = [](const Status&) {};  ///< no further attempt
};

class SupervisedJob {
 public:
  struct Attempt {
    std::unique_ptr<runtime::Job> job;  ///< started; null: there is nothing left to do
    runtime::RestartOptions restart;
  };
  /// Makes and starts an attempt; they are counted from 0.
  using Launcher = std::function<Result<Attempt>(int attempt)>;

  SupervisedJob(std::string name, Launcher launch, Clock* clock, JobListener listener);
  ~SupervisedJob();

  /// Launches the first attempt; its error is returned and not tried again.
  Status Start();
  Status Wait();
  void Stop();
  /// Nothing is lost if the process ends now. From any thread.
  bool can_be_left() const;
  const std::string& name() const { return name_; }
  /// After Start: the job ends by itself.
  bool bounded() const { return bounded_; }
  /// Of the last attempt; after Wait. Null if there was nothing to do.
  const runtime::Job* job() const { return job_.get(); }

 private:
  Status Supervise();
  /// False: the job has failed for good, or is to stop.
  bool WaitForNextAttempt(const Status& status);

  const std::string name_;
  const Launcher launch_;
  Clock* const clock_;
  const JobListener listener_;
  std::unique_ptr<runtime::RestartStrategy> strategy_;
  bool bounded_ = true;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<runtime::Job> job_;  // changed by the thread under mutex_
  bool stop_ = false;
  Status status_;
  std::thread thread_;
};

}  // namespace thalweg::api
