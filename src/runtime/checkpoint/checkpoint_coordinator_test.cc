// The coordinator against a job made of callbacks, a clock that stands still until told, and a file
// system that fails on demand.
#include "runtime/checkpoint/checkpoint_coordinator.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/fault_injecting_file_system.h"
#include "base/temporary_folder_testing.h"
#include "runtime/checkpoint/checkpoint_decisions.h"

namespace thalweg::runtime {
namespace {

constexpr int kSource = 0;
constexpr int kCount = 1;

/// Two subtasks of a source, one of an operator with keyed state.
class CheckpointCoordinatorTest : public ::testing::Test {
 protected:
  CheckpointCoordinatorTest() {
    options_.folder = folder_;
    options_.interval_ms = 100;
    options_.timeout_ms = 5000;
    options_.file_system = &fs_;
    options_.log = [this](const std::string& line) { Note("log: " + line); };
  }
  ~CheckpointCoordinatorTest() override { coordinator_ = nullptr; }

  void Start() {
    CheckpointStorage storage(&fs_, folder_);
    ASSERT_EQ(*storage.TakeGeneration(), 1);
    ASSERT_TRUE(storage.Begin(1, "lineage", nullptr, options_.log).ok());
    CheckpointedJob job{.name = "job", .lineage = "lineage", .generation = 1};
    job.nodes.push_back({.uid = "s", .name = "Scan", .parallelism = 2, .injects_barriers = true});
    job.nodes.push_back({.uid = "c", .name = "Count", .parallelism = 1});
    job.inject_barriers = [this](int64_t epoch, bool suspend) {
      Note("barrier " + std::to_string(epoch) + (suspend ? ", the last" : ""));
    };
    job.notify = [this](int64_t epoch, bool durable) {
      Note((durable ? "durable " : "given up ") + std::to_string(epoch));
    };
    job.fail = [this](const Status& s) { Note("job fails: " + s.message()); };
    job.end = [this] { Note("job ends"); };
    job.drain = [this] { Note("job drains"); };
    job.pool = &pool_;
    job.wake_workers = [this] { Note("workers wake"); };
    coordinator_ = std::make_unique<CheckpointCoordinator>(options_, std::move(job), &clock_);
    if (!starts_) return;
    coordinator_->Start();
  }

  void Note(std::string event) {
    std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }
  /// Until an event that contains `text` has come after those of earlier calls.
  ::testing::AssertionResult Comes(const std::string& text) {
    std::unique_lock lock(mutex_);
    const auto found = [&] {
      for (size_t i = seen_; i < events_.size(); ++i) {
        if (events_[i].find(text) == std::string::npos) continue;
        seen_ = i + 1;
        return true;
      }
      return false;
    };
    if (changed_.wait_for(lock, std::chrono::seconds(30), found)) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure()
           << text << " has not come; " << ::testing::PrintToString(events_);
  }
  bool Came(const std::string& text) {
    std::lock_guard lock(mutex_);
    return std::any_of(events_.begin(), events_.end(),
                       [&](const std::string& e) { return e.find(text) != std::string::npos; });
  }

  void Pass(int64_t ms) { clock_.Set(clock_.NowMs() + ms); }
  void Snapshot(int64_t epoch, int node, int subtask, const std::string& chunk = "") {
    if (!chunk.empty()) coordinator_->receiver()->OnChunk(epoch, node, subtask, chunk);
    coordinator_->receiver()->OnSnapshot(epoch, node, subtask,
                                         {.state_rows = chunk.empty() ? 0 : 1});
  }
  void SnapshotAll(int64_t epoch) {
    Snapshot(epoch, kSource, 0);
    Snapshot(epoch, kSource, 1);
    Snapshot(epoch, kCount, 0, "state");
  }
  std::vector<CheckpointInfo> Listed() { return *CheckpointStorage(&fs_, folder_).List(); }
  std::vector<std::string> StateFiles() {
    std::vector<std::string> names;
    for (const auto& e : std::filesystem::directory_iterator(folder_ + "/shared")) {
      names.push_back(e.path().filename());
    }
    return names;
  }

  TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  FaultInjectingFileSystem fs_{FileSystem::Posix()};
  MemoryPool pool_{"job", nullptr, 64 << 20};
  ManualClock clock_{1000};
  bool starts_ = true;
  CheckpointOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> events_;
  size_t seen_ = 0;
  std::unique_ptr<CheckpointCoordinator> coordinator_;
};

const std::string kLarge(100 << 10, 'x');  // goes to a file of its own

TEST_F(CheckpointCoordinatorTest, EveryPartIsThere) {
  Start();
  Pass(100);
  ASSERT_TRUE(Comes("barrier 1"));
  Snapshot(1, kSource, 0);
  Snapshot(1, kCount, 0, kLarge);
  EXPECT_TRUE(Listed().empty()) << "a part is missing";
  Snapshot(1, kSource, 1);
  ASSERT_TRUE(Comes("durable 1"));
  ASSERT_TRUE(Comes("log: checkpoint 1: "));
  ASSERT_EQ(Listed().size(), 1u);
  const auto manifest = LoadManifest(&fs_, Listed()[0].path);
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->lineage, "lineage");
  EXPECT_EQ(manifest->nodes[kCount].segments.size(), 1u);
  EXPECT_EQ(manifest->nodes[kCount].segments[0].size, static_cast<int64_t>(kLarge.size()));
  EXPECT_EQ(StateFiles(), std::vector<std::string>{"1-g1-n1-s0"});
  Pass(100);
  ASSERT_TRUE(Comes("barrier 2"));
}

TEST_F(CheckpointCoordinatorTest, OneThatTakesTooLongIsGivenUpAndItsLatePartsCountForNothing) {
  Start();
  Pass(100);
  ASSERT_TRUE(Comes("barrier 1"));
  Snapshot(1, kSource, 0);
  Snapshot(1, kSource, 1);
  coordinator_->receiver()->OnChunk(1, kCount, 0, kLarge);
  Pass(options_.timeout_ms + 1);
  ASSERT_TRUE(Comes("given up 1"));
  ASSERT_TRUE(Comes("checkpoint 1 failed, the job goes on: "));
  EXPECT_TRUE(Came("waiting for Count"));
  EXPECT_TRUE(StateFiles().empty());
  Snapshot(1, kCount, 0);
  Pass(100);
  ASSERT_TRUE(Comes("barrier 2"));
  SnapshotAll(2);
  ASSERT_TRUE(Comes("log: checkpoint 2: "));
  EXPECT_EQ(coordinator_->progress().failed, 1);
  EXPECT_EQ(coordinator_->progress().completed, 1);
}

TEST_F(CheckpointCoordinatorTest, AFullDiskFailsTheCheckpointAndTheNextOneSucceeds) {
  Start();
  Pass(100);
  ASSERT_TRUE(Comes("barrier 1"));
  fs_.FillUpAfter(0);
  Snapshot(1, kCount, 0, kLarge);
  ASSERT_TRUE(Comes("given up 1"));
  ASSERT_TRUE(Comes("No space left on device"));
  Pass(100);
  ASSERT_TRUE(Comes("barrier 2"));
  fs_.Recover();
  SnapshotAll(2);
  ASSERT_TRUE(Comes("durable 2"));
  EXPECT_FALSE(Came("job fails"));
}

TEST_F(CheckpointCoordinatorTest, AFailureAtAnyWriteLeavesACompleteCheckpointOrNone) {
  Start();
  for (int64_t epoch = 1, k = 0; k < 12; ++epoch, ++k) {
    Pass(100);
    ASSERT_TRUE(Comes("barrier " + std::to_string(epoch)));
    fs_.FailOnly(static_cast<int>(k));
    Snapshot(epoch, kSource, 0);
    Snapshot(epoch, kSource, 1);
    Snapshot(epoch, kCount, 0, kLarge);
    ASSERT_TRUE(Comes("log: checkpoint " + std::to_string(epoch)));
    fs_.Recover();
    for (const CheckpointInfo& info : Listed()) {
      const auto manifest = LoadManifest(&fs_, info.path);
      ASSERT_TRUE(manifest.ok()) << manifest.status().ToString();
      for (const StateSegment& s : manifest->nodes[kCount].segments) {
        EXPECT_TRUE(OpenSegment(&fs_, folder_, s).ok()) << info.path << ": " << s.file;
      }
    }
  }
  EXPECT_GT(coordinator_->progress().failed, 4);
  EXPECT_GT(coordinator_->progress().completed, 0);
}

TEST_F(CheckpointCoordinatorTest, TooManyFailuresEndTheJobByName) {
  options_.tolerable_failures = 1;
  Start();
  for (const char* epoch : {"1", "2"}) {
    Pass(100);
    ASSERT_TRUE(Comes("barrier " + std::string(epoch)));
    Pass(options_.timeout_ms + 1);
    ASSERT_TRUE(Comes("given up " + std::string(epoch)));
  }
  ASSERT_TRUE(Comes("checkpoint 2 failed, the job ends: "));
  ASSERT_TRUE(Comes("job fails: "));
  EXPECT_TRUE(
      Came("2 checkpoints failed in a row, more than "
           "execution.checkpointing.tolerable-failed-checkpoints allows"));
}

TEST_F(CheckpointCoordinatorTest, ASuccessForgivesTheFailuresBeforeIt) {
  options_.tolerable_failures = 1;
  Start();
  for (int64_t epoch = 1; epoch <= 4; ++epoch) {
    Pass(100);
    ASSERT_TRUE(Comes("barrier " + std::to_string(epoch)));
    if (epoch % 2 == 0) {
      SnapshotAll(epoch);
      ASSERT_TRUE(Comes("durable " + std::to_string(epoch)));
    } else {
      Pass(options_.timeout_ms + 1);
      ASSERT_TRUE(Comes("given up " + std::to_string(epoch)));
    }
  }
  EXPECT_FALSE(Came("job fails"));
}

TEST_F(CheckpointCoordinatorTest, SubtasksThatHaveEndedTakeNoPart) {
  Start();
  coordinator_->receiver()->OnEnded(kSource, 0,
                                    {{"position", operators::StateEntry::kOneSubtask, "end"}});
  Pass(100);
  ASSERT_TRUE(Comes("barrier 1"));
  Snapshot(1, kSource, 1);
  Snapshot(1, kCount, 0, "state");
  ASSERT_TRUE(Comes("durable 1"));
  const auto first = LoadManifest(&fs_, Listed()[0].path);
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->nodes[kSource].entries.size(), 1u) << "its last words are kept";
  EXPECT_FALSE(first->nodes[kSource].finished);
  // The other one ends while a checkpoint runs.
  Pass(100);
  ASSERT_TRUE(Comes("barrier 2"));
  Snapshot(2, kCount, 0, "state");
  coordinator_->receiver()->OnEnded(kSource, 1, {});
  ASSERT_TRUE(Comes("durable 2"));
  const auto second = LoadManifest(&fs_, Listed()[0].path);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->epoch, 2);
  EXPECT_TRUE(second->nodes[kSource].finished);
}

