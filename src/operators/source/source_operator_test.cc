#include "operators/source/source_operator.h"

#include <gtest/gtest.h>

#include <deque>

#include "data/column_builder.h"
#include "expr/builder.h"
#include "operators/source/watermark_cutter.h"

namespace thalweg::operators {
namespace {

using data::Type;

// --- The cutter: where Flink would have emitted a watermark that makes a later row late ---

std::vector<int32_t> Cuts(WatermarkCutter* cutter, std::vector<int64_t> rowtimes,
                          int64_t delay = 0) {
  std::vector<int64_t> watermarks;
  for (int64_t t : rowtimes) watermarks.push_back(t - delay);
  std::vector<int32_t> cuts;
  const auto n = static_cast<int32_t>(rowtimes.size());
  for (int32_t at = 0; at < n;) {
    at = cutter->Advance(rowtimes.data(), watermarks.data(), at, n);
    cuts.push_back(at);
  }
  return cuts;
}

TEST(WatermarkCutterTest, RowsInOrderAreNeverCut) {
  WatermarkCutter c(200);
  EXPECT_EQ(Cuts(&c, {1000, 2000, 3000}), (std::vector<int32_t>{3}));
  EXPECT_EQ(c.watermark(), 3000);
}

TEST(WatermarkCutterTest, CutBeforeARowBehindTheWatermark) {
  WatermarkCutter c(200);
  EXPECT_EQ(Cuts(&c, {1000, 2000, 1500, 3000}), (std::vector<int32_t>{2, 4}));
}

TEST(WatermarkCutterTest, NoCutWhileTheIntervalHoldsTheWatermarkBack) {
  WatermarkCutter c(200);
  Cuts(&c, {1000});
  // 1150 is not emitted (only 150 ahead of 1000), so 1100 is not behind anything.
  EXPECT_EQ(Cuts(&c, {1150, 1100}), (std::vector<int32_t>{2}));
  EXPECT_EQ(c.watermark(), 1000);
  c.Flush();
  EXPECT_EQ(c.watermark(), 1150);
}

TEST(WatermarkCutterTest, ARowBehindAWatermarkOfAnEarlierBatchNeedsNoCut) {
  WatermarkCutter c(200);
  Cuts(&c, {5000});
  EXPECT_EQ(Cuts(&c, {1000, 1001}), (std::vector<int32_t>{2})) << "it is late wherever it stands";
}

TEST(WatermarkCutterTest, WatermarksBefore1970AreNotEmitted) {
  WatermarkCutter c(200);
  Cuts(&c, {-5000, -1000});
  EXPECT_EQ(c.watermark(), data::kMinWatermark);
}

// --- The operator, over splits that are lists of batches ---

struct FakeSplit {
  std::deque<std::vector<int64_t>> batches;  // rowtimes; -1: NULL; an empty batch: pending
};

class FakeReader final : public connectors::SplitReader {
 public:
  explicit FakeReader(FakeSplit* split, std::string name) : split_(split), name_(std::move(name)) {}
  Result<State> Next(data::Batch* batch) override {
    if (split_->batches.empty()) return State::kEnd;
    std::vector<int64_t> times = split_->batches.front();
    if (times.empty()) return State::kPending;
    split_->batches.pop_front();
    data::ColumnBuilder b(Type::Timestamp(3));
    for (int64_t t : times) {
      if (t < 0) {
        b.AppendNull();
      } else {
        b.Append<int64_t>(t);
      }
    }
    batch->size = b.size();
    batch->columns = {b.Finish()};
    ++position_;
    return State::kBatch;
  }
  std::string position() const override { return std::to_string(position_); }
  const std::string& name() const override { return name_; }

 private:
  FakeSplit* split_;
  std::string name_;
  int position_ = 0;
};

class FakeEnumerator final : public connectors::Enumerator {
 public:
  explicit FakeEnumerator(const std::vector<FakeSplit>* splits, int64_t discovery_interval_ms = 0)
      : splits_(splits), discovery_interval_ms_(discovery_interval_ms) {}
  Result<std::vector<connectors::Split>> Discover() override {
    std::vector<connectors::Split> out;
    for (; splits_ != nullptr && known_ < splits_->size(); ++known_) {
      out.push_back({std::to_string(known_), "", ""});
    }
    return out;
  }
  int64_t discovery_interval_ms() const override { return discovery_interval_ms_; }
  std::string Snapshot() const override { return ""; }
  Status Restore(const std::string&) override { return Status::OK(); }

