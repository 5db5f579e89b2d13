#include "runtime/restore_fit.h"

#include <gtest/gtest.h>

#include "operators/sink_coordinator.h"
#include "operators/state_tables.h"

namespace thalweg::runtime {
namespace {
using data::Type;
using expr::AggregateCall;
using expr::AggregateKind;
using operators::SinkCoordinator;
using Strings = std::vector<std::string>;

AggregateCall Sum(const std::string& column, Type type = Type::Bigint()) {
  AggregateCall c;
  c.kind = AggregateKind::kSum;
  c.args = {1};
  c.arg_types = {type};
  c.result = type;
  c.name = "SUM(" + column + ")";
  c.identity = "SUM(t." + column + ")";
  return c;
}

/// A graph of a source and what stands upon it, and the checkpoint that it would make.
struct Script {
  Script() {
    graph::Node source;
    source.name = "Values";
    source.spec = graph::ValuesNode();
    source.uid = "values";
    source.output = {{"k", Type::String()}, {"v", Type::Bigint()}};
    graph.nodes.push_back(source);
  }
  graph::Node& Add(const std::string& name, graph::NodeSpec spec, const std::string& uid,
                   const std::string& family) {
    graph::Node node;
    node.name = name;
    node.spec = std::move(spec);
    node.uid = uid;
    node.family = family;
    node.inputs.push_back({0});
    node.output = graph.nodes[0].output;
    node.state_note = "a row per group";
    graph.nodes.push_back(std::move(node));
    return graph.nodes.back();
  }
  Script& Groups(std::vector<AggregateCall> calls, const std::string& uid,
                 const std::string& family = "by k", bool retracts = false) {
    graph::GroupAggregateNode spec;
    spec.keys = {0};
    spec.aggregates = std::move(calls);
    spec.input_retracts = retracts;
    std::string select;
    for (const auto& c : spec.aggregates) select += (select.empty() ? "" : ", ") + c.name;
    Add("GroupAggregate(groupBy=[k], select=[" + select + "])", std::move(spec), uid, family);
    return *this;
  }
  Script& Sort(const std::string& uid, const std::string& family) {
    Add("Sort(" + uid + ")", graph::SortNode{.keys = {{1}}}, uid, family);
    return *this;
  }
  Script& Sink(const std::string& uid) {
    Add("Sink(" + uid + ")", graph::SinkNode{.table = uid}, uid, "").state_note = "none";
    return *this;
  }
  Manifest Checkpoint() const {
    Manifest m;
    for (const graph::Node& node : graph.nodes) {
      NodeSnapshot n{.uid = node.uid, .name = node.name};
      n.family = node.family;
      n.tables = *operators::StateTablesOf(graph, node);
      n.state_rows = n.tables.empty() ? 0 : 3;
      if (std::holds_alternative<graph::SortNode>(node.spec)) n.entries = {{"rows", -2, "x"}};
      m.nodes.push_back(std::move(n));
    }
    return m;
  }