TEST_F(CheckpointCoordinatorTest, AStopIsACheckpointAndThenTheEnd) {
  options_.interval_ms = 0;
  options_.savepoint_on_stop = folder_ + "/savepoint";
  Start();
  coordinator_->RequestStop();
  ASSERT_TRUE(Comes("barrier 1, the last"));
  SnapshotAll(1);
  ASSERT_TRUE(Comes("durable 1"));
  ASSERT_TRUE(Comes("log: savepoint: "));
  ASSERT_TRUE(Comes("job ends"));
  EXPECT_TRUE(LoadManifest(&fs_, folder_ + "/savepoint").ok());
}

TEST_F(CheckpointCoordinatorTest, AStopWhoseCheckpointFailsSaysThatTheJobEnds) {
  options_.interval_ms = 0;
  Start();
  coordinator_->RequestStop();
  ASSERT_TRUE(Comes("barrier 1, the last"));
  Pass(options_.timeout_ms + 1);
  ASSERT_TRUE(Comes("checkpoint 1 failed, the job ends: "));
  ASSERT_TRUE(Comes("job fails: the job could not be stopped with a checkpoint"));
  EXPECT_FALSE(Came("goes on"));
}

TEST_F(CheckpointCoordinatorTest, AnOvertakenJobEndsAndPublishesNothing) {
  options_.interval_ms = 0;
  Start();
  ASSERT_EQ(*CheckpointStorage(&fs_, folder_).TakeGeneration(), 2);
  // It looks by itself, though no checkpoint is due.
  ASSERT_TRUE(Comes("job fails: job job is owned by another process now"));
  coordinator_->Close();
  EXPECT_EQ(coordinator_->Finish().code(), StatusCode::kCancelled);
  EXPECT_TRUE(Listed().empty());
}

