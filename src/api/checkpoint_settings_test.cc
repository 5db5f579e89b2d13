#include "api/checkpoint_settings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/checksum.h"
#include "base/temporary_folder_testing.h"
#include "runtime/checkpoint_storage.h"

namespace thalweg::api {
namespace {

using Kind = runtime::RestartOptions::Kind;

class CheckpointSettingsTest : public ::testing::Test {
 protected:
  void Set(std::string_view key, std::string_view value) {
    const Status s = configuration_.Set(key, value);
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  Result<runtime::CheckpointOptions> Options() {
    return CheckpointOptionsOf(configuration_, facts_);
  }
  Kind Restarts() {
    const auto options = RestartOptionsOf(configuration_, *Options());
    EXPECT_TRUE(options.ok()) << options.status().ToString();
    return options->kind;
  }

  Configuration configuration_;
  CheckpointedJobFacts facts_{.folder = "job", .state_root = "/state"};
};

TEST_F(CheckpointSettingsTest, WhichJobsKeepCheckpointsByDefault) {
  EXPECT_EQ(Options()->interval_ms, 1000) << "an unbounded one";
  EXPECT_EQ(Options()->folder, "/state/job");
  EXPECT_EQ(Options()->retained, 2);
  EXPECT_EQ(Options()->tolerable_failures, -1);
  facts_.bounded = true;
  EXPECT_TRUE(Options()->folder.empty()) << "a bounded one that publishes at once: none";
  facts_.commits = true;
  EXPECT_EQ(Options()->folder, "/state/job") << "one at its end";
  EXPECT_EQ(Options()->interval_ms, 0);
}

TEST_F(CheckpointSettingsTest, AsInFlink) {
  Set("compat", "flink");
  EXPECT_TRUE(Options()->folder.empty());
  Set("execution.checkpointing.interval", "3 s");
  EXPECT_EQ(Options()->interval_ms, 3000);
  EXPECT_EQ(Options()->retained, 1);
  EXPECT_EQ(Options()->tolerable_failures, 0);
  Set("execution.checkpointing.tolerable-failed-checkpoints", "4");
  EXPECT_EQ(Options()->tolerable_failures, 4);
}

TEST_F(CheckpointSettingsTest, TheFolder) {
  Set("state.checkpoints.dir", "file:///old");
  EXPECT_EQ(Options()->folder, "/old/job");
  Set("execution.checkpointing.dir", "/new");
  EXPECT_EQ(Options()->folder, "/new/job");
  Set("execution.checkpointing.dir", "s3://bucket/x");
  EXPECT_EQ(Options().status().code(), StatusCode::kNotSupported);
}

TEST_F(CheckpointSettingsTest, WithoutAFolderAnIntervalIsRefused) {
  facts_.state_root.clear();
  EXPECT_TRUE(Options()->folder.empty());
  Set("execution.checkpointing.interval", "1 s");
  const Status s = Options().status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidSql);
  EXPECT_NE(s.message().find("execution.checkpointing.dir"), std::string::npos) << s.message();
}

TEST_F(CheckpointSettingsTest, TheNewerKeyCounts) {
  Set("state.checkpoints.num-retained", "5");
  EXPECT_EQ(Options()->retained, 5);
  Set("execution.checkpointing.num-retained", "3");
  EXPECT_EQ(Options()->retained, 3);
}

TEST_F(CheckpointSettingsTest, WhichJobsStartAgain) {
  EXPECT_EQ(Restarts(), Kind::kExponentialDelay) << "with checkpoints in intervals";
  Set("restart-strategy.type", "fixed-delay");
  EXPECT_EQ(Restarts(), Kind::kFixedDelay);
  Set("restart-strategy.type", "failure-rate");
  EXPECT_EQ(Restarts(), Kind::kFailureRate);
  Set("restart-strategy.type", "none");
  EXPECT_EQ(Restarts(), Kind::kNone);
  Set("restart-strategy.type", "fixed-delay");
  facts_.state_root.clear();
  EXPECT_EQ(Restarts(), Kind::kNone) << "there is nothing to go on from";
}

class FindRestoredTest : public ::testing::Test {
 protected:
  FindRestoredTest() {
    options_.folder = temporary_.path();
    runtime::CheckpointStorage storage(options_.file_system, options_.folder);
    TW_CHECK(storage.TakeGeneration().ok(), options_.folder);
    for (const int64_t epoch : {1, 2}) {
      runtime::Manifest m;
      m.generation = 1;
      m.epoch = epoch;
      TW_CHECK(storage.Publish(m).ok(), options_.folder);
    }
  }

  Result<std::shared_ptr<const runtime::RestoredJob>> Find(std::string_view restore,
                                                           int64_t min_generation = 0,
                                                           int skip = 0) {
    return FindRestored(options_, restore, min_generation, skip,
                        [this](const std::string& text) { said_ += text; });
  }
  std::string Path(const std::string& name) const { return options_.folder + "/" + name; }

  TemporaryFolder temporary_;
  runtime::CheckpointOptions options_;
  std::string said_;
};

TEST_F(FindRestoredTest, TheNewestOneGoesOn) {
  EXPECT_EQ((*Find("latest"))->manifest.epoch, 2);
  EXPECT_TRUE((*Find("latest"))->continues);
  EXPECT_EQ((*Find("latest", 0, 1))->manifest.epoch, 1);
  EXPECT_EQ(*Find("none"), nullptr);
  EXPECT_EQ(*Find("latest", 2), nullptr) << "none of that generation";
  EXPECT_EQ((*Find("file://" + Path("chk-1-g1")))->manifest.epoch, 1);
  EXPECT_FALSE((*Find(Path("chk-2-g1")))->continues) << "a path begins a new history";
  EXPECT_EQ(Find(Path("chk-7-g1")).status().code(), StatusCode::kIo);
}

TEST_F(FindRestoredTest, ADamagedOneIsNamedAndPassedOver) {
  std::ofstream(Path("chk-2-g1")) << "damaged";
  EXPECT_EQ((*Find("latest"))->manifest.epoch, 1);
  EXPECT_NE(said_.find("chk-2-g1"), std::string::npos) << said_;
  std::ofstream(Path("chk-1-g1")) << "damaged, too";
  const Status s = Find("latest").status();
  EXPECT_EQ(s.code(), StatusCode::kBadData);
  EXPECT_NE(s.message().find("chk-1-g1"), std::string::npos) << s.message();
  EXPECT_NE(s.message().find("chk-2-g1"), std::string::npos) << s.message();
}

TEST_F(FindRestoredTest, ANewerFormatIsRefusedByNameAndNotPassedOver) {
  std::string bytes;
  std::ifstream in(Path("chk-2-g1"), std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(in), {});
  const size_t header = std::string_view("thalweg checkpoint\n").size() + 16;
  bytes[header] = 100;  // the body's first byte: its version
  const uint64_t checksum = Checksum64(std::string_view(bytes).substr(header));
  bytes.replace(header - 8, 8, reinterpret_cast<const char*>(&checksum), 8);
  std::ofstream(Path("chk-2-g1"), std::ios::binary) << bytes;
  const Status s = Find("latest").status();
  EXPECT_EQ(s.code(), StatusCode::kNotSupported);
  EXPECT_NE(s.message().find("chk-2-g1"), std::string::npos) << s.message();
  EXPECT_NE(s.message().find("newer"), std::string::npos) << s.message();
}

}  // namespace
}  // namespace thalweg::api
