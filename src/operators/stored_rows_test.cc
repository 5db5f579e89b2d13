#include "operators/stored_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "operators/aggregate/group_aggregate.h"
#include "operators/aggregate/stored_calls.h"
#include "operators/testing/test_context.h"
#include "state/stored_table.h"

namespace thalweg::operators {
namespace {
using data::Type;
using expr::AggregateCall;
using expr::AggregateKind;
using Strings = std::vector<std::string>;

const std::vector<Type> kTypes = {Type::String(), Type::Bigint(), Type::Double()};

AggregateCall Call(std::string name, AggregateKind kind, int arg, Type result,
                   bool distinct = false) {
  AggregateCall c;
  c.name = std::move(name);
  c.kind = kind;
  if (arg >= 0) {
    c.args = {arg};
    c.arg_types = {kTypes[static_cast<size_t>(arg)]};
  }
  c.result = std::move(result);
  c.distinct = distinct;
  return c;
}

// A GROUP BY and its snapshot.
class Stored {
 public:
  Stored(std::vector<AggregateCall> calls, bool retracts, const Strings& rows)
      : pool_("test", nullptr) {
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
    auto op = MakeGroupAggregateOperator(graph_, graph_.nodes[1]);
    EXPECT_TRUE((*op)->Open(&context_, {}).ok());
    EXPECT_TRUE((*op)->OnBatch(0, MakeBatch(kTypes, rows)).ok());
    for (const std::string& change : context_.Take()) {
      if (!change.starts_with("-")) changes_.insert("+I" + change.substr(2));
    }
    context_.TakeSnapshot(&snapshots_);
    tables_ = context_.state()->Schemas();
  }
  const std::multiset<std::string>& results() const { return changes_; }
  const std::vector<state::TableSchema>& tables() const { return tables_; }

  /// Rows of these columns of a table.
  std::multiset<std::string> Read(size_t table, const Strings& columns) {
    auto rows = StoredRows::Make(tables_[table], &pool_);
    EXPECT_TRUE(rows.ok()) << rows.status().message();
    auto stored = state::StoredTable::Open(
        {std::make_shared<state::MemorySegment>("snapshot", snapshots_[0])}, tables_[table]);
    EXPECT_TRUE(stored.ok()) << stored.status().message();
    state::StoredRowReader reader(*stored, {0, 128});
    std::multiset<std::string> out;
    for (;;) {
      state::StoredRowBatch batch((*stored)->schema(), &pool_);
      int group = 0;
      const auto any = reader.Next(10, &group, &batch);
      EXPECT_TRUE(any.ok()) << any.status().message();
      if (!any.ok() || !*any) return out;
      data::Batch result;
      result.size = batch.size();
      for (const std::string& name : columns) {
        const int at = (*rows)->Find(name);
        EXPECT_GE(at, 0) << name;
        auto column = (*rows)->Column(at, batch.rows(), batch.size(), group);
        EXPECT_TRUE(column.ok()) << column.status().message();
        result.columns.push_back(*column);
      }
      for (const std::string& row : TestContext::RowsOf(result)) out.insert(row);
    }
  }
  Result<std::unique_ptr<StoredRows>> Rows(const state::TableSchema& schema) {
    return StoredRows::Make(schema, &pool_);
  }

