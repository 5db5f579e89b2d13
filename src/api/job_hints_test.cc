#include "api/job_hints.h"

#include <gtest/gtest.h>

namespace thalweg::api {
namespace {

class JobHintsTest : public ::testing::Test {
 protected:
  // Everything that is said after these counts of one window operator.
  std::string Look(int64_t seconds, int64_t rows_in, int64_t watermark_ms, int64_t late_rows = 0) {
    runtime::JobStats stats;
    stats.nodes = {{.name = scan_, .rows_out = rows_in}, {.name = "WindowAggregate"}};
    stats.nodes[1].rows_in = rows_in;
    stats.nodes[1].watermark_ms = watermark_ms;
    stats.nodes[1].late_rows = late_rows;
    std::string text;
    for (const std::string& hint : hints_.Look(stats, seconds * 1000)) text += hint + "\n";
    return text;
  }
  std::string scan_ = "Scan(fields=[ts], watermark=[ts AS ts])";
  JobHints hints_;
};

TEST_F(JobHintsTest, LateRowsAreToldAtFirstAndWhenTheyGrowTenfold) {
  EXPECT_EQ(Look(1, 10, 1000), "");
  EXPECT_EQ(Look(2, 20, 2000, 1),
            "WindowAggregate: 1 late row dropped so far: they came after the watermark had closed "
            "their window\n");
  EXPECT_EQ(Look(3, 30, 3000, 9), "");
  EXPECT_NE(Look(4, 40, 4000, 10).find("10 late rows"), std::string::npos);
}

TEST_F(JobHintsTest, AWatermarkThatDoesNotComeIsToldOnce) {
  EXPECT_EQ(Look(100, 0, INT64_MIN), "") << "no rows, no surprise";
  EXPECT_EQ(Look(200, 10, INT64_MIN), "");
  EXPECT_EQ(Look(220, 20, INT64_MIN), "") << "not yet";
  EXPECT_NE(Look(230, 30, INT64_MIN).find("there has been no watermark"), std::string::npos);
  EXPECT_EQ(Look(300, 40, INT64_MIN), "");
}

TEST_F(JobHintsTest, AWatermarkThatStands) {
  EXPECT_EQ(Look(0, 10, 1000), "");
  EXPECT_EQ(Look(60, 10, 1000), "") << "nor do rows come";
  EXPECT_NE(Look(61, 11, 1000).find("for 61 s the watermark has stood at 1970-01-01 00:00:01"),
            std::string::npos);
  EXPECT_EQ(Look(62, 12, 9000), "") << "it moves";
  EXPECT_NE(Look(100, 13, 9000).find("stood at"), std::string::npos) << "and stands again";
}

TEST_F(JobHintsTest, WindowsOfTheClockWaitForNoWatermark) {
  scan_ = "Scan(fields=[p])";
  EXPECT_EQ(Look(0, 10, INT64_MIN), "");
  EXPECT_EQ(Look(100, 20, INT64_MIN), "");
}

}  // namespace
}  // namespace thalweg::api