 private:
  const std::vector<FakeSplit>* splits_;  // null: none
  const int64_t discovery_interval_ms_;
  size_t known_ = 0;
};

class FakeSource final : public connectors::TableSource {
 public:
  explicit FakeSource(std::vector<FakeSplit>* splits) : splits_(splits) {}
  bool bounded() const override { return true; }
  Result<std::unique_ptr<connectors::Enumerator>> MakeEnumerator() override {
    return Status::Internal("made by the test");
  }
  Result<std::unique_ptr<connectors::SplitReader>> MakeReader(
      const connectors::Split& split, const connectors::ScanSpec&,
      const connectors::ReaderContext&) override {
    const size_t i = std::stoul(split.id);
    return std::unique_ptr<connectors::SplitReader>(
        std::make_unique<FakeReader>(&(*splits_)[i], "split " + split.id));
  }

 private:
  std::vector<FakeSplit>* splits_;
};

class RecordingContext final : public OperatorContext {
 public:
  void Emit(data::Batch batch) override {
    std::string s;
    batch.rows().ForEach([&](int32_t i) {
      s += (s.empty() ? "" : " ") + std::to_string(batch.columns[0]->At<int64_t>(i));
    });
    log.push_back(s);
  }
  bool output_full() const override { return false; }
  void EmitWatermark(int64_t w) override { log.push_back("W" + std::to_string(w)); }
  void MarkIdle(bool idle) override { log.push_back(idle ? "idle" : "active"); }
  void WakeAt(int64_t t) override { wake_at = t; }
  const expr::EvalContext& eval() const override { return eval_context; }
  MemoryPool* pool() override { return MemoryPool::Process(); }
  OperatorMetrics* metrics() override { return &metrics_; }
  state::StateStore* state() override { return &state_; }
  int subtask() const override { return subtask_; }
  int parallelism() const override { return parallelism_; }
  int max_parallelism() const override { return 128; }
  int32_t batch_rows() const override { return 4096; }

  int subtask_ = 0;
  int parallelism_ = 1;
  std::vector<std::string> log;
  int64_t wake_at = 0;
  expr::EvalContext eval_context;
  OperatorMetrics metrics_;
  state::StateStore state_{"source"};
};

class SourceOperatorTest : public testing::Test {
 protected:
  void Make(std::vector<FakeSplit> splits, int64_t idle_timeout_ms = 0) {
    splits_ = std::move(splits);
    node_.table = "t";
    node_.columns = {{"ts", Type::Timestamp(3)}};
    graph::WatermarkSpec watermark;
    watermark.rowtime = expr::MakeColumn(0, Type::Timestamp(3));
    watermark.watermark = watermark.rowtime;
    watermark.idle_timeout_ms = idle_timeout_ms;
    watermark.rowtime_name = "ts";
    node_.watermark = watermark;
    coordinator_ = std::make_shared<SourceCoordinator>(
        std::make_unique<FakeSource>(&splits_),
        std::make_unique<FakeEnumerator>(&splits_, discovery_interval_ms_),
        connectors::ScanSpec{node_.columns, {}, {}}, true);
    ASSERT_TRUE(coordinator_->Discover().ok());
    auto op = SourceOperator::Make(node_, coordinator_, [] {});
    ASSERT_TRUE(op.ok()) << op.status().ToString();
    op_ = std::move(*op);
    ASSERT_TRUE(op_->Open(&context_, {}).ok());
  }
  Result<SourceOperatorBase::PollState> Poll() {
    return static_cast<SourceOperatorBase*>(op_.get())->Poll();
  }
  void PollToEnd() {
    while (true) {
      auto state = Poll();
      ASSERT_TRUE(state.ok()) << state.status().ToString();
      if (*state == SourceOperatorBase::PollState::kFinished) return;
    }
  }

