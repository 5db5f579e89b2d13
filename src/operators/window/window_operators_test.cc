#include "operators/window/window_operators.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/hash.h"
#include "expr/time_zone.h"
#include "operators/testing/test_context.h"
#include "operators/window/window_slicer.h"

namespace thalweg::operators {
namespace {
using data::Type;
using expr::AggregateCall;
using expr::AggregateKind;
using graph::WindowKind;
using graph::WindowProperty;
using Strings = std::vector<std::string>;

// key STRING, ts TIMESTAMP(3), v BIGINT
const std::vector<Type> kTypes = {Type::String(), Type::Timestamp(3), Type::Bigint()};

AggregateCall Call(AggregateKind kind, int arg, Type result, bool distinct = false) {
  AggregateCall c;
  c.kind = kind;
  if (arg >= 0) {
    c.args = {arg};
    c.arg_types = {kTypes[static_cast<size_t>(arg)]};
  }
  c.result = std::move(result);
  c.distinct = distinct;
  c.name = "call";
  return c;
}

class WindowTest : public ::testing::Test {
 protected:
  graph::WindowAggregateNode node_;
  std::vector<Type> input_ = kTypes;

  WindowTest() {
    node_.keys = {0};
    node_.window.time_column = 1;
    node_.window.size_ms = 10;
    node_.properties = {WindowProperty::kStart, WindowProperty::kEnd, WindowProperty::kTime};
    node_.aggregates = {Call(AggregateKind::kCountStar, -1, Type::Bigint()),
                        Call(AggregateKind::kSum, 2, Type::Bigint())};
  }

  std::unique_ptr<Operator> Make(TestContext* c, const OperatorState& state = {}) {
    graph::Node n;
    n.spec = node_;
    n.output.push_back({"k", Type::String()});
    for (const auto& a : node_.aggregates) n.output.push_back({"a", a.result});
    for (size_t i = 0; i < node_.properties.size(); ++i) {
      n.output.push_back({"p", Type::Timestamp(3)});
    }
    const graph::Graph* g = Keep(n);
    auto op = MakeWindowAggregateOperator(*g, g->nodes[1]);
    EXPECT_TRUE(op.ok()) << op.status().message();
    EXPECT_TRUE((*op)->Open(c, state).ok());
    return std::move(*op);
  }
  graph::Graph* Keep(graph::Node n) {
    auto g = std::make_unique<graph::Graph>();
    graph::Node source;
    for (const Type& t : input_) source.output.push_back({"c", t});
    g->nodes.push_back(source);
    n.inputs.push_back({0});
    g->nodes.push_back(std::move(n));
    graphs_.push_back(std::move(g));
    return graphs_.back().get();
  }
  void Add(Operator* op, const Strings& rows) {
    auto p = op->OnBatch(0, MakeBatch(input_, rows));
    EXPECT_TRUE(p.ok()) << p.status().message();
  }
  Strings Watermark(Operator* op, TestContext* c, int64_t w) {
    Strings all;
    for (auto p = op->OnWatermark(w);; p = op->Produce()) {
      EXPECT_TRUE(p.ok()) << p.status().message();
      for (auto& r : c->Take()) all.push_back(r);
      if (!p.ok() || *p == Progress::kDone) break;
    }
    return all;
  }