TEST_F(CheckpointCoordinatorTest, TheLastCheckpointComesAfterAllSubtasksHaveEnded) {
  options_.interval_ms = 0;
  Start();
  coordinator_->receiver()->OnEnded(kSource, 0, {});
  coordinator_->receiver()->OnEnded(kSource, 1, {});
  coordinator_->receiver()->OnEnded(kCount, 0, {});
  coordinator_->Close();
  ASSERT_TRUE(coordinator_->Finish().ok());
  ASSERT_EQ(Listed().size(), 1u);
  EXPECT_TRUE(LoadManifest(&fs_, Listed()[0].path)->final);
}

TEST(CheckpointDecisionsTest, WhenTheNextOneIsDue) {
  CheckpointOptions options;
  TriggerFacts facts{.last_begin_ms = 1000, .last_end_ms = 1400};
  EXPECT_EQ(NextTriggerMs(options, facts), kNever) << "no interval";
  options.interval_ms = 500;
  EXPECT_EQ(NextTriggerMs(options, facts), 1500);
  options.min_pause_ms = 300;
  EXPECT_EQ(NextTriggerMs(options, facts), 1700) << "counted from the last one's end";
  facts.requested = true;
  EXPECT_EQ(NextTriggerMs(options, facts), 0) << "a stop or a savepoint waits for nothing";
  facts.running = true;
  EXPECT_EQ(NextTriggerMs(options, facts), kNever) << "one at a time";
  facts.running = false;
  facts.sources_live = false;
  EXPECT_EQ(NextTriggerMs(options, facts), kNever) << "nobody could inject a barrier";
  facts.sources_live = true;
  facts.suspended = true;
  EXPECT_EQ(NextTriggerMs(options, facts), kNever);
}

TEST(CheckpointDecisionsTest, HowManyFailuresAreTolerated) {
  CheckpointOptions options;
  EXPECT_TRUE(Tolerates(options, 1'000'000)) << "by default any number";
  options.tolerable_failures = 0;
  EXPECT_FALSE(Tolerates(options, 1));
  options.tolerable_failures = 2;
  EXPECT_TRUE(Tolerates(options, 2));
  EXPECT_FALSE(Tolerates(options, 3));
}

TEST_F(CheckpointCoordinatorTest, WhatWaitsForTheDiskIsBoundedAndAccounted) {
  starts_ = false;
  Start();
  EXPECT_TRUE(coordinator_->receiver()->HasRoom());
  for (int i = 0; i < 2; ++i)
    coordinator_->receiver()->OnChunk(1, kCount, 0, std::string(2 << 20, 'x'));
  EXPECT_FALSE(coordinator_->receiver()->HasRoom()) << "a sixteenth of the limit waits";
  EXPECT_EQ(pool_.used(), 4 << 20);
  coordinator_->Start();
  EXPECT_TRUE(Comes("workers wake"));
  EXPECT_TRUE(coordinator_->receiver()->HasRoom());
  coordinator_->Close();
  EXPECT_EQ(pool_.used(), 0);
}

}  // namespace
}  // namespace thalweg::runtime
