#include "operators/aggregate/group_aggregate.h"

#include <gtest/gtest.h>

#include "data/hash.h"
#include "graph/partial_schema.h"
#include "operators/testing/test_context.h"

namespace thalweg::operators {
namespace {
using data::Type;
using expr::AggregateCall;
using expr::AggregateKind;
using Strings = std::vector<std::string>;

// key BIGINT, i BIGINT, s STRING, pass BOOLEAN, d DOUBLE
const std::vector<Type> kTypes = {Type::Bigint(), Type::Bigint(), Type::String(), Type::Boolean(),
                                  Type::Double()};

AggregateCall Call(AggregateKind kind, int arg, Type result, bool distinct = false,
                   int filter = -1) {
  AggregateCall c;
  c.kind = kind;
  if (arg >= 0) {
    c.args = {arg};
    c.arg_types = {kTypes[static_cast<size_t>(arg)]};
  }
  c.result = std::move(result);
  c.distinct = distinct;
  c.filter = filter;
  c.name = "call";
  return c;
}

class GroupAggregateTest : public ::testing::Test {
 protected:
  graph::GroupAggregateNode node_;

  GroupAggregateTest() { node_.keys = {0}; }

  std::unique_ptr<Operator> Make() { return MakeOn(kTypes, node_); }
  std::unique_ptr<Operator> MakeOn(const std::vector<Type>& input,
                                   const graph::GroupAggregateNode& node) {
    auto g = std::make_unique<graph::Graph>();
    graph::Node source;
    for (const Type& t : input) source.output.push_back({"c", t});
    g->nodes.push_back(source);
    graph::Node n;
    n.spec = node;
    n.inputs.push_back({0});
    g->nodes.push_back(n);
    graphs_.push_back(std::move(g));
    auto op = MakeGroupAggregateOperator(*graphs_.back(), graphs_.back()->nodes[1]);
    EXPECT_TRUE(op.ok()) << op.status().message();
    return std::move(*op);
  }
  Strings Run(Operator* op, TestContext* c, const Strings& rows) {
    auto p = op->OnBatch(0, MakeBatch(kTypes, rows));
    EXPECT_TRUE(p.ok()) << p.status().message();
    return c->Take();
  }

 private:
  std::vector<std::unique_ptr<graph::Graph>> graphs_;
};

TEST_F(GroupAggregateTest, MiniBatchSendsOnePairPerKeyAndOnlyIfChanged) {
  node_.aggregates = {Call(AggregateKind::kCountStar, -1, Type::Bigint()),
                      Call(AggregateKind::kSum, 1, Type::Bigint()),
                      Call(AggregateKind::kMax, 2, Type::String())};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 5 b T 1", "+I 1 6 a T 1", "+I 2 - - T 1"}),
            (Strings{"+I[1, 2, 11, b]", "+I[2, 1, null, null]"}));
  EXPECT_EQ(Run(op.get(), &c, {"+I 2 7 aVeryLongStringIndeed T 1", "+I 2 -2 x T 1"}),
            (Strings{"-U[2, 1, null, null]", "+U[2, 3, 5, x]"}));
}

TEST_F(GroupAggregateTest, UnchangedResultsAreNotSent) {
  node_.aggregates = {Call(AggregateKind::kMax, 1, Type::Bigint())};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  Run(op.get(), &c, {"+I 1 5 b T 1"});
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 3 b T 1"}), Strings{});
}

TEST_F(GroupAggregateTest, RowModeSendsOneChangePerInputRowInOrder) {
  node_.mini_batch = false;
  node_.aggregates = {Call(AggregateKind::kSum, 1, Type::Bigint())};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 5 b T 1", "+I 2 1 b T 1", "+I 1 6 a T 1", "+I 1 0 a T 1"}),
            (Strings{"+I[1, 5]", "+I[2, 1]", "-U[1, 5]", "+U[1, 11]"}));
}

