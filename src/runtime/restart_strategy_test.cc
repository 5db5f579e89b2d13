#include "runtime/restart_strategy.h"

#include <gtest/gtest.h>

namespace thalweg::runtime {
namespace {

using Kind = RestartOptions::Kind;
const Status kIo = Status::Io("disk");

TEST(RestartStrategy, NoneNeverRestarts) {
  EXPECT_EQ(RestartStrategy({}).OnFailure(kIo, 0, 0.5), std::nullopt);
}

TEST(RestartStrategy, WhatCannotBeCuredEndsTheJob) {
  RestartStrategy s({.kind = Kind::kFixedDelay, .attempts = 5});
  for (const Status& status :
       {Status::BadData("row"), Status::Evaluation("1 / 0"), Status::InvalidSql("x"),
        Status::ResourceExhausted("memory"), Status::Cancelled("stop")}) {
    EXPECT_EQ(s.OnFailure(status, 0, 0.5), std::nullopt) << status.ToString();
  }
  EXPECT_EQ(s.OnFailure(kIo, 0, 0.5), 1000);
}

TEST(RestartStrategy, FixedDelayCountsAttempts) {
  RestartStrategy s({.kind = Kind::kFixedDelay, .attempts = 2, .delay_ms = 7});
  EXPECT_EQ(s.OnFailure(kIo, 0, 0.5), 7);
  EXPECT_EQ(s.OnFailure(kIo, 1'000'000, 0.5), 7);
  EXPECT_EQ(s.OnFailure(kIo, 2'000'000, 0.5), std::nullopt);
}

TEST(RestartStrategy, FailureRateForgetsOldFailures) {
  RestartStrategy s(
      {.kind = Kind::kFailureRate, .delay_ms = 5, .failures_per_interval = 2, .interval_ms = 100});
  EXPECT_EQ(s.OnFailure(kIo, 0, 0.5), 5);
  EXPECT_EQ(s.OnFailure(kIo, 10, 0.5), 5);
  EXPECT_EQ(s.OnFailure(kIo, 105, 0.5), 5);  // the first one is out of the interval
  EXPECT_EQ(s.OnFailure(kIo, 106, 0.5), std::nullopt);
}

TEST(RestartStrategy, ExponentialDelayGrowsToItsMaximumAndResets) {
  RestartStrategy s({.kind = Kind::kExponentialDelay,
                     .initial_backoff_ms = 100,
                     .max_backoff_ms = 300,
                     .multiplier = 2,
                     .jitter = 0,
                     .reset_threshold_ms = 10'000});
  EXPECT_EQ(s.OnFailure(kIo, 0, 0), 100);
  EXPECT_EQ(s.OnFailure(kIo, 1, 0), 200);
  EXPECT_EQ(s.OnFailure(kIo, 2, 0), 300);
  EXPECT_EQ(s.OnFailure(kIo, 3, 0), 300);
  EXPECT_EQ(s.OnFailure(kIo, 10'003, 0), 100);
}

TEST(RestartStrategy, JitterSpreadsBothWays) {
  RestartOptions o{.kind = Kind::kExponentialDelay, .initial_backoff_ms = 1000, .jitter = 0.1};
  EXPECT_EQ(RestartStrategy(o).OnFailure(kIo, 0, 0.0), 900);
  EXPECT_EQ(RestartStrategy(o).OnFailure(kIo, 0, 0.5), 1000);
  EXPECT_NEAR(static_cast<double>(*RestartStrategy(o).OnFailure(kIo, 0, 0.999)), 1100, 2);
}

}  // namespace
}  // namespace thalweg::runtime
