// The runner's own parts: what it reads, folds, compares, and how it survives a crash.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "runner/changelog.h"
#include "runner/json_cells.h"
#include "runner/known_failures.h"
#include "runner/shard.h"
#include "runner/stdout_capture.h"
#include "runner/test_file.h"

namespace thalweg::testing {
namespace {

Changelog Changes(std::initializer_list<std::pair<const char*, const char*>> lines) {
  Changelog out;
  for (const auto& [op, json] : lines) out.push_back(Change{op, *ParseCells(json)});
  return out;
}

TEST(JsonCells, ReadsStringsEscapesAndNull) {
  Result<Cells> cells = ParseCells(R"(["a", null,"\"\\\n\u00e4\ud83d\ude00"])");
  ASSERT_TRUE(cells.ok()) << cells.status().ToString();
  EXPECT_EQ(*cells, (Cells{"a", std::nullopt, "\"\\\n\xC3\xA4\xF0\x9F\x98\x80"}));
  EXPECT_EQ(ParseCells("[]")->size(), 0u);
  EXPECT_FALSE(ParseCells("[1]").ok());
  EXPECT_FALSE(ParseCells(R"(["a")").ok());
  EXPECT_FALSE(ParseCells(R"(["a"] x)").ok());
  EXPECT_EQ(*ParseCells(WriteCells(*cells)), *cells);
}

TEST(Changelog, PrintedLines) {
  const auto read = [](const char* line) {
    const Change c = PrintedChange(line);
    return c.op + "|" + *c.row[0];
  };
  EXPECT_EQ(read("+I[1, a> b]"), "+I|[1, a> b]");
  EXPECT_EQ(read("2> -U[1]"), "-U|[1]");
  EXPECT_EQ(read("tag> +I[1]"), "+I|tag> [1]");
  EXPECT_EQ(read("tag:2> +I[1]"), "+I|tag> [1]");
  EXPECT_EQ(read("tag2> +I[1]"), "+I|tag2> [1]");
}

TEST(Changelog, FoldsRetractStreams) {
  Changelog log = Changes({{"+I", R"(["a","1"])"},
                           {"-U", R"(["a","1"])"},
                           {"+U", R"(["a","2"])"},
                           {"+I", R"(["b","1"])"},
                           {"-D", R"(["b","1"])"}});
  EXPECT_EQ(*Fold(log, {}), (std::vector<Cells>{{"a", "2"}}));
  EXPECT_FALSE(Fold(Changes({{"-D", R"(["a"])"}}), {}).ok());
}

TEST(Changelog, FoldsUpsertStreams) {
  Changelog log = Changes({{"+I", R"(["a","1"])"},
                           {"+U", R"(["a","2"])"},
                           {"+I", R"(["b","1"])"},
                           {"-D", R"(["b",null])"}});
  EXPECT_EQ(*Fold(log, {0}), (std::vector<Cells>{{"a", "2"}}));
}

TEST(Changelog, FoldedComparisonIgnoresOrderAndHistory) {
  Comparison how;
  const Changelog a = Changes({{"+I", R"(["1"])"}, {"+I", R"(["2"])"}, {"-D", R"(["1"])"}});
  EXPECT_EQ(DiffFolded(a, Changes({{"+I", R"(["2"])"}}), how), "");
  EXPECT_NE(DiffFolded(a, Changes({{"+I", R"(["3"])"}}), how), "");
  EXPECT_NE(DiffFolded(a, Changes({{"+I", R"(["2"])"}, {"+I", R"(["2"])"}}), how), "");
  EXPECT_NE(DiffFolded(a, {}, how), "");
  how.ordered = true;
  const Changelog b = Changes({{"+I", R"(["1"])"}, {"+I", R"(["2"])"}});
  const Changelog c = Changes({{"+I", R"(["2"])"}, {"+I", R"(["1"])"}});
  EXPECT_NE(DiffFolded(b, c, how), "");
  EXPECT_EQ(DiffFolded(b, b, how), "");
}

TEST(Changelog, ExactComparisonSeesHistory) {
  Comparison how;
  const Changelog a = Changes({{"+I", R"(["k","1"])"}, {"+U", R"(["k","2"])"}});
  const Changelog b = Changes({{"+I", R"(["k","2"])"}});
  const Changelog swapped = Changes({{"+U", R"(["k","2"])"}, {"+I", R"(["k","1"])"}});
  EXPECT_EQ(DiffExact(a, a, how), "");
  EXPECT_NE(DiffExact(a, b, how), "");
  EXPECT_EQ(DiffExact(a, swapped, how), "");
  how.key = {0};
  EXPECT_EQ(DiffExact(a, a, how), "");
  EXPECT_NE(DiffExact(a, swapped, how), "");
}

TEST(Changelog, ApproximateColumns) {
  EXPECT_TRUE(SameCell("0.1", "0.10000000000000001", true));
  EXPECT_FALSE(SameCell("0.1", "0.10000000000000001", false));
  EXPECT_FALSE(SameCell("0.1", "0.1000000001", true));
  EXPECT_TRUE(SameCell("NaN", "NaN", true));
  EXPECT_FALSE(SameCell("0.1", std::nullopt, true));
  Comparison how;
  how.approx = {0};
  const Changelog a = Changes({{"+I", R"(["0.3","x"])"}, {"+I", R"(["0.3","y"])"}});
  const Changelog b = Changes({{"+I", R"(["0.30000000000000004","y"])"}, {"+I", R"(["0.3","x"])"}});
  EXPECT_EQ(DiffFolded(a, b, how), "");
  how.approx = {1};
  EXPECT_NE(DiffFolded(a, b, how), "");
}

constexpr char kFile[] = R"(# comment
flink 2.2.1
file t.csv
1,a
end

setup
CREATE TABLE t (a INT);
end

case first approx=1,2 batch folded="two inputs" key=0
SELECT 1;
SELECT 2
----
result 1 ["a INT"]
+I ["1"]
result 2 ["b INT"]
print +I[1, a]
error 2 "div\"ision"
# flink: ArithmeticException
end

setup
end
case second
SELECT 3
end
exprs batch approx from t
a + 1 => INT => ["2",null]
1 / 0 => error "zero" => # flink: / by zero
x => error
new
end
)";