TEST_F(GroupAggregateTest, RetractionsDeleteTheGroupWhenItsLastRowGoes) {
  node_.mini_batch = false;
  node_.input_retracts = true;
  node_.aggregates = {Call(AggregateKind::kSum, 1, Type::Bigint()),
                      Call(AggregateKind::kMin, 1, Type::Bigint()),
                      Call(AggregateKind::kCount, 1, Type::Bigint(), true)};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  EXPECT_EQ(Run(op.get(), &c, {"-D 1 9 b T 1"}), Strings{});  // nothing to retract
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 5 b T 1", "+I 1 3 b T 1", "+I 1 3 b T 1"}),
            (Strings{"+I[1, 5, 5, 1]", "-U[1, 5, 5, 1]", "+U[1, 8, 3, 2]", "-U[1, 8, 3, 2]",
                     "+U[1, 11, 3, 2]"}));
  EXPECT_EQ(Run(op.get(), &c, {"-D 1 3 b T 1", "-U 1 3 b T 1"}),
            (Strings{"-U[1, 11, 3, 2]", "+U[1, 8, 3, 2]", "-U[1, 8, 3, 2]", "+U[1, 5, 5, 1]"}));
  EXPECT_EQ(Run(op.get(), &c, {"-D 1 5 b T 1", "+I 1 4 b T 1"}),
            (Strings{"-D[1, 5, 5, 1]", "+I[1, 4, 4, 1]"}));
}

TEST_F(GroupAggregateTest, UpdateBeforeIsLeftOutWhenNobodyNeedsIt) {
  node_.emit_update_before = false;
  node_.aggregates = {Call(AggregateKind::kCountStar, -1, Type::Bigint())};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  Run(op.get(), &c, {"+I 1 5 b T 1"});
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 5 b T 1"}), Strings{"+U[1, 2]"});
}

TEST_F(GroupAggregateTest, DistinctAndFilterShareOneSet) {
  node_.aggregates = {Call(AggregateKind::kCount, 2, Type::Bigint(), true),
                      Call(AggregateKind::kCount, 2, Type::Bigint(), true, 3),
                      Call(AggregateKind::kCountStar, -1, Type::Bigint(), false, 3),
                      Call(AggregateKind::kSum, 1, Type::Bigint(), true)};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 5 a F 1", "+I 1 5 a T 1", "+I 1 6 b F 1", "+I 1 6 - T 1"}),
            (Strings{"+I[1, 2, 1, 2, 11]"}));
}

TEST_F(GroupAggregateTest, OrderedAggregatesWithAndWithoutRetraction) {
  const Type list = Type::Array(Type::String());
  node_.aggregates = {Call(AggregateKind::kFirstValue, 2, Type::String()),
                      Call(AggregateKind::kLastValue, 2, Type::String()),
                      Call(AggregateKind::kListagg, 2, Type::String()),
                      Call(AggregateKind::kArrayAgg, 2, list),
                      Call(AggregateKind::kCollect, 2, Type::Multiset(Type::String()))};
  for (const bool retracts : {false, true}) {
    node_.input_retracts = retracts;
    TestContext c;
    auto op = Make();
    ASSERT_TRUE(op->Open(&c, {}).ok());
    EXPECT_EQ(Run(op.get(), &c, {"+I 1 5 - F 1", "+I 1 5 x T 1", "+I 1 6 y F 1", "+I 1 6 x T 1"}),
              (Strings{"+I[1, x, x, x,y,x, [null x y x], [x=2 y=1]]"}));
    if (retracts) {
      EXPECT_EQ(Run(op.get(), &c, {"-D 1 5 x T 1"}),
                (Strings{"-U[1, x, x, x,y,x, [null x y x], [x=2 y=1]]",
                         "+U[1, y, x, y,x, [null y x], [x=1 y=1]]"}));
    }
  }
}

TEST_F(GroupAggregateTest, AveragesAndVariances) {
  node_.aggregates = {Call(AggregateKind::kAvg, 1, Type::Bigint()),
                      Call(AggregateKind::kVarPop, 1, Type::Bigint()),
                      Call(AggregateKind::kAvg, 4, Type::Double()),
                      Call(AggregateKind::kStddevPop, 4, Type::Double()),
                      Call(AggregateKind::kVarSamp, 4, Type::Double())};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 2 x T 2"}), (Strings{"+I[1, 2, 0, 2, 0, null]"}));
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 5 x T 4", "+I 1 7 x T 6"}),
            (Strings{"-U[1, 2, 0, 2, 0, null]", "+U[1, 4, 4, 4, 1.632993161855452, 4]"}));
}