  std::vector<FakeSplit> splits_;
  int64_t discovery_interval_ms_ = 0;
  std::shared_ptr<SourceCoordinator> coordinator_;
  graph::ScanNode node_;
  RecordingContext context_;
  std::unique_ptr<Operator> op_;
};

TEST_F(SourceOperatorTest, ReadsTheSplitWithTheLowestWatermarkNext) {
  Make({{{{1000}, {9000}}}, {{{500}, {2000}}}});
  PollToEnd();
  // Nothing is emitted as a watermark before both files were looked at; split 1's end leaves split
  // 0.
  EXPECT_EQ(context_.log, (std::vector<std::string>{"1000", "500", "W500", "2000", "W1000", "9000",
                                                    "W2000", "W9000"}));
}

TEST_F(SourceOperatorTest, CutsABatchBeforeALateRow) {
  Make({{{{1000, 3000, 2000, 4000}}}});
  PollToEnd();
  EXPECT_EQ(context_.log, (std::vector<std::string>{"1000 3000", "W3000", "2000 4000", "W4000"}));
}

TEST_F(SourceOperatorTest, ANullEventTimeNamesTableColumnAndSplit) {
  Make({{{{1000, -1}}}});
  auto state = Poll();
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.status().code(), StatusCode::kBadData);
  for (const char* part : {"t:", "'ts'", "split 0"}) {
    EXPECT_NE(state.status().message().find(part), std::string::npos) << state.status().ToString();
  }
}

TEST_F(SourceOperatorTest, AnIdleSplitStopsHoldingTheWatermarkBack) {
  Make({{{{1000}, {}}}, {{{5000}, {}}}}, 100);
  ASSERT_TRUE(Poll().ok());  // split 0
  ASSERT_TRUE(Poll().ok());  // split 1
  ASSERT_TRUE(Poll().ok());  // both pending
  EXPECT_EQ(context_.log, (std::vector<std::string>{"1000", "5000", "W1000"}));
  context_.eval_context.now_ms += 100;
  ASSERT_TRUE(op_->OnTimers(TimeDomain::kProcessingTime, context_.eval_context.now_ms).ok());
  EXPECT_EQ(context_.log.back(), "idle");
}

TEST_F(SourceOperatorTest, WithoutASplitItIsIdleAfterTheTimeoutUntilOneIsFound) {
  discovery_interval_ms_ = 10;
  Make({}, 100);
  ASSERT_TRUE(Poll().ok());
  EXPECT_TRUE(context_.log.empty());
  EXPECT_EQ(context_.wake_at, 100);
  context_.eval_context.now_ms += 100;
  ASSERT_TRUE(Poll().ok());
  EXPECT_EQ(context_.log, (std::vector<std::string>{"idle"}));
  splits_ = {{{{1000}}}};
  ASSERT_TRUE(coordinator_->Discover().ok());
  ASSERT_TRUE(Poll().ok());
  EXPECT_EQ(context_.log, (std::vector<std::string>{"idle", "1000", "active", "W1000"}));
}

TEST_F(SourceOperatorTest, TheOnlySourceIsNeverIdle) {
  discovery_interval_ms_ = 10;
  Make({}, 100);
  coordinator_->SetAlone();
  context_.eval_context.now_ms += 100;
  ASSERT_TRUE(Poll().ok());
  EXPECT_TRUE(context_.log.empty());
}

TEST_F(SourceOperatorTest, WithoutASplitItFollowsTheOthers) {
  discovery_interval_ms_ = 10;
  context_.parallelism_ = 2;
  Make({{{{1000}, {2000}}}});
  splits_.reserve(3);  // readers point to them
  RecordingContext other;
  other.subtask_ = 1;
  other.parallelism_ = 2;
  auto made = SourceOperator::Make(node_, coordinator_, [] {});
  ASSERT_TRUE(made.ok());
  auto* follower = static_cast<SourceOperatorBase*>(made->get());
  ASSERT_TRUE(follower->Open(&other, {}).ok());
  int news = 0;
  coordinator_->OnNews([&] { ++news; });

  ASSERT_TRUE(follower->Poll().ok());  // the split is not taken yet: it may begin anywhere
  EXPECT_TRUE(other.log.empty());
  ASSERT_TRUE(Poll().ok());
  EXPECT_EQ(news, 1);
  ASSERT_TRUE(follower->Poll().ok());
  EXPECT_EQ(other.log, (std::vector<std::string>{"W1000"}));

  // Two more files, one each. However far one subtask comes, the other's has not been looked at.
  splits_.push_back({{{2500}}});
  splits_.push_back({{{3000}, {4000}}});
  ASSERT_TRUE(coordinator_->Discover().ok());
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(Poll().ok());
  EXPECT_EQ(context_.log.back(), "W4000");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(follower->Poll().ok());
  EXPECT_EQ(other.log, (std::vector<std::string>{"W1000", "2500", "W2500", "W4000"}));
}

// In the middle of a snapshot nobody gets a split, so nobody may take himself for idle.
TEST_F(SourceOperatorTest, IsNotIdleBecauseOfASnapshot) {
  discovery_interval_ms_ = 10;
  Make({{{{1000}}}});
  OperatorState state;
  ASSERT_TRUE(coordinator_->Snapshot(&state).ok());
  ASSERT_TRUE(Poll().ok());
  EXPECT_TRUE(context_.log.empty());
  coordinator_->Resume();
  ASSERT_TRUE(Poll().ok());
  EXPECT_EQ(context_.log, (std::vector<std::string>{"1000", "W1000"}));
}

TEST_F(SourceOperatorTest, ARestoredSplitGoesOnFromTheRowsHandedOn) {
  Make({{{{1000}, {2000}, {3000}}}});
  ASSERT_TRUE(Poll().ok());
  ASSERT_TRUE(Poll().ok());
  OperatorState state;
  ASSERT_TRUE(op_->Snapshot(&state).ok());

  SourceCoordinator restored(std::make_unique<FakeSource>(&splits_),
                             std::make_unique<FakeEnumerator>(nullptr),
                             connectors::ScanSpec{node_.columns, {}, {}}, true);
  ASSERT_TRUE(restored.Restore(state).ok());
  ASSERT_TRUE(restored.Discover().ok());
  EXPECT_FALSE(restored.Drained(0));
  // At another parallelism: the split goes to whichever subtask comes first in the round.
  std::vector<SplitState> taken = restored.Take(0, 3);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].split.position, "2");
  EXPECT_EQ(taken[0].emitted_watermark, 2000);
  EXPECT_TRUE(restored.Take(1, 3).empty());
  EXPECT_TRUE(restored.Drained(0));
}

