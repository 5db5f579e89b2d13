#include "state/timer_queue.h"

#include <algorithm>

namespace thalweg::state {

void TimerQueue::Push(const Timer& timer) {
  const uint64_t time = std::max(Ordered(timer.time), reached_);
  const uint64_t differs = time ^ reached_;
  const int digit = differs == 0 ? 0 : (std::bit_width(differs) - 1) / kDigitBits;
  const int value = static_cast<int>(time >> digit * kDigitBits & ((1 << kDigitBits) - 1));
  auto& bucket = At(digit, value);
  if (bucket == nullptr) {
    bucket = std::make_unique<Bucket>(memory_, digit, value);
    digits_ |= 1u << digit;
    values_[static_cast<size_t>(digit)] |= static_cast<uint16_t>(1u << value);
  }
  bucket->timers.Append(timer);
  ++bucket->left;
  bucket->earliest = std::min(bucket->earliest, time);
  ++size_;
}

TimerQueue::Bucket* TimerQueue::First() const {
  const auto digit = static_cast<size_t>(std::countr_zero(digits_));
  const auto value = static_cast<size_t>(std::countr_zero(values_[digit]));
  return buckets_[digit << kDigitBits | value].get();
}

std::unique_ptr<TimerQueue::Bucket> TimerQueue::Take(Bucket* first) {
  uint16_t& values = values_[static_cast<size_t>(first->digit)];
  values &= static_cast<uint16_t>(~(1u << first->value));
  if (values == 0) digits_ &= ~(1u << first->digit);
  return std::move(At(first->digit, first->value));
}

bool TimerQueue::Pop(int64_t until, Timer* timer) {
  while (size_ > 0) {
    Bucket* first = First();
    if (first->earliest > Ordered(until)) return false;
    reached_ = first->earliest;
    if (first->digit > 0) {
      const std::unique_ptr<Bucket> coarse = Take(first);
      size_ -= coarse->left;
      PagedList<Timer>::Cursor from;
      for (auto some = coarse->timers.Next(&from, SIZE_MAX); !some.empty();
           some = coarse->timers.Next(&from, SIZE_MAX)) {
        coarse->timers.DropBefore(from);
        for (const Timer& t : some) Push(t);
      }
      continue;
    }
    *timer = first->timers.Next(&cursor_, 1)[0];
    first->timers.DropBefore(cursor_);
    --size_;
    if (--first->left == 0) {
      Take(first);
      cursor_ = {};
    }
    return true;
  }
  return false;
}

}  // namespace thalweg::state