TEST_F(GroupAggregateTest, TimeToLiveForgetsIdleGroupsAndSendsUnchangedResults) {
  node_.state_ttl_ms = 1000;
  node_.aggregates = {Call(AggregateKind::kMax, 1, Type::Bigint())};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  Run(op.get(), &c, {"+I 1 5 b T 1"});
  EXPECT_EQ(c.wake_at(), 1000);
  c.mutable_eval().now_ms = 500;
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 3 b T 1"}), (Strings{"-U[1, 5]", "+U[1, 5]"}));
  c.mutable_eval().now_ms = 1600;
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 2 b T 1"}), Strings{"+I[1, 2]"});
  c.mutable_eval().now_ms = 9000;
  c.wake_at().reset();
  ASSERT_TRUE(op->OnTimers(TimeDomain::kProcessingTime, 9000).ok());
  EXPECT_FALSE(c.wake_at().has_value());  // nothing left to wait for
}

TEST_F(GroupAggregateTest, BatchModeSendsFinalRowsInPieces) {
  node_.final_only = true;
  node_.aggregates = {Call(AggregateKind::kSum, 1, Type::Bigint())};
  TestContext c;
  c.set_batch_rows(10);
  c.set_full_after(1);
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  for (int i = 0; i < 95; ++i) {
    const std::string k = std::to_string(i);
    EXPECT_EQ(Run(op.get(), &c, {"+I " + k + " 1 a T 1", "+I " + k + " 2 a T 1"}), Strings{});
  }
  Strings all;
  auto p = op->OnInputEnd(0);
  int rounds = 0;
  for (;; p = op->Produce()) {
    ASSERT_TRUE(p.ok());
    for (auto& r : c.Take()) all.push_back(r);
    if (*p == Progress::kDone) break;
    ++rounds;
  }
  EXPECT_EQ(all.size(), 95u);
  EXPECT_EQ(rounds, 9);
  for (const auto& r : all) EXPECT_TRUE(r.ends_with(", 3]")) << r;
}

TEST_F(GroupAggregateTest, GlobalAggregateOverNothing) {
  node_.keys.clear();
  node_.aggregates = {Call(AggregateKind::kCountStar, -1, Type::Bigint()),
                      Call(AggregateKind::kSum, 1, Type::Bigint())};
  TestContext c;
  auto streaming = Make();
  ASSERT_TRUE(streaming->Open(&c, {}).ok());
  ASSERT_TRUE(streaming->OnInputEnd(0).ok());
  EXPECT_EQ(c.Take(), Strings{});
  node_.final_only = true;
  auto batch = Make();
  c.RestoreFrom({});
  ASSERT_TRUE(batch->Open(&c, {}).ok());
  ASSERT_TRUE(batch->OnInputEnd(0).ok());
  EXPECT_EQ(c.Take(), Strings{"+I[0, null]"});
}

TEST_F(GroupAggregateTest, TwoPhasesGiveWhatOneGives) {
  node_.keys = {0};
  node_.aggregates = {Call(AggregateKind::kCountStar, -1, Type::Bigint(), false, 3),
                      Call(AggregateKind::kSum, 1, Type::Bigint()),
                      Call(AggregateKind::kAvg, 4, Type::Double()),
                      Call(AggregateKind::kMin, 2, Type::String()),
                      Call(AggregateKind::kVarSamp, 1, Type::Bigint()),
                      Call(AggregateKind::kCount, 2, Type::Bigint(), true),
                      Call(AggregateKind::kCount, 2, Type::Bigint(), true, 3)};
  const auto schema = graph::PartialSchema(node_.aggregates, false);
  ASSERT_TRUE(schema.has_value());
  std::vector<Type> partial = {Type::Bigint()};
  for (const auto& f : *schema) partial.push_back(f.type);

  graph::GroupAggregateNode local = node_;
  local.phase = graph::AggregatePhase::kLocal;
  graph::GroupAggregateNode global = node_;
  global.phase = graph::AggregatePhase::kGlobal;
  auto one = Make();
  auto first = MakeOn(kTypes, local);
  auto second = MakeOn(partial, global);

  // Hands the local phase's batches to the global one.
  class Bridge final : public OperatorContext {
   public:
    Bridge(Operator* to, TestContext* c) : to_(to), c_(c) {}
    void Emit(data::Batch b) override {
      EXPECT_TRUE(b.insert_only());
      EXPECT_TRUE(to_->OnBatch(0, std::move(b)).ok());
    }
    bool output_full() const override { return false; }
    void EmitWatermark(int64_t) override {}
    void MarkIdle(bool) override {}
    void WakeAt(int64_t) override {}
    const expr::EvalContext& eval() const override { return c_->eval(); }
    MemoryPool* pool() override { return c_->pool(); }
    OperatorMetrics* metrics() override { return c_->metrics(); }
    state::StateStore* state() override { return c_->state(); }
    int subtask() const override { return 0; }
    int parallelism() const override { return 1; }
    int max_parallelism() const override { return 128; }
    int32_t batch_rows() const override { return 4096; }

   private:
    Operator* to_;
    TestContext* c_;
  };
  TestContext c1;
  TestContext c2;
  Bridge bridge(second.get(), &c2);
  ASSERT_TRUE(one->Open(&c1, {}).ok());
  ASSERT_TRUE(first->Open(&bridge, {}).ok());
  ASSERT_TRUE(second->Open(&c2, {}).ok());
  uint64_t x = 7;
  for (int batch = 0; batch < 20; ++batch) {
    Strings rows;
    for (int i = 0; i < 30; ++i) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      const int r = static_cast<int>(x >> 33);
      rows.push_back("+I " + std::to_string(r % 5) + " " + std::to_string(r % 11) + " " +
                     (r % 7 == 0 ? std::string("-") : "s" + std::to_string(r % 13)) +
                     (r % 3 == 0 ? " T " : " F ") + std::to_string(r % 17) + ".5");
    }
    ASSERT_TRUE(one->OnBatch(0, MakeBatch(kTypes, rows)).ok());
    ASSERT_TRUE(first->OnBatch(0, MakeBatch(kTypes, rows)).ok());
    EXPECT_EQ(c1.TakeSorted(), c2.TakeSorted());
  }
}

