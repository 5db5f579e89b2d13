#include "api/supervised_job.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "base/configuration.h"
#include "sql/planner.h"

namespace thalweg::api {
namespace {

constexpr char kQuery[] = "SELECT * FROM (VALUES (1)) AS t(a)";

/// Attempts whose only row meets what the test has thought of for them.
class SupervisedJobTest : public ::testing::Test {
 protected:
  using Outcome = std::function<Status()>;

  std::unique_ptr<SupervisedJob> Make(std::vector<Outcome> outcomes) {
    JobListener listener;
    listener.on_start = [this](const runtime::Job*) { ++starts_; };
    listener.on_end = [this](const runtime::Job*) { ++ends_; };
    listener.on_notice = [this](const std::string& text) {
      notices_.push_back(text);
      if (on_notice_) on_notice_();
    };
    auto launch = [this, outcomes](int attempt) -> Result<SupervisedJob::Attempt> {
      ++launches_;
      EXPECT_LT(attempt, static_cast<int>(outcomes.size()));
      if (launch_fails_at_ == attempt) {
        launch_fails_at_ = -1;
        return Status::Io("the folder is away");
      }
      Configuration configuration;
      sql::Planner planner(&configuration);
      TW_ASSIGN_OR_RETURN(auto planned, planner.Plan(kQuery, {0, sizeof kQuery - 1}));
      runtime::JobOptions options;
      options.collector = [outcome = outcomes[static_cast<size_t>(attempt)]](const data::Batch&) {
        return outcome();
      };
      SupervisedJob::Attempt made{nullptr, restart_};
      TW_ASSIGN_OR_RETURN(made.job, runtime::Job::Create(std::move(planned.graph), options));
      TW_RETURN_IF_ERROR(made.job->Start());
      return made;
    };
    return std::make_unique<SupervisedJob>("orders", launch, Clock::System(), listener);
  }
  static Status Well() { return Status::OK(); }
  static Status Broken() { return Status::Io("the disk is away"); }
  static Status Malformed() { return Status::BadData("row 1"); }

  runtime::RestartOptions restart_{
      .kind = runtime::RestartOptions::Kind::kFixedDelay, .attempts = 2, .delay_ms = 0};
  int launch_fails_at_ = -1;
  std::atomic<int> launches_{0}, starts_{0}, ends_{0};
  std::vector<std::string> notices_;
  std::function<void()> on_notice_;
};

TEST_F(SupervisedJobTest, OneAttemptIsEnough) {
  auto job = Make({Well});
  ASSERT_TRUE(job->Start().ok());
  EXPECT_TRUE(job->bounded());
  EXPECT_TRUE(job->Wait().ok());
  EXPECT_EQ(launches_, 1);
  EXPECT_EQ(ends_, 1);
  EXPECT_TRUE(notices_.empty());
}

TEST_F(SupervisedJobTest, WhatMayBeCuredIsTriedAgain) {
  auto job = Make({Broken, Broken, Well});
  ASSERT_TRUE(job->Start().ok());
  EXPECT_TRUE(job->Wait().ok());
  EXPECT_EQ(starts_, 3);
  EXPECT_EQ(ends_, 3);
  ASSERT_EQ(notices_.size(), 2u);
  EXPECT_NE(notices_[0].find("job orders failed and starts again in 0 ms: "), std::string::npos);
  EXPECT_NE(notices_[0].find("the disk is away"), std::string::npos);
}

TEST_F(SupervisedJobTest, TheStrategyEndsIt) {
  auto job = Make({Broken, Broken, Broken, Well});
  ASSERT_TRUE(job->Start().ok());
  EXPECT_EQ(job->Wait().code(), StatusCode::kIo);
  EXPECT_EQ(launches_, 3);
}

TEST_F(SupervisedJobTest, WhatWouldOnlyFailAgainIsNotTried) {
  auto job = Make({Malformed, Well});
  ASSERT_TRUE(job->Start().ok());
  EXPECT_EQ(job->Wait().code(), StatusCode::kBadData);
  EXPECT_EQ(launches_, 1);
}

TEST_F(SupervisedJobTest, ALaunchThatFailsCountsAsAFailure) {
  launch_fails_at_ = 1;
  auto job = Make({Broken, Well, Well});
  ASSERT_TRUE(job->Start().ok());
  EXPECT_TRUE(job->Wait().ok());
  EXPECT_EQ(launches_, 3);
  EXPECT_EQ(starts_, 2);
}

TEST_F(SupervisedJobTest, TheFirstLaunchsErrorIsReturnedAtOnce) {
  launch_fails_at_ = 0;
  auto job = Make({Well, Well});
  EXPECT_EQ(job->Start().code(), StatusCode::kIo);
  EXPECT_EQ(launches_, 1);
}

TEST_F(SupervisedJobTest, AStopEndsTheWaitForTheNextAttempt) {
  restart_.delay_ms = 3'600'000;
  std::unique_ptr<SupervisedJob> job = Make({Broken, Well});
  on_notice_ = [&] { job->Stop(); };
  ASSERT_TRUE(job->Start().ok());
  EXPECT_EQ(job->Wait().code(), StatusCode::kIo) << "it had failed before it was stopped";
  EXPECT_EQ(launches_, 1);
}

}  // namespace
}  // namespace thalweg::api
