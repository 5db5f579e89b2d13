// State that goes on under other aggregates: what both lists have must be as if the new list had
// been there all along.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "data/hash.h"
#include "operators/aggregate/group_aggregate.h"
#include "operators/testing/test_context.h"
#include "state/row_conversion.h"

namespace thalweg::operators {
namespace {
using data::Type;
using expr::AggregateCall;
using expr::AggregateKind;
using Strings = std::vector<std::string>;

// key STRING, i BIGINT, s STRING, pass BOOLEAN, d DOUBLE
const std::vector<Type> kTypes = {Type::String(), Type::Bigint(), Type::String(), Type::Boolean(),
                                  Type::Double()};

AggregateCall Call(std::string name, AggregateKind kind, int arg, Type result,
                   bool distinct = false, int filter = -1) {
  AggregateCall c;
  c.name = std::move(name);
  c.kind = kind;
  if (arg >= 0) {
    c.args = {arg};
    c.arg_types = {kTypes[static_cast<size_t>(arg)]};
  }
  c.result = std::move(result);
  c.distinct = distinct;
  c.filter = filter;
  return c;
}

std::vector<AggregateCall> AllCalls() {
  const Type n = Type::Bigint();
  const Type s = Type::String();
  return {
      Call("COUNT(*)", AggregateKind::kCountStar, -1, n),
      Call("COUNT(i)", AggregateKind::kCount, 1, n),
      Call("SUM(i)", AggregateKind::kSum, 1, n),
      Call("SUM(i) FILTER", AggregateKind::kSum, 1, n, false, 3),
      Call("AVG(i)", AggregateKind::kAvg, 1, n),
      Call("AVG(d)", AggregateKind::kAvg, 4, Type::Double()),
      Call("MIN(i)", AggregateKind::kMin, 1, n),
      Call("MAX(i)", AggregateKind::kMax, 1, n),
      Call("MAX(s)", AggregateKind::kMax, 2, s),
      Call("FIRST_VALUE(s)", AggregateKind::kFirstValue, 2, s),
      Call("LAST_VALUE(s)", AggregateKind::kLastValue, 2, s),
      Call("LAST_VALUE(i)", AggregateKind::kLastValue, 1, n),
      Call("LISTAGG(s)", AggregateKind::kListagg, 2, s),
      Call("ARRAY_AGG(s)", AggregateKind::kArrayAgg, 2, Type::Array(s)),
      Call("COLLECT(s)", AggregateKind::kCollect, 2, Type::Multiset(s)),
      Call("VAR_POP(d)", AggregateKind::kVarPop, 4, Type::Double()),
      Call("COUNT(DISTINCT i)", AggregateKind::kCount, 1, n, true),
      Call("COUNT(DISTINCT i) FILTER", AggregateKind::kCount, 1, n, true, 3),
      Call("SUM(DISTINCT i)", AggregateKind::kSum, 1, n, true),
      Call("COUNT(DISTINCT s)", AggregateKind::kCount, 2, n, true),
      Call("LISTAGG(DISTINCT s)", AggregateKind::kListagg, 2, s, true),
  };
}

// The subtasks of one aggregation.
class Aggregation {
 public:
  Aggregation(std::vector<AggregateCall> calls, bool retracts, int parallelism)
      : parallelism_(parallelism) {
    graph::Node source;
    for (const Type& t : kTypes) source.output.push_back({"c", t});
    graph_.nodes.push_back(source);
    graph::GroupAggregateNode aggregate;
    aggregate.keys = {0};
    aggregate.aggregates = std::move(calls);
    aggregate.input_retracts = retracts;
    graph::Node node;
    node.spec = std::move(aggregate);
    node.inputs.push_back({0});
    graph_.nodes.push_back(std::move(node));
    for (int s = 0; s < parallelism; ++s) {
      contexts_.push_back(std::make_unique<TestContext>(s, parallelism));
    }
  }
  void Restore(const std::vector<Strings>& saved, const std::vector<state::TableSchema>& tables) {
    Strings all;
    for (const Strings& chain : saved) all.insert(all.end(), chain.begin(), chain.end());
    saved_ = std::move(all);
    for (auto& c : contexts_) c->RestoreFrom(saved_, tables);
  }
  Status Open() {
    for (auto& c : contexts_) {
      TW_ASSIGN_OR_RETURN(auto op, MakeGroupAggregateOperator(graph_, graph_.nodes[1]));
      TW_RETURN_IF_ERROR(op->Open(c.get(), {}));
      TW_RETURN_IF_ERROR(c->state()->FinishOpen());
      operators_.push_back(std::move(op));
    }
    return Status::OK();
  }
  // The changes, sorted.
  Strings Run(const Strings& rows) {
    std::vector<Strings> parts(static_cast<size_t>(parallelism_));
    for (const std::string& row : rows) {
      const auto batch = MakeBatch(kTypes, {row});
      uint64_t hash;
      const int key = 0;
      data::HashRows(batch, std::span(&key, 1), batch.rows(), &hash);
      parts[static_cast<size_t>(data::SubtaskOf(data::KeyGroupOf(hash, 128), parallelism_, 128))]
          .push_back(row);
    }
    Strings out;
    for (size_t s = 0; s < parts.size(); ++s) {
      if (parts[s].empty()) continue;
      const auto done = operators_[s]->OnBatch(0, MakeBatch(kTypes, parts[s]));
      EXPECT_TRUE(done.ok()) << done.status().message();
      for (std::string& row : contexts_[s]->Take()) out.push_back(std::move(row));
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  void Snapshot(std::vector<Strings>* saved) {
    saved->resize(contexts_.size());
    for (size_t s = 0; s < contexts_.size(); ++s) {
      Strings& chain = (*saved)[s];
      contexts_[s]->TakeSnapshot(&chain);
      if (contexts_[s]->state()->snapshot_is_base()) chain = {std::move(chain.back())};
    }
  }
  std::vector<state::TableSchema> Tables() const { return contexts_[0]->state()->Schemas(); }
  int64_t StoredRows() const {
    int64_t rows = 0;
    for (const auto& c : contexts_) {
      for (const auto& t : c->state()->Tables()) rows += t.rows;
    }
    return rows;
  }

 private:
  const int parallelism_;
  graph::Graph graph_;
  Strings saved_;
  std::vector<std::unique_ptr<TestContext>> contexts_;
  std::vector<std::unique_ptr<Operator>> operators_;
};

class Input {
 public:
  Input(uint64_t seed, bool retracts) : random_(seed), retracts_(retracts) {}
  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  std::mt19937_64& random() { return random_; }

  Strings Batch() {
    Strings rows;
    for (int i = 0; i < 25; ++i) {
      if (retracts_ && !live_.empty() && Below(3) == 0) {
        const size_t at = Below(live_.size());
        rows.push_back("-D " + live_[at]);
        live_.erase(live_.begin() + static_cast<int64_t>(at));
        continue;
      }
      const std::string key =
          (Below(2) == 0 ? "k" : "aKeyThatDoesNotFitInline") + std::to_string(Below(10));
      const std::string i1 = Below(6) == 0 ? "-" : std::to_string(Below(9));
      const std::string s = Below(6) == 0   ? "-"
                            : Below(2) == 0 ? "s" + std::to_string(Below(5))
                                            : "aStringInTheSlab" + std::to_string(Below(5));
      live_.push_back(key + " " + i1 + " " + s + (Below(2) == 0 ? " T " : " F ") +
                      std::to_string(Below(4)));
      rows.push_back("+I " + live_.back());
    }
    return rows;
  }
  Strings TakeAllBack() {
    Strings rows;
    for (const std::string& row : live_) rows.push_back("-D " + row);
    return rows;
  }

 private:
  std::mt19937_64 random_;
  const bool retracts_;
  Strings live_;
};

TEST(Migration, CallsThatBothListsHaveGoOnAsIfNothingHadHappened) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    const bool retracts = seed % 2 == 1;
    Input input(seed, retracts);
    std::vector<AggregateCall> before = AllCalls();
    std::shuffle(before.begin(), before.end(), input.random());
    before.resize(1 + input.Below(before.size()));
    std::vector<AggregateCall> after = before;
    std::shuffle(after.begin(), after.end(), input.random());
    after.resize(input.Below(after.size() + 1));
    // What counts rows for retractions counts them for COUNT(*), too.
    const AggregateCall star = AllCalls()[0];
    const bool has_star =
        std::any_of(after.begin(), after.end(), [&](const auto& c) { return c.name == star.name; });
    if (retracts && !has_star) after.push_back(star);

    std::string lists;
    for (const auto& c : before) lists += c.name + ", ";
    lists += "-> ";
    for (const auto& c : after) lists += c.name + ", ";
    SCOPED_TRACE(lists);
    Aggregation old(before, retracts, static_cast<int>(1 + input.Below(3)));
    ASSERT_TRUE(old.Open().ok());
    Aggregation reference(after, retracts, 1);
    ASSERT_TRUE(reference.Open().ok());
    std::vector<Strings> saved;
    for (size_t i = 0; i < 6; ++i) {
      const Strings rows = input.Batch();
      old.Run(rows);
      reference.Run(rows);
      if (i % 2 == 1) old.Snapshot(&saved);
    }
    Aggregation restored(after, retracts, static_cast<int>(1 + input.Below(3)));
    restored.Restore(saved, old.Tables());
    const Status opened = restored.Open();
    ASSERT_TRUE(opened.ok()) << opened.message();
    const state::SchemaChange change = state::CompareSchemas(old.Tables()[0], restored.Tables()[0]);
    EXPECT_EQ(change.impossible, "");
    EXPECT_FALSE(change.loses_history());
    // Snapshots of migrated state are state like any other.
    if (seed % 3 == 0) {
      std::vector<Strings> again;
      restored.Snapshot(&again);
      Aggregation next(after, retracts, static_cast<int>(1 + input.Below(3)));
      next.Restore(again, restored.Tables());
      ASSERT_TRUE(next.Open().ok());
      const Strings rows = input.Batch();
      ASSERT_EQ(next.Run(rows), reference.Run(rows));
      restored.Run(rows);
    }
    for (int i = 0; i < 4; ++i) {
      const Strings rows = input.Batch();
      ASSERT_EQ(restored.Run(rows), reference.Run(rows));
    }
    if (!retracts) continue;
    const Strings rest = input.TakeAllBack();
    EXPECT_EQ(restored.Run(rest), reference.Run(rest));
    EXPECT_EQ(restored.StoredRows(), 0);
  }
}

TEST(Migration, ANewCallBeginsNow) {
  Aggregation old({AllCalls()[2]}, false, 1);
  ASSERT_TRUE(old.Open().ok());
  old.Run({"+I k 5 s T 1"});
  std::vector<Strings> saved;
  old.Snapshot(&saved);
  Aggregation restored({AllCalls()[1], AllCalls()[2]}, false, 1);
  restored.Restore(saved, old.Tables());
  ASSERT_TRUE(restored.Open().ok());
  EXPECT_EQ(restored.Run({"+I k 2 s T 1"}), (Strings{"+U[k, 1, 7]", "-U[k, 0, 5]"}));
  const auto change = state::CompareSchemas(old.Tables()[0], restored.Tables()[0]);
  EXPECT_EQ(change.added, Strings{"COUNT(i)"});
}

TEST(Migration, WhatCannotGoOnSaysWhy) {
  Aggregation old({AllCalls()[2]}, false, 1);
  ASSERT_TRUE(old.Open().ok());
  old.Run({"+I k 5 s T 1"});
  std::vector<Strings> saved;
  old.Snapshot(&saved);
  Aggregation retracting({AllCalls()[2]}, true, 1);
  retracting.Restore(saved, old.Tables());
  const Status opened = retracting.Open();
  EXPECT_NE(opened.message().find("takes rows back"), std::string::npos) << opened.message();

  AggregateCall other = AllCalls()[2];
  other.arg_types = {Type::Int()};
  Aggregation retyped({other}, false, 1);
  ASSERT_TRUE(retyped.Open().ok());
  const auto change = state::CompareSchemas(old.Tables()[0], retyped.Tables()[0]);
  EXPECT_EQ(change.changed, Strings{"SUM(i) (it was SUM(BIGINT))"});
}

}  // namespace
}  // namespace thalweg::operators