 private:
  MemoryPool pool_;
  graph::Graph graph_;
  TestContext context_;
  std::multiset<std::string> changes_;
  Strings snapshots_;
  std::vector<state::TableSchema> tables_;
};

const Strings kRows = {"+I a 1 0.5",
                       "+I b - -",
                       "+I a 3 2.5",
                       "+I aLongerKeyThanInline 7 1",
                       "+I a -2 0.25",
                       "+I aLongerKeyThanInline 7 3",
                       "+I aLongerKeyThanInline 5 -"};

std::vector<AggregateCall> Calls() {
  const Type n = Type::Bigint();
  return {Call("COUNT(*)", AggregateKind::kCountStar, -1, n),
          Call("SUM(i)", AggregateKind::kSum, 1, n),
          Call("AVG(i)", AggregateKind::kAvg, 1, n),
          Call("AVG(d)", AggregateKind::kAvg, 2, Type::Double()),
          Call("MAX(d)", AggregateKind::kMax, 2, Type::Double()),
          Call("FIRST_VALUE(i)", AggregateKind::kFirstValue, 1, n),
          Call("ARRAY_AGG(i)", AggregateKind::kArrayAgg, 1, Type::Array(n)),
          Call("STDDEV_POP(d)", AggregateKind::kStddevPop, 2, Type::Double()),
          Call("COUNT(DISTINCT i)", AggregateKind::kCount, 1, n, true)};
}

TEST(StoredRows, AggregatesAreWhatTheQueryHasSent) {
  Strings columns = {"c"};
  for (const AggregateCall& call : Calls()) columns.push_back(call.name);
  Stored stored(Calls(), false, kRows);
  ASSERT_EQ(stored.results().size(), 3u);
  EXPECT_EQ(stored.Read(0, columns), stored.results());
}

TEST(StoredRows, AliasesAndLetterCase) {
  Stored stored(Calls(), false, kRows);
  EXPECT_EQ(stored.Read(0, {"C", "sum_1", "avg_2", "avg_3"}),
            stored.Read(0, {"c", "SUM(i)", "AVG(i)", "avg(d)"}));
  auto rows = stored.Rows(stored.tables()[0]);
  ASSERT_TRUE(rows.ok());
  EXPECT_LT((*rows)->Find("sum"), 0);
}

TEST(StoredRows, ValuesOfSetsStandInTablesOfTheirOwn) {
  Stored stored({Call("COUNT(DISTINCT i)", AggregateKind::kCount, 1, Type::Bigint(), true),
                 Call("MIN(i)", AggregateKind::kMin, 1, Type::Bigint())},
                true, kRows);
  ASSERT_EQ(stored.tables().size(), 3u);
  EXPECT_EQ(
      stored.Read(0, {"c", "record_count", "COUNT(DISTINCT i)"}),
      (std::multiset<std::string>{"+I[a, 3, 3]", "+I[aLongerKeyThanInline, 3, 2]", "+I[b, 1, 0]"}));
  auto rows = stored.Rows(stored.tables()[0]);
  ASSERT_TRUE(rows.ok());
  const int min = (*rows)->Find("MIN(i)");
  ASSERT_GE(min, 0);
  EXPECT_NE((*rows)->columns()[static_cast<size_t>(min)].missing, "");
  EXPECT_EQ(stored.tables()[1].label, "values of MIN(i)");
  EXPECT_EQ(
      stored.Read(1, {"value", "occurrences"}),
      (std::multiset<std::string>{"+I[-2, 1]", "+I[1, 1]", "+I[3, 1]", "+I[5, 1]", "+I[7, 2]"}));
  EXPECT_EQ(
      stored.Read(2, {"value", "COUNT(DISTINCT i)"}),
      (std::multiset<std::string>{"+I[-2, 1]", "+I[1, 1]", "+I[3, 1]", "+I[5, 1]", "+I[7, 2]"}));
}

TEST(StoredRows, DescriptionsThatDoNotFitAreRefused) {
  Stored stored(Calls(), false, kRows);
  for (size_t n = 0; n < stored.tables()[0].definition.size(); ++n) {
    state::TableSchema cut = stored.tables()[0];
    cut.definition.resize(n);
    const auto rows = stored.Rows(cut);
    // Without its first word it is no description of aggregates, and only the keys are columns.
    if (n > kAggregatesDefinition.size()) {
      EXPECT_FALSE(rows.ok()) << n;
    }
  }
  state::TableSchema other = stored.tables()[0];
  other.fields[1].bytes = 4;
  EXPECT_FALSE(stored.Rows(other).ok());
}

}  // namespace
}  // namespace thalweg::operators
