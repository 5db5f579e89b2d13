#include "base/configuration.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(ConfigurationTest, DefaultsAndValues) {
  Configuration c;
  EXPECT_EQ(c.GetDurationMs("pipeline.auto-watermark-interval"), 200);
  EXPECT_TRUE(c.GetBoolean("table.exec.mini-batch.enabled"));
  ASSERT_TRUE(c.Set("compat", "FLINK").ok());
  EXPECT_FALSE(c.GetBoolean("table.exec.mini-batch.enabled"));
  ASSERT_TRUE(c.Set("execution.runtime-mode", "BATCH").ok());
  EXPECT_EQ(c.GetString("execution.runtime-mode"), "batch");
  ASSERT_TRUE(c.Reset("execution.runtime-mode").ok());
  EXPECT_EQ(c.GetString("execution.runtime-mode"), "streaming");
}

TEST(ConfigurationTest, TheFourClasses) {
  Configuration c;
  EXPECT_TRUE(c.Set("taskmanager.numberOfTaskSlots", "4").ok());
  EXPECT_EQ(c.TakeNotices().size(), 1u);
  ASSERT_TRUE(c.Set("taskmanager.numberOfTaskSlots", "5").ok());
  EXPECT_TRUE(c.TakeNotices().empty());
  EXPECT_EQ(c.Set("table.exec.legacy-cast-behaviour", "enabled").code(), StatusCode::kNotSupported);
  EXPECT_TRUE(c.Set("table.exec.legacy-cast-behaviour", "disabled").ok());
  Status unknown = c.Set("paralelism.default", "4");
  EXPECT_EQ(unknown.code(), StatusCode::kInvalidSql);
  EXPECT_NE(unknown.message().find("did you mean 'parallelism.default'"), std::string::npos);
  EXPECT_FALSE(c.Set("parallelism.default", "four").ok());
  EXPECT_FALSE(c.Set("table.exec.state.ttl", "1 parsec").ok());
}

TEST(ConfigurationTest, Ranges) {
  Configuration c;
  EXPECT_TRUE(c.Set("parallelism.default", "-1").ok());
  EXPECT_TRUE(c.Set("parallelism.default", "8").ok());
  EXPECT_EQ(c.Set("parallelism.default", "0").message(),
            "'parallelism.default' must be -1 or between 1 and 1024, not 0");
  EXPECT_EQ(c.Set("execution.checkpointing.tolerable-failed-checkpoints", "-2").message(),
            "'execution.checkpointing.tolerable-failed-checkpoints' must be at least -1, not -2");
  EXPECT_FALSE(c.Set("pipeline.max-parallelism", "32769").ok());
  const std::string jitter = "restart-strategy.exponential-delay.jitter-factor";
  EXPECT_TRUE(c.Set(jitter, "0.5").ok());
  EXPECT_FALSE(c.Set(jitter, "1.5").ok());
  EXPECT_FALSE(c.Set(jitter, "half").ok());
  EXPECT_EQ(c.GetString(jitter), "0.5");
}

}  // namespace
}  // namespace thalweg
