#include "state/timer_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace thalweg::state {
namespace {

constexpr size_t kExtent = 64 << 10;

class TimerQueueTest : public ::testing::Test {
 protected:
  uint64_t Random() {
    seed_ ^= seed_ << 13;
    seed_ ^= seed_ >> 7;
    seed_ ^= seed_ << 17;
    return seed_;
  }
  // Serials of what is due, in the order in which it comes.
  static std::vector<uint32_t> PopAll(TimerQueue* queue, int64_t until) {
    std::vector<uint32_t> out;
    for (TimerQueue::Timer t; queue->Pop(until, &t);) {
      EXPECT_LE(t.time, until);
      out.push_back(t.serial);
    }
    return out;
  }
  static void Push(TimerQueue* queue, int64_t time, uint32_t serial) {
    queue->Push({time, nullptr, serial});
  }

 private:
  uint64_t seed_ = 42;
};

TEST_F(TimerQueueTest, GivesOutByTimeThenByArrival) {
  MemoryPool pool("timers", nullptr);
  StateMemory memory(&pool);
  TimerQueue queue(&memory);
  std::multimap<int64_t, uint32_t> expected;  // keeps the order of arrival
  int64_t now = -5'000'000;
  uint32_t serial = 0;
  for (int round = 0; round < 400; ++round) {
    for (int i = 0; i < 50; ++i) {
      const auto far = static_cast<int64_t>(uint64_t{1} << Random() % 40);
      const int64_t time = now + 1 + static_cast<int64_t>(Random() % static_cast<uint64_t>(far));
      Push(&queue, time, ++serial);
      expected.emplace(time, serial);
    }
    now += static_cast<int64_t>(uint64_t{1} << Random() % 20);
    std::vector<uint32_t> due;
    while (!expected.empty() && expected.begin()->first <= now) {
      due.push_back(expected.begin()->second);
      expected.erase(expected.begin());
    }
    ASSERT_EQ(PopAll(&queue, now), due);
    ASSERT_EQ(queue.size(), expected.size());
    ASSERT_EQ(queue.earliest(), expected.empty() ? INT64_MAX : expected.begin()->first);
  }
  EXPECT_EQ(PopAll(&queue, INT64_MAX).size(), expected.size());
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.earliest(), INT64_MAX);
  EXPECT_EQ(pool.used(), 0);
}

TEST_F(TimerQueueTest, TheEndsOfTimeAreTimes) {
  MemoryPool pool("timers", nullptr);
  StateMemory memory(&pool);
  TimerQueue queue(&memory);
  Push(&queue, INT64_MAX, 3);
  Push(&queue, 0, 2);
  Push(&queue, INT64_MIN, 1);
  EXPECT_EQ(PopAll(&queue, INT64_MIN), (std::vector<uint32_t>{1}));
  EXPECT_EQ(PopAll(&queue, INT64_MAX - 1), (std::vector<uint32_t>{2}));
  EXPECT_EQ(PopAll(&queue, INT64_MAX), (std::vector<uint32_t>{3}));
}

TEST_F(TimerQueueTest, WhatComesWhileItsTimeIsGivenOutOrTooLateIsNext) {
  MemoryPool pool("timers", nullptr);
  StateMemory memory(&pool);
  TimerQueue queue(&memory);
  for (uint32_t i = 1; i <= 3; ++i) Push(&queue, 1000, i);
  Push(&queue, 2000, 9);
  TimerQueue::Timer t;
  ASSERT_TRUE(queue.Pop(5000, &t));
  Push(&queue, 1000, 4);
  Push(&queue, 1, 5);
  Push(&queue, 1001, 6);
  EXPECT_EQ(PopAll(&queue, 1999), (std::vector<uint32_t>{2, 3, 4, 5, 6}));
  EXPECT_EQ(PopAll(&queue, 2000), (std::vector<uint32_t>{9}));
}

// 400 k timers of 24 bytes in 2 MB.
TEST_F(TimerQueueTest, GrowsBeyondItsMemory) {
  MemoryPool pool("timers", nullptr, 2 << 20);
  ExtentSpace space(kExtent, size_t{256} << 20);
  {
    StateMemory memory(&pool, &space);
    TimerQueue queue(&memory);
    constexpr uint32_t kTimers = 400'000;
    for (uint32_t i = 0; i < kTimers; ++i) {
      Push(&queue, 1'700'000'000'000 + static_cast<int64_t>(Random() % 3'600'000), i);
      if (i % 4096 == 0) memory.EndStep();
    }
    EXPECT_GT(memory.paged_bytes(), 6 << 20);
    int64_t before = 0;
    uint32_t count = 0;
    for (TimerQueue::Timer t; queue.Pop(INT64_MAX, &t); ++count) {
      ASSERT_GE(t.time, before);
      before = t.time;
      ASSERT_LE(pool.used(), pool.limit());
    }
    EXPECT_EQ(count, kTimers);
    EXPECT_TRUE(memory.status().ok()) << memory.status().message();
  }
  EXPECT_EQ(pool.used(), 0);
  EXPECT_LT(space.stats().most_resident_bytes, 1 << 20);
}

}  // namespace
}  // namespace thalweg::state