// A base and deltas, each written while more batches come, some aborted: what is restored is the
// state at the last durable barrier, at any parallelism.
TEST_F(GroupAggregateTest, AChainOfSnapshotsHoldsTheStateAtItsBarrier) {
  node_.input_retracts = true;
  node_.aggregates = {Call(AggregateKind::kCount, 2, Type::Bigint(), true),
                      Call(AggregateKind::kMax, 1, Type::Bigint()),
                      Call(AggregateKind::kMin, 2, Type::String()),
                      Call(AggregateKind::kListagg, 2, Type::String()),
                      Call(AggregateKind::kLastValue, 2, Type::String()),
                      Call(AggregateKind::kCollect, 2, Type::Multiset(Type::String()))};
  uint64_t x = 99;
  const auto random = [&](uint64_t n) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    return (x >> 33) % n;
  };
  for (int chain = 0; chain < 6; ++chain) {
    TestContext c;
    auto op = Make();
    ASSERT_TRUE(op->Open(&c, {}).ok());
    ASSERT_TRUE(c.state()->FinishOpen().ok());
    std::vector<Strings> batches;
    Strings live;  // rows without their kind
    const auto batch = [&] {
      Strings rows;
      for (int i = 0; i < 40; ++i) {
        if (!live.empty() && random(3) == 0) {
          const size_t at = random(live.size());
          rows.push_back("-D " + live[at]);
          live.erase(live.begin() + static_cast<int64_t>(at));
        } else {
          const auto v = std::to_string(random(12));
          live.push_back(std::to_string(random(30)) + " " + v + " aValueThatIsLong" + v + " T 1");
          rows.push_back("+I " + live.back());
        }
      }
      Run(op.get(), &c, rows);
      batches.push_back(rows);
    };
    std::vector<std::string> saved;
    size_t barrier = 0;
    Strings at_barrier;
    for (int snapshot = 0; snapshot < 5; ++snapshot) {
      for (size_t n = random(4); n > 0; --n) batch();
      const size_t before = batches.size();
      const Strings rows = live;
      c.state()->BeginSnapshot(false);
      std::string bytes;
      for (bool done = false; !done;) {
        ASSERT_TRUE(c.state()->ContinueSnapshot(500, &bytes, &done).ok());
        if (random(4) == 0) batch();
      }
      if (snapshot > 0 && random(3) == 0) {
        c.state()->AbortSnapshot();
        continue;
      }
      c.state()->FinishSnapshot();
      if (c.state()->snapshot_is_base()) saved.clear();
      saved.push_back(std::move(bytes));
      barrier = before;
      at_barrier = rows;
    }
    TestContext replayed;
    auto reference = Make();
    ASSERT_TRUE(reference->Open(&replayed, {}).ok());
    for (size_t i = 0; i < barrier; ++i) Run(reference.get(), &replayed, batches[i]);
    const int parallelism = chain % 3 + 1;
    Strings expected;
    Strings got;
    std::vector<std::unique_ptr<TestContext>> contexts;
    std::vector<std::unique_ptr<Operator>> parts;
    for (int s = 0; s < parallelism; ++s) {
      contexts.push_back(std::make_unique<TestContext>(s, parallelism));
      contexts.back()->RestoreFrom(saved);
      parts.push_back(Make());
      const Status opened = parts.back()->Open(contexts.back().get(), {});
      ASSERT_TRUE(opened.ok()) << opened.message();
    }
    // Taking everything back shows every value of every group.
    for (const std::string& row : at_barrier) {
      const auto taken = MakeBatch(kTypes, {"-D " + row});
      uint64_t hash;
      const int key = 0;
      data::HashRows(taken, std::span(&key, 1), taken.rows(), &hash);
      const auto s =
          static_cast<size_t>(data::SubtaskOf(data::KeyGroupOf(hash, 128), parallelism, 128));
      for (auto& r : Run(reference.get(), &replayed, {"-D " + row})) expected.push_back(r);
      for (auto& r : Run(parts[s].get(), contexts[s].get(), {"-D " + row})) got.push_back(r);
    }
    EXPECT_EQ(got, expected);
    for (const auto& context : contexts) {
      for (const auto& table : context->state()->Tables()) EXPECT_EQ(table.rows, 0) << table.name;
    }
  }
}

