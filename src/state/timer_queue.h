// TimerQueue: rows and when their time comes; given out in the order of their times, those of one
// time in the order in which they came. As large as state may be: it lies in state memory and is
// only read and written from front to back (a heap would touch pages all over it).
//
// A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan, 1990) with 16 buckets to a digit: a time stands in
// the bucket of the highest digit in which it differs from the time that has been reached. When a
// bucket's turn has come, its earliest time is reached and all of it moves on to finer buckets.
//
//   reached 0x1a37:   0x1a38 .. 0x1a3f    one bucket each: given out as they stand
//                     0x1a4_ .. 0x1af_    one bucket each
//                     0x1b__ ..           and so on
//
// Not in snapshots: times are rows' matter, and Open rebuilds it from them.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>

#include "state/paged_list.h"

namespace thalweg::state {

class TimerQueue {
 public:
  struct Timer {
    int64_t time;
    uint8_t* row;
    uint32_t serial;  ///< the owner's: tells whether the row is still what it was
  };

  explicit TimerQueue(StateMemory* memory) : memory_(memory) {}

  /// A time that has been reached already comes next.
  void Push(const Timer& timer);
  /// Takes out the next timer with a time of at most `until`; false: there is none.
  bool Pop(int64_t until, Timer* timer);
  /// INT64_MAX: there is none.
  int64_t earliest() const { return size_ == 0 ? INT64_MAX : Time(First()->earliest); }
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

 private:
  static constexpr int kDigitBits = 4;
  static constexpr int kDigits = 64 / kDigitBits;
  static constexpr uint64_t kSign = uint64_t{1} << 63;
  struct Bucket {
    Bucket(StateMemory* memory, int digit, int value)
        : timers(memory), digit(digit), value(value) {}
    PagedList<Timer> timers;
    const int digit;
    const int value;
    size_t left = 0;  // not given out
    uint64_t earliest = UINT64_MAX;
  };

  // Times as unsigned numbers of the same order.
  static uint64_t Ordered(int64_t time) { return static_cast<uint64_t>(time) ^ kSign; }
  static int64_t Time(uint64_t ordered) { return static_cast<int64_t>(ordered ^ kSign); }
  std::unique_ptr<Bucket>& At(int digit, int value) {
    return buckets_[static_cast<size_t>(digit << kDigitBits | value)];
  }
  /// The one whose turn is next; there is one.
  Bucket* First() const;
  /// Takes the first bucket out.
  std::unique_ptr<Bucket> Take(Bucket* first);

  StateMemory* const memory_;
  uint64_t reached_ = 0;
  size_t size_ = 0;
  uint32_t digits_ = 0;                     // bit d: a bucket of digit d holds any
  std::array<uint16_t, kDigits> values_{};  // bit v of [d]: so does bucket v
  std::array<std::unique_ptr<Bucket>, kDigits << kDigitBits> buckets_;
  PagedList<Timer>::Cursor cursor_;  // in the bucket of the time that is reached
};

}  // namespace thalweg::state
