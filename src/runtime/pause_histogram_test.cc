#include "runtime/pause_histogram.h"

#include <gtest/gtest.h>

namespace thalweg::runtime {
namespace {

TEST(PauseHistogramTest, QuantilesAreAnEighthTooLongAtMost) {
  for (int64_t us = 0; us < 5'000'000; us += 1 + us / 50) {
    PauseHistogram pauses;
    pauses.Add(us);
    pauses.Add(100'000'000);
    EXPECT_GE(pauses.QuantileUs(0.5), us);
    EXPECT_LE(pauses.QuantileUs(0.5), us + us / 8);
  }
}

TEST(PauseHistogramTest, CountsShares) {
  PauseHistogram all;
  EXPECT_EQ(all.QuantileUs(0.99), 0);
  for (int i = 0; i < 99; ++i) all.Add(3);
  PauseHistogram other;
  other.Add(7000);
  all.Add(other);
  EXPECT_EQ(all.count(), 100);
  EXPECT_EQ(all.longest_us(), 7000);
  EXPECT_EQ(all.QuantileUs(0.99), 3);
  EXPECT_EQ(all.QuantileUs(1.0), 7000);
}

TEST(PauseHistogramTest, WhatIsBeyondItsRangeIsKeptAsTheLongest) {
  PauseHistogram pauses;
  pauses.Add(int64_t{1} << 40);
  EXPECT_GT(pauses.QuantileUs(0.5), 100'000'000);
  EXPECT_EQ(pauses.longest_us(), int64_t{1} << 40);
}

}  // namespace
}  // namespace thalweg::runtime
