#include "operators/sort/sort_operators.h"

#include <gtest/gtest.h>

#include "operators/testing/test_context.h"
#include "state/row_conversion.h"

namespace thalweg::operators {
namespace {
using data::Type;
using Strings = std::vector<std::string>;

const std::vector<Type> kTypes = {Type::Bigint(), Type::String(), Type::Double()};

class SortTest : public ::testing::Test {
 protected:
  graph::SortNode node_;
  graph::ChangelogMode mode_ = graph::ChangelogMode::kInsertOnly;
  std::vector<Type> types_ = kTypes;
  std::vector<std::string> lineage_;  // of the input's columns

  std::unique_ptr<Operator> Make(TestContext* c, const OperatorState& state = {}) {
    auto g = std::make_unique<graph::Graph>();
    graph::Node source;
    for (const Type& t : types_) source.output.push_back({"c", t});
    source.mode = mode_;
    source.lineage = lineage_;
    g->nodes.push_back(source);
    graph::Node n;
    n.spec = node_;
    n.inputs.push_back({0});
    n.output = source.output;
    g->nodes.push_back(n);
    graphs_.push_back(std::move(g));
    auto op = MakeSortOperator(*graphs_.back(), graphs_.back()->nodes[1]);
    EXPECT_TRUE(op.ok()) << op.status().message();
    EXPECT_TRUE((*op)->Open(c, state).ok());
    return std::move(*op);
  }
  Strings Run(Operator* op, TestContext* c, const Strings& rows) {
    auto p = op->OnBatch(0, MakeBatch(types_, rows));
    EXPECT_TRUE(p.ok()) << p.status().message();
    return c->Take();
  }

 private:
  std::vector<std::unique_ptr<graph::Graph>> graphs_;
};

TEST_F(SortTest, OrdersByDirectionAndNullPlacement) {
  node_.keys = {{1, true, false}, {0, false, true}};
  TestContext c;
  auto op = Make(&c);
  Run(op.get(), &c, {"+I 1 b 1", "+I -5 ab 1", "+I 7 ab 1", "+I - ab 1", "+I 2 - 1", "+I 3 a 1"});
  ASSERT_TRUE(op->OnInputEnd(0).ok());
  EXPECT_EQ(c.Take(), (Strings{"+I[2, null, 1]", "+I[3, a, 1]", "+I[7, ab, 1]", "+I[-5, ab, 1]",
                               "+I[null, ab, 1]", "+I[1, b, 1]"}));
}

TEST_F(SortTest, LimitAndOffsetOverManyRowsInPieces) {
  node_.keys = {{0, true, false}};
  node_.offset = 5;
  node_.limit = 20;
  TestContext c;
  c.set_batch_rows(8);
  c.set_full_after(1);
  auto op = Make(&c);
  for (int b = 0; b < 100; ++b) {
    Strings rows;
    for (int i = 0; i < 1000; ++i) {
      rows.push_back("+I " + std::to_string((i * 7919 + b * 104729) % 100003) + " x 0");
    }
    Run(op.get(), &c, rows);
  }
  Strings all;
  for (auto p = op->OnInputEnd(0);; p = op->Produce()) {
    ASSERT_TRUE(p.ok());
    for (auto& r : c.Take()) all.push_back(r);
    if (*p == Progress::kDone) break;
  }
  ASSERT_EQ(all.size(), 20u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::stoi(a.substr(3)) < std::stoi(b.substr(3));
  }));
}

TEST_F(SortTest, MoreRowsThanMemoryComeOutAsFewDo) {
  node_.keys = {{0, true, false}, {1, false, false}};
  std::vector<Strings> batches;
  for (int b = 0; b < 60; ++b) {
    batches.emplace_back();
    for (int i = 0; i < 1000; ++i) {  // the third column tells rows with equal keys apart
      batches.back().push_back("+I " + std::to_string((i * 7919 + b * 104729) % 5003) + " text" +
                               std::to_string(i % 3) + (i % 7 == 0 ? "ThatIsLong " : " ") +
                               std::to_string(b * 1000 + i));
    }
  }
  const auto sort = [&](int64_t limit_bytes, bool barriers) {
    TestContext c;
    c.set_memory_limit(limit_bytes);
    auto op = Make(&c);
    std::vector<std::string> snapshots;
    for (size_t b = 0; b < batches.size(); ++b) {
      ScopedMemoryPool scope(c.pool());
      Run(op.get(), &c, batches[b]);
      EXPECT_LE(c.pool()->used(), limit_bytes);
      if (!barriers) continue;
      OperatorState state;
      EXPECT_TRUE(op->Snapshot(&state).ok());
      c.TakeSnapshot(&snapshots);
      if (b != 40) continue;
      c.RestoreFrom(snapshots);
      op = Make(&c, state);
    }
    ScopedMemoryPool scope(c.pool());
    auto p = op->OnInputEnd(0);
    EXPECT_TRUE(Finish(op.get(), &c, std::move(p)).ok());
    return c.Take();
  };
  const int64_t much = int64_t{1} << 30;
  for (const auto& [offset, limit] : {std::pair(0, -1), std::pair(5000, 20000), std::pair(7, 3)}) {
    node_.offset = offset;
    node_.limit = limit;
    const Strings expected = sort(much, false);
    EXPECT_EQ(expected.size(), limit < 0 ? 60000u : static_cast<size_t>(limit));
    EXPECT_EQ(sort(3 << 20, false), expected);
    EXPECT_EQ(sort(much, true), expected);
    EXPECT_EQ(sort(3 << 20, true), expected);
  }
}