  graph::Graph graph;
};

/// What is said, as one text.
std::string Told(const RestoreFit& fit) {
  std::string out;
  const auto add = [&](const char* what, const Strings& lines) {
    for (const std::string& line : lines) out += std::string(what) + " " + line + "\n";
  };
  add("kept", fit.kept);
  add("migrated", fit.migrated);
  add("incomplete", fit.incomplete);
  add("lost", fit.lost);
  add("published", fit.published);
  add("fresh", fit.fresh);
  return out;
}

TEST(RestoreFit, TheSameScriptKeepsEverything) {
  const Script script = Script().Groups({Sum("v")}, "a").Sort("s", "sorted");
  const RestoreFit fit = FitOf(script.Checkpoint(), script.graph);
  EXPECT_EQ(Told(fit), "kept GroupAggregate(groupBy=[k], select=[SUM(v)])\nkept Sort(s)\n");
  EXPECT_EQ(fit.nodes[1].snapshot, 1);
  EXPECT_TRUE(fit.nodes[1].same_rows);
}

TEST(RestoreFit, AggregatesThatAreGoneAreDropped) {
  const Manifest old = Script().Groups({Sum("v"), Sum("w")}, "a").Checkpoint();
  const RestoreFit fit = FitOf(old, Script().Groups({Sum("w")}, "b").graph);
  EXPECT_EQ(Told(fit), "migrated GroupAggregate(groupBy=[k]): dropped SUM(v)\n");
  EXPECT_EQ(fit.nodes[1].snapshot, 1);
  EXPECT_FALSE(fit.nodes[1].same_rows);
}

TEST(RestoreFit, AnotherOrderIsNoLoss) {
  const Manifest old = Script().Groups({Sum("v"), Sum("w")}, "a").Checkpoint();
  EXPECT_EQ(Told(FitOf(old, Script().Groups({Sum("w"), Sum("v")}, "b").graph)),
            "migrated GroupAggregate(groupBy=[k]): the same in another order\n");
}

TEST(RestoreFit, NewAggregatesAndOtherTypesAreIncomplete) {
  const Manifest old = Script().Groups({Sum("v")}, "a").Checkpoint();
  EXPECT_EQ(Told(FitOf(old, Script().Groups({Sum("v"), Sum("w")}, "b").graph)),
            "incomplete GroupAggregate(groupBy=[k]): new, so it starts empty, as if every group "
            "had begun now: SUM(w)\n");
  const RestoreFit other = FitOf(old, Script().Groups({Sum("v", Type::Double())}, "b").graph);
  EXPECT_TRUE(Told(other).starts_with("incomplete GroupAggregate(groupBy=[k]): of another type"))
      << Told(other);
}

TEST(RestoreFit, AnotherFamilyIsLostAndFresh) {
  const Manifest old = Script().Groups({Sum("v")}, "a", "by k").Checkpoint();
  EXPECT_EQ(Told(FitOf(old, Script().Groups({Sum("v")}, "b", "by k where v > 1").graph)),
            "lost GroupAggregate(groupBy=[k], select=[SUM(v)])\n"
            "fresh GroupAggregate(groupBy=[k], select=[SUM(v)])\n");
}

TEST(RestoreFit, WhatCannotBeConvertedIsLostByName) {
  const Manifest old = Script().Groups({Sum("v")}, "a").Checkpoint();
  const RestoreFit fit = FitOf(old, Script().Groups({Sum("v")}, "b", "by k", true).graph);
  EXPECT_EQ(fit.nodes[1].snapshot, -1);
  EXPECT_NE(Told(fit).find("takes rows back now"), std::string::npos) << Told(fit);
}

TEST(RestoreFit, ThoseThatHaveMostInCommonBelongTogether) {
  const Manifest old =
      Script().Groups({Sum("a"), Sum("b")}, "1").Groups({Sum("c"), Sum("d")}, "2").Checkpoint();
  const RestoreFit fit =
      FitOf(old, Script().Groups({Sum("d")}, "3").Groups({Sum("b"), Sum("a")}, "4").graph);
  EXPECT_EQ(fit.nodes[1].snapshot, 2);
  EXPECT_EQ(fit.nodes[2].snapshot, 1);
}

TEST(RestoreFit, WhatMayBelongToSeveralIsLost) {
  const Manifest old =
      Script().Groups({Sum("a"), Sum("b")}, "1").Groups({Sum("a"), Sum("c")}, "2").Checkpoint();
  const RestoreFit fit = FitOf(old, Script().Groups({Sum("a")}, "3").graph);
  EXPECT_EQ(fit.nodes[1].snapshot, -1);
  ASSERT_EQ(fit.lost.size(), 2u);
  EXPECT_TRUE(fit.lost[0].ends_with(": several operators may go on with it")) << fit.lost[0];
}

TEST(RestoreFit, SortsWithoutALimitGoOnIfTheirRowsAreTheSame) {
  const Manifest old = Script().Sort("s", "rows of k, v").Checkpoint();
  EXPECT_EQ(Told(FitOf(old, Script().Sort("t", "rows of k, v").graph)), "kept Sort(t)\n");
  EXPECT_EQ(Told(FitOf(old, Script().Sort("t", "rows of k, w").graph)),
            "lost Sort(s)\nfresh Sort(t)\n");
  const Manifest two = Script().Sort("s", "rows").Sort("t", "rows").Checkpoint();
  EXPECT_EQ(Told(FitOf(two, Script().Sort("u", "rows").graph)),
            "lost Sort(s): several operators may go on with it\n"
            "lost Sort(t): several operators may go on with it\nfresh Sort(u)\n");
}

class DepartedSinks : public testing::Test {
 protected:
  DepartedSinks() : manifest_(Script().Sink("gone").Checkpoint()) {}
  NodeSnapshot& sink() { return manifest_.nodes[1]; }
  std::string Told() { return runtime::Told(FitOf(manifest_, Script().Sink("new").graph)); }

  Manifest manifest_;
};

TEST_F(DepartedSinks, WithoutOutputNobodyMissesThem) { EXPECT_EQ(Told(), ""); }

TEST_F(DepartedSinks, PendingAndOpenOutputIsPublished) {
  sink().sink.emplace();
  manifest_.pending = {{"gone", 7, 0, {"file"}}};
  EXPECT_EQ(Told(), "published Sink(gone)\n");
  EXPECT_EQ(FitOf(manifest_, Script().Sink("new").graph).departed, std::vector<int>{1});
  manifest_.pending.clear();
  sink().entries = {{SinkCoordinator::kWriterState, -2, "open"}};
  EXPECT_EQ(Told(), "published Sink(gone)\n");
  EXPECT_EQ(runtime::Told(FitOf(manifest_, Script().Sink("gone").graph)), "kept Sink(gone)\n");
}

TEST_F(DepartedSinks, WhatAnOlderFormatDoesNotDescribeIsLost) {
  manifest_.pending = {{"gone", 7, 0, {"file"}}};
  EXPECT_EQ(Told(), "lost Sink(gone): output that is complete, but not published yet\n");
}

TEST_F(DepartedSinks, PartitionsThatWaitAreLostUnlessTheInputHasEnded) {
  sink().sink.emplace();
  sink().entries = {{SinkCoordinator::kCommitterState, -2, "p=1"}};
  EXPECT_EQ(Told(), "lost Sink(gone)\n");
  manifest_.pending = {{"gone", 7, 0, {"file"}}};
  EXPECT_EQ(Told(),
            "lost Sink(gone): which partitions are not marked complete yet\n"
            "published Sink(gone)\n");
  manifest_.final = true;
  EXPECT_EQ(Told(), "published Sink(gone)\n");
}

}  // namespace
}  // namespace thalweg::runtime
