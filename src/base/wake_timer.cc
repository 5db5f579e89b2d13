#include "base/wake_timer.h"

#include <utility>

namespace thalweg {

WakeTimer::~WakeTimer() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

WakeTimer* WakeTimer::Process() {
  static WakeTimer* const timer = new WakeTimer();
  return timer;
}

WakeTimer::Id WakeTimer::At(Clock::time_point time, std::function<void()> function) {
  std::lock_guard lock(mutex_);
  const Id id = next_id_++;
  const auto it = entries_.emplace(time, Entry{id, std::move(function)});
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  if (it == entries_.begin()) changed_.notify_all();
  return id;
}

void WakeTimer::Cancel(Id id) {
  std::unique_lock lock(mutex_);
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    if (it->second.id == id) {
      entries_.erase(it);
      return;
    }
  }
  if (std::this_thread::get_id() == thread_.get_id()) return;
  changed_.wait(lock, [&] { return running_ != id; });
}

void WakeTimer::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (entries_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = entries_.begin();
    if (const auto due = first->first; due > Clock::now()) {
      changed_.wait_until(lock, due);
      continue;
    }
    Entry entry = std::move(first->second);
    entries_.erase(first);
    running_ = entry.id;
    lock.unlock();
    entry.function();
    entry.function = nullptr;
    lock.lock();
    running_ = 0;
    changed_.notify_all();
  }
}

}  // namespace thalweg