// A subtask that asks in the middle of a snapshot must not take the silence for the end.
TEST_F(SourceOperatorTest, SplitsChangeHandsOnlyBetweenSnapshots) {
  Make({{{{1000}}}, {{{2000}}}});
  SourceCoordinator coordinator(std::make_unique<FakeSource>(&splits_),
                                std::make_unique<FakeEnumerator>(&splits_),
                                connectors::ScanSpec{node_.columns, {}, {}}, true);
  ASSERT_TRUE(coordinator.Discover().ok());
  OperatorState state;
  ASSERT_TRUE(coordinator.Snapshot(&state).ok());
  EXPECT_TRUE(coordinator.Take(0, 2).empty());
  EXPECT_FALSE(coordinator.Drained(0));
  coordinator.Resume();
  EXPECT_EQ(coordinator.Take(0, 2).size(), 1u);
  EXPECT_TRUE(coordinator.Drained(0));
  EXPECT_FALSE(coordinator.Drained(1));  // its own is given out, but not taken
  EXPECT_EQ(coordinator.Take(1, 2).size(), 1u);
  EXPECT_TRUE(coordinator.Drained(1));
}

TEST(SplitStateTest, DecodeRefusesEveryPrefix) {
  const std::string bytes = SplitState{{"id", "payload", "position"}, 1, 2}.Encode();
  EXPECT_TRUE(SplitState::Decode(bytes).ok());
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(SplitState::Decode(std::string_view(bytes).substr(0, n)).ok()) << n;
  }
  EXPECT_FALSE(SplitState::Decode(bytes + "x").ok());
}

}  // namespace
}  // namespace thalweg::operators
