#include "cli/progress.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/clock.h"
#include "cli/progress_line.h"

namespace thalweg::cli {
Progress::Progress(Terminal* terminal, std::function<void()> tick)
    : terminal_(terminal), tick_(std::move(tick)), thread_([this] { Loop(); }) {}

Progress::~Progress() {
  {
    std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
  terminal_->SetProgress("");
}

void Progress::Add(const runtime::Job* job, std::string_view name) {
  std::lock_guard lock(mutex_);
  jobs_.push_back({job, std::string(name), {}});
}

void Progress::Remove(const runtime::Job* job) {
  std::lock_guard lock(mutex_);
  std::erase_if(jobs_, [&](const Watched& w) { return w.job == job; });
  last_rows_ = 0;
  if (jobs_.empty()) terminal_->SetProgress("");
}

void Progress::Loop() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, std::chrono::milliseconds(500), [this] { return done_; })) {
    ShowHints();
    if (!terminal_->error_is_terminal()) continue;
    if (!jobs_.empty()) terminal_->SetProgress(Line());
    lock.unlock();
    tick_();
    lock.lock();
  }
}

void Progress::ShowHints() {
  const int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                             std::chrono::steady_clock::now().time_since_epoch())
                             .count();
  for (Watched& w : jobs_) {
    for (const std::string& hint : w.hints.Look(w.job->stats(), now_ms)) {
      terminal_->Error("note: job " + w.name + ": " + hint);
    }
  }
}

std::string Progress::Line() {
  ProgressFacts facts;
  facts.jobs = static_cast<int>(jobs_.size());
  facts.name = jobs_.front().name;
  facts.watermark_ms = std::numeric_limits<int64_t>::max();
  for (const Watched& w : jobs_) {
    const runtime::JobStats stats = w.job->stats();
    facts.rows_in += stats.source_rows;
    facts.rows_out += stats.sink_rows;
    if (stats.last_checkpoint_ms > facts.checkpoint_ms) {
      facts.checkpoint = stats.last_checkpoint;
      facts.checkpoint_ms = stats.last_checkpoint_ms;
    }
    facts.watermark_ms = std::min(facts.watermark_ms, stats.watermark_ms);
  }
  facts.now_ms = Clock::System()->NowMs();
  if (last_rows_ > 0 && facts.now_ms > last_ms_ && facts.rows_in >= last_rows_) {
    facts.rows_per_second = static_cast<double>(facts.rows_in - last_rows_) * 1000 /
                            static_cast<double>(facts.now_ms - last_ms_);
  }
  last_rows_ = facts.rows_in;
  last_ms_ = facts.now_ms;
  return ProgressLine(facts);
}

}  // namespace thalweg::cli