TEST(TestFile, ReadsEveryKindOfBlock) {
  Result<TestFile> file = ParseTestFile("x.test", kFile);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_EQ(file->files.at("t.csv"), "1,a\n");
  ASSERT_EQ(file->cases.size(), 6u);
  const TestCase& first = file->cases[0];
  EXPECT_EQ(first.name, "first");
  EXPECT_EQ(first.line, 11);
  EXPECT_EQ(first.setup, "CREATE TABLE t (a INT);\n");
  EXPECT_EQ(first.sql, "SELECT 1;\nSELECT 2\n");
  EXPECT_TRUE(first.batch && first.folded_only && first.blessed && !first.shape);
  EXPECT_EQ(first.comparison.approx, (std::vector<int>{1, 2}));
  EXPECT_EQ(first.comparison.key, (std::vector<int>{0}));
  ASSERT_EQ(first.results.size(), 2u);
  EXPECT_EQ(first.results[0].rows.size(), 1u);
  EXPECT_EQ(first.results[1].columns, (Cells{"b INT"}));
  EXPECT_EQ(first.print[0].op, "+I");
  EXPECT_EQ(first.failing_statement, 2);
  EXPECT_EQ(first.error_text, "div\"ision");
  EXPECT_FALSE(file->cases[1].blessed);
  EXPECT_EQ(file->cases[1].setup, "");
  const TestCase& sum = file->cases[2];
  EXPECT_EQ(sum.sql, "SELECT a + 1 FROM t");
  EXPECT_TRUE(sum.expression && sum.batch && sum.comparison.all_approx);
  EXPECT_EQ(sum.results[0].columns, (Cells{"INT"}));
  EXPECT_EQ(sum.results[0].rows.size(), 2u);
  EXPECT_EQ(file->cases[3].error_text, "zero");
  EXPECT_EQ(file->cases[4].failing_statement, 1);
  EXPECT_FALSE(file->cases[5].blessed);
}

// The whole corpus: every file can be read, and every expected changelog folds.
TEST(TestFile, TheCorpusIsWellFormed) {
  int cases = 0;
  for (const char* folder : {"tests/sql", "tests/functions"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".test") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream text;
      text << in.rdbuf();
      Result<TestFile> file = ParseTestFile(entry.path().string(), text.str());
      ASSERT_TRUE(file.ok()) << file.status().ToString();
      for (const TestCase& test : file->cases) {
        ++cases;
        for (const ExpectedResult& result : test.results) {
          const auto folded = Fold(result.rows, test.comparison.key);
          EXPECT_TRUE(folded.ok())
              << test.file << ":" << test.line << ": " << folded.status().message();
        }
      }
    }
  }
  EXPECT_GT(cases, 1000);
}

TEST(TestFile, NamesTheLineOfAMistake) {
  EXPECT_NE(ParseTestFile("x.test", "nonsense\nend\n").status().message().find("x.test:1"),
            std::string::npos);
  EXPECT_FALSE(ParseTestFile("x.test", "case a\nSELECT 1\n").ok());
  EXPECT_FALSE(ParseTestFile("x.test", "case a wrong\nSELECT 1\nend\n").ok());
}

TEST(KnownFailures, NeedAReason) {
  Result<KnownFailures> known =
      ParseKnownFailures("# x\n\na.test :: b || c :: no such function yet\n");
  ASSERT_TRUE(known.ok());
  EXPECT_EQ(known->at({"a.test", "b || c"}), "no such function yet");
  EXPECT_FALSE(ParseKnownFailures("a.test :: b\n").ok());
  EXPECT_FALSE(ParseKnownFailures("a.test :: b :: c\na.test :: b :: d\n").ok());
}

TEST(Shard, SurvivesCrashesAndEndlessLoops) {
  const std::vector<UnitResult> results = RunUnits(5, 1, [](int i) -> std::string {
    if (i == 1) {
      signal(SIGSEGV, SIG_DFL);  // a sanitizer's handler would make a report of it
      raise(SIGSEGV);
    }
    if (i == 2) {
      while (true) pause();
    }
    if (i == 3) return "wrong\n";
    return "";
  });
  EXPECT_TRUE(results[0].ran && results[0].message.empty());
  EXPECT_NE(results[1].message.find("Segmentation"), std::string::npos);
  EXPECT_NE(results[2].message.find("longer than 1 s"), std::string::npos);
  EXPECT_EQ(results[3].message, "wrong\n");
  EXPECT_TRUE(results[4].ran && results[4].message.empty());
}

TEST(StdoutCapture, TakesWhatWasWritten) {
  StdoutCapture capture;
  printf("+I[1]\n");
  EXPECT_EQ(capture.Take(), "+I[1]\n");
  EXPECT_EQ(capture.Take(), "");
  printf("x");
  EXPECT_EQ(capture.Take(), "x");
}

}  // namespace
}  // namespace thalweg::testing
