#include "sql/parser/parser.h"

#include <gtest/gtest.h>

#include "sql/parser/ast/printer.h"

namespace thalweg::sql {
namespace {

std::string Expr(std::string_view text) {
  auto expr = ParseExpression(text);
  return expr.ok() ? ast::ToString(**expr) : "error: " + expr.status().message();
}

Result<ast::StatementPtr> Parse(std::string_view text) {
  return ParseStatement(text, {0, static_cast<uint32_t>(text.size())});
}

std::string Error(std::string_view text) {
  auto statement = Parse(text);
  return statement.ok() ? "" : statement.status().message();
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(ExpressionParserTest, Precedence) {
  EXPECT_EQ(Expr("a + b * c - d"), "-(+(a, *(b, c)), d)");
  EXPECT_EQ(Expr("a OR b AND NOT c = d"), "OR(a, AND(b, NOT(=(c, d))))");
  EXPECT_EQ(Expr("a = b IS NULL"), "IS NULL(=(a, b))");
  EXPECT_EQ(Expr("a AND b AND c AND d"), "AND(a, b, c, d)");
  EXPECT_EQ(Expr("-a * +b"), "*(-(a), b)");
  EXPECT_EQ(Expr("a || b || c"), "||(||(a, b), c)");
  EXPECT_EQ(Expr("a BETWEEN 1 AND 2 AND b"), "AND(BETWEEN(a, 1, 2), b)");
  EXPECT_EQ(Expr("a NOT BETWEEN SYMMETRIC 1 AND 2"), "NOT(BETWEEN SYMMETRIC(a, 1, 2))");
  EXPECT_EQ(Expr("a NOT LIKE 'x' ESCAPE '!'"), "NOT(LIKE(a, 'x', '!'))");
  EXPECT_EQ(Expr("NOT a IN (1, 2)"), "NOT(IN(a, 1, 2))");
  EXPECT_EQ(Expr("a IS NOT DISTINCT FROM b OR c"), "OR(IS NOT DISTINCT FROM(a, b), c)");
  EXPECT_EQ(Expr("a SIMILAR TO b"), "SIMILAR TO(a, b)");
  EXPECT_EQ(Expr("x IS JSON ARRAY"), "IS JSON ARRAY(x)");
}

TEST(ExpressionParserTest, AccessAndConstructors) {
  EXPECT_EQ(Expr("a.b.c[1].d"), "ITEM(a.b.c, 1).d");
  EXPECT_EQ(Expr("ROW(1, 'x')"), "ROW(1, 'x')");
  EXPECT_EQ(Expr("(1, 2)"), "ROW(1, 2)");
  EXPECT_EQ(Expr("ARRAY[1, 2][1]"), "ITEM(ARRAY(1, 2), 1)");
  EXPECT_EQ(Expr("MAP['a', 1]['a']"), "ITEM(MAP('a', 1), 'a')");
  EXPECT_EQ(Expr("t.*"), "t.*");
  EXPECT_EQ(Expr("COUNT(*)"), "COUNT(*)");
}

TEST(ExpressionParserTest, SpecialForms) {
  EXPECT_EQ(Expr("CAST(a AS DECIMAL(10, 2))"), "CAST(a AS DECIMAL(10, 2))");
  EXPECT_EQ(Expr("TRY_CAST(a AS TIMESTAMP_LTZ(3) NOT NULL)"),
            "TRY_CAST(a AS TIMESTAMP(3) WITH LOCAL TIME ZONE NOT NULL)");
  EXPECT_EQ(Expr("EXTRACT(DAY FROM t)"), "EXTRACT(DAY, t)");
  EXPECT_EQ(Expr("FLOOR(t TO HOURS)"), "FLOOR(t, HOUR)");
  EXPECT_EQ(Expr("SUBSTRING(a FROM 2 FOR 3)"), "SUBSTRING(a, 2, 3)");
  EXPECT_EQ(Expr("TRIM(a)"), "TRIM(BOTH, ' ', a)");
  EXPECT_EQ(Expr("TRIM(LEADING 'x' FROM a)"), "TRIM(LEADING, 'x', a)");
  EXPECT_EQ(Expr("TRIM(BOTH FROM a)"), "TRIM(BOTH, ' ', a)");
  EXPECT_EQ(Expr("POSITION('a' IN b)"), "POSITION('a', b)");
  EXPECT_EQ(Expr("OVERLAY(a PLACING b FROM 1 FOR 2)"), "OVERLAY(a, b, 1, 2)");
  EXPECT_EQ(Expr("TIMESTAMPDIFF(MINUTE, a, b)"), "TIMESTAMPDIFF(MINUTE, a, b)");
  EXPECT_EQ(Expr("CASE a WHEN 1 THEN 2 ELSE 3 END"), "CASE(a, 1, 2, 3)");
  EXPECT_EQ(Expr("INTERVAL '1 2' DAY TO HOUR"), "INTERVAL '1 2' DAY TO HOUR");
  EXPECT_EQ(Expr("INTERVAL -'5' MINUTES"), "INTERVAL -'5' MINUTE");
  EXPECT_EQ(Expr("DATE '2020-01-01'"), "DATE '2020-01-01'");
  EXPECT_EQ(Expr("SUM(DISTINCT a) FILTER (WHERE b > 0)"), "SUM(DISTINCT a) FILTER(>(b, 0))");
  EXPECT_EQ(Expr("CURRENT_DATE"), "CURRENT_DATE()");
  EXPECT_EQ(Expr("LEFT(a, 2)"), "LEFT(a, 2)");
  EXPECT_EQ(Expr("JSON_VALUE(a, '$.b' RETURNING INT NULL ON ERROR)"), "JSON_VALUE(a, '$.b')");
  EXPECT_EQ(Expr("ROW_NUMBER() OVER (PARTITION BY a ORDER BY b DESC)"), "ROW_NUMBER() OVER");
  EXPECT_EQ(Expr("'a'\n'b'"), "'ab'");
}

TEST(ExpressionParserTest, Errors) {
  EXPECT_TRUE(Contains(Expr("1 +"), "expected an expression, found the end of the statement"));
  EXPECT_TRUE(Contains(Expr("a IS NUL"), "did you mean NULL"));
  EXPECT_TRUE(Contains(Expr("CAST(a AS INTT)"), "did you mean INT?"));
  EXPECT_TRUE(Contains(Expr("CAST(a AS VARCHAR(99999999999))"), "between 0 and 2147483647"));
  EXPECT_TRUE(Contains(Expr("value + 1"), "reserved word") ||
              Contains(Expr("value + 1"), "expected an expression"));
}

TEST(ExpressionParserTest, DeepNestingIsAnError) {
  for (std::string_view open : {"(", "NOT ", "- ", "f(", "CASE WHEN ", "a[", "(SELECT ", "((",
                                "CAST(", "ARRAY[", "f((SELECT "}) {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += open;
    EXPECT_TRUE(Contains(Expr(text + "1"), "levels deep")) << open;
  }
  std::string sum = "1";
  for (int i = 0; i < 20000; ++i) sum += "+1";
  EXPECT_TRUE(Contains(Expr(sum), "chain of more than"));
  std::string any = "a = 1";
  for (int i = 0; i < 20000; ++i) any += " OR a = 1";
  EXPECT_FALSE(Contains(Expr(any), "error"));
}

TEST(StatementParserTest, AcceptsTheDialect) {
  for (std::string_view text : {
           "SELECT 1",
           "SELECT a AS b, c d, t.*, `e`.f.g FROM cat.db.t AS x (p, q) WHERE a > 1 GROUP BY a, (b, "
           "c) "
           "HAVING COUNT(*) > 1 ORDER BY a DESC NULLS LAST, b LIMIT 10 OFFSET 5 ROWS",
           "SELECT DISTINCT a FROM t FETCH FIRST 3 ROWS ONLY",
           "WITH x AS (SELECT 1), y (a) AS (SELECT * FROM x) SELECT * FROM y, x",
           "(SELECT a FROM t) UNION ALL (SELECT b FROM u) INTERSECT SELECT c FROM v",
           "SELECT * FROM ((SELECT 1) UNION (SELECT 2)) t",
           "SELECT * FROM ((SELECT 1) a JOIN (SELECT 2) b ON TRUE)",
           "VALUES (1, 'a'), ROW(2, 'b'), 3",
           "SELECT * FROM (VALUES (1, 2)) AS t (a, b)",
           "SELECT a FROM t GROUP BY GROUPING SETS ((a, b), (a), ()), CUBE (a, b), ROLLUP (c)",
           "SELECT * FROM a LEFT OUTER JOIN b ON a.x = b.x CROSS JOIN c NATURAL JOIN d JOIN e "
           "USING "
           "(z)",
           "SELECT * FROM o JOIN r FOR SYSTEM_TIME AS OF o.ts AS r ON o.c = r.c",
           "SELECT * FROM t CROSS JOIN UNNEST(t.arr) WITH ORDINALITY AS u (x, i)",
           "SELECT * FROM t, LATERAL TABLE(split(t.a)) AS s (w)",
           "SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
           "SELECT * FROM HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '1' "
           "MINUTE, SIZE => INTERVAL '5' MINUTES, `OFFSET` => INTERVAL '1' SECOND)",
           "SELECT * FROM SESSION(TABLE t PARTITION BY (a, b), DESCRIPTOR(ts), INTERVAL '1' HOUR)",
           "SELECT * FROM TABLE(TUMBLE((SELECT * FROM t), DESCRIPTOR(ts), INTERVAL '1' DAY))",
           "SELECT SUM(a) OVER w, LAG(a, 1) IGNORE NULLS OVER (PARTITION BY b ORDER BY ts ROWS "
           "BETWEEN 2 PRECEDING AND CURRENT ROW) FROM t WINDOW w AS (PARTITION BY c ORDER BY d "
           "RANGE UNBOUNDED PRECEDING) QUALIFY a = 1",
           "SELECT * FROM t /*+ OPTIONS('a'='b', 'c'='d') */ WHERE EXISTS (SELECT 1 FROM u)",
           "SELECT /*+ STATE_TTL('t'='1d'), BROADCAST(t) */ a FROM t",
           "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY ts MEASURES A.x AS x ONE ROW "
           "PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A+ B{2,3}? C) WITHIN INTERVAL '1' "
           "HOUR "
           "DEFINE A AS A.x > 1, B AS LAST(A.x, 1) < B.x) AS m",
           "SELECT LISTAGG(a, ',') WITHIN GROUP (ORDER BY b) FROM t",
           "CREATE TABLE t (a INT NOT NULL PRIMARY KEY NOT ENFORCED COMMENT 'x', b AS a + 1, c "
           "TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL, WATERMARK FOR c AS c - INTERVAL '5' "
           "SECOND, CONSTRAINT pk PRIMARY KEY (a) NOT ENFORCED) COMMENT 'y' DISTRIBUTED BY HASH(a) "
           "INTO 4 BUCKETS PARTITIONED BY (a) WITH ('connector' = 'x')",
           "CREATE TEMPORARY TABLE IF NOT EXISTS c.d.t (a ARRAY<ROW<x INT 'c', y MAP<STRING, "
           "MULTISET<BIGINT NOT NULL>>>>) WITH ()",
           "CREATE TABLE t (x INT) LIKE u (INCLUDING ALL OVERWRITING OPTIONS EXCLUDING PARTITIONS)",
           "CREATE TABLE t WITH ('connector'='print') AS SELECT * FROM u",
           "CREATE TEMPORARY VIEW v (a, b) COMMENT 'z' AS SELECT 1, 2",
           "DROP TEMPORARY TABLE IF EXISTS t",
           "ALTER TABLE t RENAME TO u",
           "ALTER TABLE t SET ('a'='b')",
           "SET 'a.b' = 'c'",
           "SET",
           "SET a.b-c = 12 s;",
           "RESET 'a'",
           "RESET",
           "USE CATALOG c",
           "USE db",
           "SHOW TABLES FROM c.d NOT LIKE '%x%'",
           "SHOW COLUMNS IN t ILIKE 'A%'",
           "SHOW CREATE TABLE t",
           "SHOW USER FUNCTIONS",
           "SHOW FULL MODULES",
           "SHOW CURRENT CATALOG",
           "SHOW PARTITIONS t PARTITION (a = 1)",
           "DESCRIBE EXTENDED t",
           "DESC FUNCTION EXTENDED LEFT",
           "EXPLAIN PLAN FOR SELECT 1",
           "EXPLAIN ESTIMATED_COST, CHANGELOG_MODE INSERT INTO t SELECT 1",
           "EXPLAIN STATEMENT SET BEGIN INSERT INTO t SELECT 1; END",
           "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO u SELECT 2; END;",
           "BEGIN STATEMENT SET",
           "END",
           "CREATE DATABASE IF NOT EXISTS d",
           "CREATE CATALOG c WITH ('type'='generic_in_memory')",
           "EXECUTE INSERT INTO t SELECT 1",
           "INSERT OVERWRITE t PARTITION (dt = '1') (a, b) SELECT 1, 2",
           "INSERT INTO t /*+ OPTIONS('x'='y') */ (a) VALUES (1), (2)",
           "INSERT INTO t (SELECT 1)",
           "INSERT INTO t SELECT 1 ON CONFLICT DO NOTHING",
           "CREATE FUNCTION f AS 'x'",
           "DELETE FROM t",
       }) {
    EXPECT_EQ(Error(text), "") << text;
  }
}

TEST(StatementParserTest, ErrorsSayWhatWasExpected) {
  EXPECT_TRUE(Contains(Error("SELEC 1"), "did you mean SELECT"));
  EXPECT_TRUE(Contains(Error("SELECT a FORM t"), "did you mean FROM instead of 'FORM'"));
  EXPECT_TRUE(Contains(Error("SELECT a FROM t WHER a > 1"), "did you mean WHERE"));
  EXPECT_TRUE(Contains(Error("SELECT a FROM"), "expected a table name, found the end"));
  EXPECT_TRUE(Contains(Error("SELECT a FROM table"), "found the end"));
  EXPECT_TRUE(Contains(Error("CREATE TABLE value (a INT)"), "in backticks"));
  EXPECT_TRUE(Contains(Error("CREATE TABLE t (a INT PRIMARY KEY)"), "NOT ENFORCED"));
  EXPECT_TRUE(Contains(Error("CREATE TABLE t (a STRNG)"), "did you mean STRING"));
  EXPECT_TRUE(Contains(Error("SELECT (1"), "expected ')'"));
  EXPECT_TRUE(Contains(Error("SELECT 1 SELECT 2"), "expected the end of the statement"));
  EXPECT_TRUE(Contains(Error("CREATE TABLE t (a INT) LIKE u (OVERWRITING ALL)"), "OVERWRITING"));
  EXPECT_TRUE(Contains(Error(""), "expected a statement"));
}

}  // namespace
}  // namespace thalweg::sql
