#include "sql/planner.h"

#include <gtest/gtest.h>

#include "sql/statement_splitter.h"

namespace thalweg::sql {
namespace {

constexpr std::string_view kTables =
    "CREATE TABLE g (id INT, k STRING, r ROW<a INT, b ROW<c INT, d INT>>, ts TIMESTAMP(3), "
    "WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen', "
    "'number-of-rows'='10');"
    "CREATE TABLE plain (id INT, k STRING) WITH ('connector'='datagen', 'number-of-rows'='10');"
    "CREATE TABLE f (k STRING, n BIGINT) WITH ('connector'='filesystem', 'path'='/tmp/x', "
    "'format'='csv');"
    "CREATE TABLE p (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH "
    "('connector'='print');";

class PlannerTest : public ::testing::Test {
 protected:
  PlannerTest() : planner_(&configuration_) { EXPECT_TRUE(Run(std::string(kTables)).ok()); }

  // The outcome of the last statement.
  Result<Planned> Run(const std::string& script) {
    StatementSplitter splitter(script);
    Result<Planned> last = Planned();
    while (true) {
      auto next = splitter.Next();
      if (!next.ok()) return next.status();
      if (!*next) return last;
      last = planner_.Plan(script, **next);
      if (!last.ok()) return last;
    }
  }
  std::string Explain(const std::string& script) {
    Result<Planned> planned = Run(script);
    return planned.ok() ? planned->graph.Explain() : "error: " + planned.status().message();
  }

  Configuration configuration_;
  Planner planner_;
};

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(PlannerTest, ScansReadOnlyWhatIsNeeded) {
  EXPECT_TRUE(Contains(Explain("SELECT k FROM plain"), "fields=[k])"));
  EXPECT_TRUE(Contains(Explain("SELECT k FROM (SELECT * FROM g) WHERE id > 1"),
                       "fields=[id, k, ts]"));  // ts makes the watermark
  Result<Planned> nested = Run("SELECT r.b.d FROM g");
  ASSERT_TRUE(nested.ok()) << nested.status().ToString();
  const auto& scan = std::get<graph::ScanNode>(nested->graph.nodes[0].spec);
  EXPECT_EQ(scan.columns[0].type.ToSummary(), "ROW<`b` ROW<`d` INT>>");
}

TEST_F(PlannerTest, FiltersReachScansWithoutWatermark) {
  EXPECT_TRUE(Contains(Explain("SELECT k FROM plain WHERE id > 1"), "filter=[(id > 1)]"));
  EXPECT_FALSE(Contains(Explain("SELECT k FROM g WHERE id > 1"), "filter="));
}

TEST_F(PlannerTest, AnEqualityInTheFilterIsKnownAboveIt) {
  std::string text = Explain(
      "SELECT id, CASE id WHEN 1 THEN k WHEN 2 THEN UPPER(k) END, id * 2 "
      "FROM plain WHERE id = 2 AND id + 1 < 5");
  EXPECT_TRUE(Contains(text, "select=[id, UPPER(k) AS ")) << text;
  EXPECT_TRUE(Contains(text, ", 4 AS ")) << text;
  EXPECT_TRUE(Contains(text, "where=[(id = 2)]")) << text;
  // Nothing is known of a disjunction, and equal doubles may differ.
  text = Explain(
      "SELECT id + 1, CAST(id AS DOUBLE) + 1 FROM plain "
      "WHERE id = 2 OR CAST(id AS DOUBLE) = 0");
  EXPECT_TRUE(Contains(text, "(id + 1)")) << text;
}

TEST_F(PlannerTest, UpdatesIntoAnAppendOnlySinkAreRefused) {
  std::string text = Explain("INSERT INTO f SELECT k, COUNT(*) FROM plain GROUP BY k");
  EXPECT_TRUE(Contains(text,
                       "Table sink 'default_catalog.default_database.f' doesn't support consuming "
                       "update changes which is produced by node GroupAggregate(groupBy=[k]"))
      << text;
  EXPECT_FALSE(Contains(Explain("SET 'execution.runtime-mode'='batch'; INSERT INTO f SELECT k, "
                                "COUNT(*) FROM plain GROUP BY k"),
                        "error"));
}

TEST_F(PlannerTest, MaterializesWhenTheKeyIsAnother) {
  Result<Planned> same = Run("INSERT INTO p SELECT k, COUNT(*) FROM plain GROUP BY k");
  ASSERT_TRUE(same.ok()) << same.status().ToString();
  EXPECT_FALSE(std::get<graph::SinkNode>(same->graph.nodes.back().spec).upsert_materialize);
  Result<Planned> other = Run("INSERT INTO p SELECT UPPER(k), COUNT(*) FROM plain GROUP BY k");
  ASSERT_TRUE(other.ok()) << other.status().ToString();
  EXPECT_TRUE(std::get<graph::SinkNode>(other->graph.nodes.back().spec).upsert_materialize);
}

TEST_F(PlannerTest, WindowFunctionsMergeIntoTheirAggregate) {
  std::string merged = Explain(
      "SELECT window_start, COUNT(*) FROM TUMBLE(TABLE g, DESCRIPTOR(ts), INTERVAL '5' SECOND) "
      "WHERE id > 1 GROUP BY window_start, window_end");
  EXPECT_TRUE(Contains(merged, "WindowAggregate(window=[TUMBLE(time_col=[ts], size=[5 s])]"))
      << merged;
  EXPECT_FALSE(Contains(merged, "WindowTableFunction"));
  std::string attached = Explain(
      "SELECT window_start, MAX(window_end) FROM TUMBLE(TABLE g, DESCRIPTOR(ts), INTERVAL '5' "
      "SECOND) GROUP BY window_start, window_end");
  EXPECT_TRUE(Contains(attached, "WindowTableFunction")) << attached;
}

TEST_F(PlannerTest, AJobReadsATableOnce) {
  Result<Planned> set = Run(
      "EXECUTE STATEMENT SET BEGIN INSERT INTO p SELECT k, 1 FROM plain; INSERT INTO p SELECT k, "
      "id FROM plain; END;");
  ASSERT_TRUE(set.ok()) << set.status().ToString();
  int scans = 0;
  for (const graph::Node& node : set->graph.nodes) {
    scans += std::holds_alternative<graph::ScanNode>(node.spec);
  }
  EXPECT_EQ(scans, 1);
}

TEST_F(PlannerTest, ErrorsNameAndSuggest) {
  EXPECT_TRUE(Contains(Explain("SELECT idd FROM g"), "did you mean 'id'"));
  EXPECT_TRUE(Contains(Explain("SELECT id FROM gg"), "did you mean 'g'"));
  EXPECT_TRUE(Contains(Explain("SELECT UPER(k) FROM g"), "did you mean 'UPPER'"));
  EXPECT_TRUE(Contains(Explain("SELECT id, COUNT(*) FROM g GROUP BY k"), "not being grouped"));
  EXPECT_TRUE(Contains(Explain("SELECT id FROM g JOIN plain ON TRUE"), "JOIN is not supported"));
  EXPECT_TRUE(Contains(Explain("INSERT INTO p SELECT k FROM g"), "Different number of columns"));
  EXPECT_TRUE(Contains(Explain("SELECT * FROM TUMBLE(TABLE plain, DESCRIPTOR(id), INTERVAL '1' "
                               "DAY)"),
                       "time attribute"));
  EXPECT_TRUE(Contains(Explain("SELECT ROW_NUMBER() OVER (ORDER BY ts) FROM g"), "OVER is not"));
}

}  // namespace
}  // namespace thalweg::sql
