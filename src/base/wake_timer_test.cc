#include "base/wake_timer.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace thalweg {
namespace {

TEST(WakeTimer, CallsInTimeOrderAndCancels) {
  WakeTimer timer;
  const auto start = WakeTimer::Clock::now();
  std::promise<void> done;
  std::vector<int> order;
  timer.At(start + std::chrono::milliseconds(30), [&] {
    order.push_back(2);
    done.set_value();
  });
  const auto cancelled =
      timer.At(start + std::chrono::milliseconds(20), [&] { order.push_back(99); });
  timer.At(start + std::chrono::milliseconds(10), [&] { order.push_back(1); });
  timer.Cancel(cancelled);
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_GE(WakeTimer::Clock::now() - start, std::chrono::milliseconds(30));
}

}  // namespace
}  // namespace thalweg