 private:
  std::vector<std::unique_ptr<graph::Graph>> graphs_;
};

TEST_F(WindowTest, TumbleFiresOnceAndDropsLateRows) {
  TestContext c;
  auto op = Make(&c);
  Add(op.get(), {"+I a 1 10", "+I b 9 20", "+I a 10 30", "+I a 3 1"});
  EXPECT_EQ(Watermark(op.get(), &c, 8), Strings{"W 8"});
  EXPECT_EQ(Watermark(op.get(), &c, 9),
            (Strings{"+I[a, 2, 11, 0, 10, 9]", "+I[b, 1, 20, 0, 10, 9]", "W 9"}));
  Add(op.get(), {"+I a 5 1"});
  EXPECT_EQ(c.metrics()->late_rows, 1);
  EXPECT_EQ(Watermark(op.get(), &c, INT64_MAX),
            (Strings{"+I[a, 1, 30, 10, 20, 19]", "W 9223372036854775807"}));
}

TEST_F(WindowTest, HopMergesSlicesAndAcceptsRowsOfOpenWindows) {
  node_.window.kind = WindowKind::kHop;
  node_.window.size_ms = 10;
  node_.window.slide_ms = 5;
  node_.aggregates.push_back(Call(AggregateKind::kCount, 2, Type::Bigint(), true));
  TestContext c;
  c.set_batch_rows(1);
  c.set_full_after(1);
  auto op = Make(&c);
  Add(op.get(), {"+I a 1 7", "+I a 6 7", "+I b 7 1"});
  EXPECT_EQ(Watermark(op.get(), &c, 4), (Strings{"+I[a, 1, 7, 1, -5, 5, 4]", "W 4"}));
  Add(op.get(), {"+I a 2 9"});  // [-5, 5) has fired, [0, 10) has not
  EXPECT_EQ(c.metrics()->late_rows, 0);
  EXPECT_EQ(Watermark(op.get(), &c, 14),
            (Strings{"+I[a, 3, 23, 2, 0, 10, 9]", "+I[b, 1, 1, 1, 0, 10, 9]",
                     "+I[a, 1, 7, 1, 5, 15, 14]", "+I[b, 1, 1, 1, 5, 15, 14]", "W 14"}));
  EXPECT_EQ(Watermark(op.get(), &c, INT64_MAX), Strings{"W 9223372036854775807"});
}

TEST_F(WindowTest, LocalPhaseSendsOneRowPerKeyAndSlice) {
  node_.window.kind = WindowKind::kHop;
  node_.window.size_ms = 10;
  node_.window.slide_ms = 5;
  node_.phase = graph::AggregatePhase::kLocal;
  TestContext c;
  auto local = Make(&c);
  Add(local.get(), {"+I a 1 7", "+I a 6 7", "+I b 7 1", "+I a 4 5"});
  EXPECT_EQ(c.Take(),
            (Strings{"+I[a, 5, 2, 12, 2, 2]", "+I[a, 10, 1, 7, 1, 1]", "+I[b, 10, 1, 1, 1, 1]"}));
  EXPECT_EQ(Watermark(local.get(), &c, 4), Strings{"W 4"});

  // key, slice end, COUNT(*), SUM and its count, rows
  input_ = {Type::String(), Type::Bigint().WithNullable(false),
            Type::Bigint(), Type::Bigint(),
            Type::Bigint(), Type::Bigint()};
  node_.phase = graph::AggregatePhase::kGlobal;
  auto global = Make(&c);
  Add(global.get(), {"+I a 5 2 12 2 2", "+I a 10 1 7 1 1", "+I b 10 1 1 1 1"});
  EXPECT_EQ(Watermark(global.get(), &c, 4), (Strings{"+I[a, 2, 12, -5, 5, 4]", "W 4"}));
  Add(global.get(), {"+I a 5 1 9 1 1"});  // [-5, 5) has fired, [0, 10) has not
  EXPECT_EQ(Watermark(global.get(), &c, 9),
            (Strings{"+I[a, 4, 28, 0, 10, 9]", "+I[b, 1, 1, 0, 10, 9]", "W 9"}));
  Add(global.get(), {"+I a 5 3 9 3 3"});
  EXPECT_EQ(c.metrics()->late_rows, 3);
  EXPECT_EQ(Watermark(global.get(), &c, 14),
            (Strings{"+I[a, 1, 7, 5, 15, 14]", "+I[b, 1, 1, 5, 15, 14]", "W 14"}));
}

TEST_F(WindowTest, CumulateSendsEveryStepUntilTheWindowIsFull) {
  node_.window.kind = WindowKind::kCumulate;
  node_.window.size_ms = 15;
  node_.window.slide_ms = 5;
  TestContext c;
  auto op = Make(&c);
  Add(op.get(), {"+I a 1 1", "+I a 12 2", "+I a 16 4"});
  EXPECT_EQ(Watermark(op.get(), &c, INT64_MAX),
            (Strings{"+I[a, 1, 1, 0, 5, 4]", "+I[a, 1, 1, 0, 10, 9]", "+I[a, 2, 3, 0, 15, 14]",
                     "+I[a, 1, 4, 15, 20, 19]", "+I[a, 1, 4, 15, 25, 24]",
                     "+I[a, 1, 4, 15, 30, 29]", "W 9223372036854775807"}));
}

TEST_F(WindowTest, SessionsMergeAndFireByTheirEnd) {
  node_.window.kind = WindowKind::kSession;
  node_.window.gap_ms = 5;
  node_.aggregates.push_back(Call(AggregateKind::kListagg, 0, Type::String()));
  TestContext c;
  auto op = Make(&c);
  Add(op.get(), {"+I a 1 1", "+I a 20 2", "+I b 3 4", "+I a 10 8"});
  Add(op.get(), {"+I a 5 16"});  // touches [1, 6) and [10, 15)
  EXPECT_EQ(Watermark(op.get(), &c, 14),
            (Strings{"+I[b, 1, 4, b, 3, 8, 7]", "+I[a, 3, 25, a,a,a, 1, 15, 14]", "W 14"}));
  Add(op.get(), {"+I a 9 1", "+I a 17 1"});  // [9, 14) is late; [17, 22) meets [20, 25)
  EXPECT_EQ(c.metrics()->late_rows, 1);
  EXPECT_EQ(Watermark(op.get(), &c, INT64_MAX),
            (Strings{"+I[a, 2, 3, a,a, 17, 25, 24]", "W 9223372036854775807"}));
}

TEST_F(WindowTest, ManyRowsInOneBatchBridgeTwoSessions) {
  node_.window.kind = WindowKind::kSession;
  node_.window.gap_ms = 5;
  TestContext c;
  auto op = Make(&c);
  Add(op.get(), {"+I a 0 1", "+I a 20 2", "+I a 8 4", "+I a 4 8", "+I a 12 16", "+I a 16 32"});
  EXPECT_EQ(Watermark(op.get(), &c, INT64_MAX),
            (Strings{"+I[a, 6, 63, 0, 25, 24]", "W 9223372036854775807"}));
}

TEST_F(WindowTest, SnapshotsGoOnAtAnotherParallelism) {
  for (const WindowKind kind : {WindowKind::kHop, WindowKind::kSession}) {
    node_.window.kind = kind;
    node_.window.slide_ms = 5;
    node_.window.gap_ms = 4;
    node_.aggregates = {Call(AggregateKind::kCountStar, -1, Type::Bigint()),
                        Call(AggregateKind::kCount, 2, Type::Bigint(), true)};
    TestContext whole;
    auto op = Make(&whole);
    Strings rows;
    for (int k = 0; k < 40; ++k) {
      for (const int t : {1, 2, 7, 30}) {
        rows.push_back("+I aKeyThatIsLong" + std::to_string(k) + " " + std::to_string(t) + " " +
                       std::to_string(t % 5));
      }
    }
    std::vector<std::string> snapshots;
    whole.TakeSnapshot(&snapshots);
    Add(op.get(), Strings(rows.begin(), rows.begin() + 90));
    whole.TakeSnapshot(&snapshots);
    Add(op.get(), Strings(rows.begin() + 90, rows.end()));
    Watermark(op.get(), &whole, 4);
    whole.TakeSnapshot(&snapshots);
    OperatorState saved;
    ASSERT_TRUE(op->Snapshot(&saved).ok());
    Strings parts;
    for (int s = 0; s < 3; ++s) {
      const auto range = data::KeyGroupsOf(s, 3, 128);
      OperatorState mine;
      for (const auto& e : saved) {
        if (e.key_group == StateEntry::kNoKeyGroup || range.contains(e.key_group)) {
          mine.push_back(e);
        }
      }
      TestContext c(s, 3);
      c.RestoreFrom(snapshots);
      auto part = Make(&c, mine);
      for (auto& r : Watermark(part.get(), &c, 1000)) parts.push_back(r);
    }
    Strings expected = Watermark(op.get(), &whole, 1000);
    expected.push_back("W 1000");
    expected.push_back("W 1000");
    std::sort(expected.begin(), expected.end());
    std::sort(parts.begin(), parts.end());
    EXPECT_EQ(parts, expected);
    EXPECT_GT(expected.size(), 80u);
  }
}

TEST_F(WindowTest, ProcessingTimeWindowsFireByTheClockAndNotAtTheEnd) {
  node_.window.event_time = false;
  TestContext c;
  auto op = Make(&c);
  c.mutable_eval().now_ms = 3;
  Add(op.get(), {"+I a 0 1"});
  EXPECT_EQ(c.wake_at(), 9);
  c.mutable_eval().now_ms = 12;
  Add(op.get(), {"+I a 0 2"});
  ASSERT_TRUE(op->OnTimers(TimeDomain::kProcessingTime, 12).ok());
  EXPECT_EQ(c.Take(), Strings{"+I[a, 1, 1, 0, 10, 9]"});
  ASSERT_TRUE(op->OnWatermark(INT64_MAX).ok());
  ASSERT_TRUE(op->OnInputEnd(0).ok());
  EXPECT_EQ(c.Take(), Strings{"W 9223372036854775807"});
}

TEST_F(WindowTest, AttachedWindowsKeepTheirBounds) {
  node_.attached = true;
  node_.attached_start = 2;
  node_.attached_end = 1;
  node_.aggregates = {Call(AggregateKind::kCountStar, -1, Type::Bigint())};
  TestContext c;
  auto op = Make(&c);
  Add(op.get(), {"+I a 10 0", "+I a 20 0", "+I b 10 5", "+I a 10 0"});
  EXPECT_EQ(Watermark(op.get(), &c, 9),
            (Strings{"+I[a, 2, 0, 10, 9]", "+I[b, 1, 5, 10, 9]", "W 9"}));
}

TEST(WindowSlicer, HopWithUnevenSlideAndGaps) {
  graph::WindowSpec spec;
  spec.kind = WindowKind::kHop;
  spec.size_ms = 4;
  spec.slide_ms = 10;
  const WindowSlicer gaps(spec, nullptr);
  EXPECT_EQ(gaps.FirstWindowEnd(gaps.SliceEnd(1)), 4);
  EXPECT_EQ(gaps.LastWindowEnd(gaps.SliceEnd(1)), 4);
  EXPECT_GT(gaps.FirstWindowEnd(gaps.SliceEnd(5)), gaps.LastWindowEnd(gaps.SliceEnd(5)));
  spec.size_ms = 10;
  spec.slide_ms = 4;
  const WindowSlicer uneven(spec, nullptr);
  EXPECT_EQ(uneven.slice_ms(), 2);
  EXPECT_EQ(uneven.FirstWindowEnd(uneven.SliceEnd(5)), 6);  // [-4, 6)
  EXPECT_EQ(uneven.LastWindowEnd(uneven.SliceEnd(5)), 14);  // [4, 14)
}

TEST(WindowSlicer, LocalWindowsOverAClockChange) {
  auto zone = expr::TimeZone::Find("America/Los_Angeles");
  ASSERT_TRUE(zone.ok());
  graph::WindowSpec spec;
  spec.size_ms = 3600 * 1000;
  spec.ltz = true;
  const WindowSlicer s(spec, *zone);
  // 2021-03-14: 01:00 PST is followed by 03:00 PDT; the window that ends at 03:00 local time fires
  // when the first instant after the gap has come.
  const int64_t three = 1615690800000;  // 2021-03-14T03:00 as if UTC
  EXPECT_EQ(s.FiringTime(three), 1615716000000);
  // 2021-11-07: 01:00 to 02:00 happens twice; its window waits for the second one.
  const int64_t two = 1636250400000;  // 2021-11-07T02:00 as if UTC
  EXPECT_EQ(s.FiringTime(two), 1636279200000 - 1);
}

}  // namespace
}  // namespace thalweg::operators
