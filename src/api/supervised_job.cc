#include "api/supervised_job.h"

#include <fmt/format.h>

#include <random>

namespace thalweg::api {

SupervisedJob::SupervisedJob(std::string name, Launcher launch, Clock* clock, JobListener listener)
    : name_(std::move(name)),
      launch_(std::move(launch)),
      clock_(clock),
      listener_(std::move(listener)) {}

SupervisedJob::~SupervisedJob() {
  Stop();
  (void)Wait();
}

Status SupervisedJob::Start() {
  TW_ASSIGN_OR_RETURN(Attempt first, launch_(0));
  if (first.job == nullptr) return Status::OK();
  strategy_ = std::make_unique<runtime::RestartStrategy>(first.restart);
  bounded_ = first.job->bounded();
  {
    std::lock_guard lock(mutex_);
    job_ = std::move(first.job);
    if (stop_) job_->Stop();
  }
  listener_.on_start(job_.get());
  thread_ = std::thread([this] { listener_.on_done(Supervise()); });
  return Status::OK();
}

Status SupervisedJob::Supervise() {
  for (int attempt = 1;; ++attempt) {
    Status status = job_->Wait();
    listener_.on_end(job_.get());
    if (status.ok()) return status;
    Result<Attempt> next(status);
    while (!next.ok()) {
      status = next.status();
      if (!WaitForNextAttempt(status)) {
        std::lock_guard lock(mutex_);
        return status_ = status;
      }
      next = launch_(attempt);
    }
    {
      std::lock_guard lock(mutex_);
      job_ = std::move(next->job);
      if (job_ == nullptr) return Status::OK();
      if (stop_) job_->Stop();
    }
    listener_.on_start(job_.get());
  }
}

bool SupervisedJob::WaitForNextAttempt(const Status& status) {
  thread_local std::minstd_rand random{std::random_device()()};
  const auto delay = strategy_->OnFailure(status, clock_->NowMs(),
                                          std::uniform_real_distribution<double>(0, 1)(random));
  std::unique_lock lock(mutex_);
  if (!delay || stop_) return false;
  lock.unlock();
  listener_.on_notice(
      fmt::format("job {} failed and starts again in {} ms: {}", name_, *delay, status.message()));
  lock.lock();
  changed_.wait_for(lock, std::chrono::milliseconds(*delay), [this] { return stop_; });
  return !stop_;
}

Status SupervisedJob::Wait() {
  if (thread_.joinable()) thread_.join();
  std::lock_guard lock(mutex_);
  return status_;
}

bool SupervisedJob::can_be_left() const {
  std::lock_guard lock(mutex_);
  return job_ == nullptr || job_->has_checkpoints() || !job_->commits();
}

void SupervisedJob::Stop() {
  std::lock_guard lock(mutex_);
  stop_ = true;
  if (job_ != nullptr) job_->Stop();
  changed_.notify_all();
}

}  // namespace thalweg::api