TEST_F(GroupAggregateTest, SnapshotGoesOnAtAnotherParallelism) {
  node_.input_retracts = true;
  node_.aggregates = {Call(AggregateKind::kCount, 2, Type::Bigint(), true),
                      Call(AggregateKind::kMax, 1, Type::Bigint()),
                      Call(AggregateKind::kListagg, 2, Type::String()),
                      Call(AggregateKind::kCollect, 2, Type::Multiset(Type::String()))};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  Strings rows;
  for (int k = 0; k < 50; ++k) {
    rows.push_back("+I " + std::to_string(k) + " 1 aLongEnoughText" + std::to_string(k) + " T 1");
    rows.push_back("+I " + std::to_string(k) + " 2 b T 1");
  }
  Run(op.get(), &c, rows);
  std::vector<std::string> saved;
  c.TakeSnapshot(&saved);
  // Every group loses its largest row; each change is sent by exactly one of three subtasks.
  Strings out;
  for (int s = 0; s < 3; ++s) {
    const auto range = data::KeyGroupsOf(s, 3, 128);
    TestContext part(s, 3);
    part.RestoreFrom(saved);
    auto restored = Make();
    ASSERT_TRUE(restored->Open(&part, {}).ok());
    for (int k = 0; k < 50; ++k) {
      auto batch = MakeBatch(kTypes, {"-D " + std::to_string(k) + " 2 b T 1"});
      uint64_t hash;
      const int key = 0;
      data::HashRows(batch, std::span(&key, 1), batch.rows(), &hash);
      if (!range.contains(data::KeyGroupOf(hash, 128))) continue;
      ASSERT_TRUE(restored->OnBatch(0, std::move(batch)).ok());
    }
    for (auto& r : part.Take()) out.push_back(r);
  }
  ASSERT_EQ(out.size(), 100u);
  for (size_t i = 0; i < out.size(); i += 2) {
    EXPECT_TRUE(out[i].starts_with("-U[")) << out[i];
    EXPECT_TRUE(out[i].find(", 2, 2, aLongEnoughText") != std::string::npos) << out[i];
    EXPECT_TRUE(out[i + 1].find(", 1, 1, aLongEnoughText") != std::string::npos) << out[i + 1];
  }
}

TEST_F(GroupAggregateTest, SingleValueRefusesASecondRow) {
  node_.keys.clear();
  node_.aggregates = {Call(AggregateKind::kSingleValue, 2, Type::String())};
  TestContext c;
  auto op = Make();
  ASSERT_TRUE(op->Open(&c, {}).ok());
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 1 only T 1"}), Strings{"+I[only]"});
  auto p = op->OnBatch(0, MakeBatch(kTypes, {"+I 1 1 second T 1"}));
  EXPECT_EQ(p.status().message(), "SingleValueAggFunction received more than one element.");
}

}  // namespace
}  // namespace thalweg::operators