TEST_F(SortTest, LimitWithoutOrderPassesTheFirstRowsOnAtOnce) {
  node_.offset = 1;
  node_.limit = 2;
  node_.final_only = false;
  TestContext c;
  auto op = Make(&c);
  EXPECT_EQ(Run(op.get(), &c, {"+I 1 a 0", "+I 2 b 0"}), Strings{"+I[2, b, 0]"});
  OperatorState saved;
  ASSERT_TRUE(op->Snapshot(&saved).ok());
  // The other subtasks, which get no rows, have state, too; it must not take this one's place.
  TestContext idle(1, 2);
  ASSERT_TRUE(Make(&idle)->Snapshot(&saved).ok());
  auto again = Make(&c, saved);
  EXPECT_EQ(Run(again.get(), &c, {"+I 3 c 0", "+I 4 d 0"}), Strings{"+I[3, c, 0]"});
}

TEST_F(SortTest, ChangingTopRowsWithRetractions) {
  node_.keys = {{0, false, false}};
  node_.limit = 2;
  node_.final_only = false;
  mode_ = graph::ChangelogMode::kRetract;
  TestContext c;
  auto op = Make(&c);
  EXPECT_EQ(Run(op.get(), &c, {"+I 5 a 0", "+I 7 b 0", "+I 6 c 0"}),
            (Strings{"+I[7, b, 0]", "+I[6, c, 0]"}));
  std::vector<std::string> snapshots;
  c.TakeSnapshot(&snapshots);
  Run(op.get(), &c, {"+I 8 d 0", "-D 6 c 0"});
  EXPECT_EQ(Run(op.get(), &c, {"-D 8 d 0", "+I 6 aTextThatIsLong 0"}),
            (Strings{"-D[8, d, 0]", "+I[6, aTextThatIsLong, 0]"}));
  c.TakeSnapshot(&snapshots);
  c.RestoreFrom(snapshots);
  auto again = Make(&c);
  EXPECT_EQ(Run(again.get(), &c, {"-D 7 b 0"}), (Strings{"-D[7, b, 0]", "+I[5, a, 0]"}));
  EXPECT_EQ(Run(again.get(), &c, {"-D 6 aTextThatIsLong 0"}),
            (Strings{"-D[6, aTextThatIsLong, 0]"}));
}

TEST_F(SortTest, StoredTopRowsLoseTheColumnsThatAreNoLongerRead) {
  node_.keys = {{0, false, false}};
  node_.limit = 2;
  node_.final_only = false;
  mode_ = graph::ChangelogMode::kRetract;
  lineage_ = {"a", "b", "c"};
  TestContext c;
  auto op = Make(&c);
  Run(op.get(), &c, {"+I 5 aTextThatIsLong 0.5", "+I 7 b 0.7", "+I 6 c 0.6"});
  std::vector<std::string> snapshots;
  c.TakeSnapshot(&snapshots);
  const std::vector<state::TableSchema> wide = c.state()->Schemas();

  types_ = {Type::Bigint(), Type::Double()};
  lineage_ = {"a", "c"};
  c.RestoreFrom(snapshots, wide);
  auto again = Make(&c);
  EXPECT_EQ(Run(again.get(), &c, {"-D 7 0.7"}), (Strings{"-D[7, 0.7]", "+I[5, 0.5]"}));
  const std::vector<state::TableSchema> narrow = c.state()->Schemas();
  EXPECT_EQ(state::CompareSchemas(wide[0], narrow[0]).dropped, Strings{"c"});
  EXPECT_EQ(state::CompareSchemas(narrow[0], wide[0]).impossible, "its rows have no column c");
  node_.keys[0].ascending = true;
  TestContext other;
  auto sorted_otherwise = Make(&other);
  EXPECT_EQ(state::CompareSchemas(narrow[0], other.state()->Schemas()[0]).impossible,
            "its rows are sorted otherwise");
}

TEST_F(SortTest, TimeSortHoldsRowsUntilTheWatermarkAndDropsLateOnes) {
  types_ = {Type::Timestamp(3).WithTimeAttribute(data::TimeAttribute::kRowtime), Type::String()};
  node_.keys = {{0, true, false}};
  node_.final_only = false;
  TestContext c;
  auto op = Make(&c);
  EXPECT_EQ(Run(op.get(), &c, {"+I 30 a", "+I 10 b", "+I 20 c"}), Strings{});
  ASSERT_TRUE(op->OnWatermark(20).ok());
  EXPECT_EQ(c.Take(), (Strings{"+I[10, b]", "+I[20, c]", "W 20"}));
  Run(op.get(), &c, {"+I 20 late", "+I 25 d"});
  EXPECT_EQ(c.metrics()->late_rows, 1);
  OperatorState saved;
  ASSERT_TRUE(op->Snapshot(&saved).ok());
  auto again = Make(&c, saved);
  EXPECT_EQ(Run(again.get(), &c, {"+I 20 late", "+I 21 e"}), Strings{});
  EXPECT_EQ(c.metrics()->late_rows, 2) << "a restored sort knows how far it was";
  ASSERT_TRUE(again->OnWatermark(21).ok());
  EXPECT_EQ(c.Take(), (Strings{"+I[21, e]", "W 21"}));
  ASSERT_TRUE(again->OnWatermark(INT64_MAX).ok());
  EXPECT_EQ(c.Take(), (Strings{"+I[25, d]", "+I[30, a]", "W 9223372036854775807"}));
}

}  // namespace
}  // namespace thalweg::operators
