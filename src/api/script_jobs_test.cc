#include "api/script_jobs.h"

#include <gtest/gtest.h>

#include "base/temporary_folder_testing.h"
#include "runtime/checkpoint_storage.h"

namespace thalweg::api {
namespace {

class ScriptJobsTest : public ::testing::Test {
 protected:
  // A job that has left a checkpoint: in `folder`, with these sinks.
  void Leave(const std::string& folder, const std::vector<std::string>& sinks, bool final = false) {
    runtime::CheckpointStorage storage(FileSystem::Posix(), JoinPath(root_.path(), folder));
    ASSERT_TRUE(storage.TakeGeneration().ok());
    runtime::Manifest m;
    m.generation = 1;
    m.epoch = 1;
    m.final = final;
    for (const std::string& sink : sinks) {
      m.nodes.push_back({.uid = sink, .name = "Sink(table=[" + sink + "], fields=[x])"});
    }
    ASSERT_TRUE(storage.Publish(m).ok());
  }
  // The folder of the script's only job, which writes to `sinks`.
  std::string Settle(const std::vector<std::string>& sinks, ScriptJobs::Sinks others = {}) {
    const std::string own = jobs_.NextFolder(configuration_, sinks);
    others.emplace(own, sinks);
    auto folder = jobs_.FolderToGoOnIn(
        FileSystem::Posix(), root_.path(), own, sinks, [&] { return others; },
        [this](const std::string& text) { notices_ += text; });
    return folder.ok() ? *folder : folder.status().message();
  }

  TemporaryFolder root_;
  Configuration configuration_;
  ScriptJobs jobs_{"job-1"};
  std::string notices_;
};

TEST(FolderNameTest, AnyNameIsAFolders) {
  EXPECT_EQ(FolderName("a/b.c d"), "a%2Fb.c%20d");
  EXPECT_EQ(FolderName(".hidden"), "%2Ehidden");
  const std::string length(1000, 'x');
  EXPECT_LT(FolderName(length).size(), 250u);
  EXPECT_NE(FolderName(length), FolderName(length + "y"));
}

TEST_F(ScriptJobsTest, Names) {
  EXPECT_EQ(jobs_.NextFolder(configuration_, {"a", "b"}), "job-1.insert-into_a,b");
  EXPECT_EQ(jobs_.NextFolder(configuration_, {"c"}), "job-1.insert-into_c") << "wherever it stands";
  EXPECT_EQ(jobs_.NextFolder(configuration_, {"c"}), "job-1.insert-into_c_1");
  ASSERT_TRUE(configuration_.Set("pipeline.name", "mine").ok());
  EXPECT_EQ(jobs_.NextFolder(configuration_, {"c"}), "mine");
  EXPECT_EQ(jobs_.NextFolder(configuration_, {"d"}), "mine_1");
}

TEST_F(ScriptJobsTest, AJobWithFewerSinksGoesOn) {
  Leave("job-1.insert-into_a,b", {"a", "b"});
  EXPECT_EQ(Settle({"a"}), "job-1.insert-into_a,b");
  EXPECT_EQ(Settle({"b"}), "job-1.insert-into_b") << "only one can";
}

TEST_F(ScriptJobsTest, AFolderThatHasNoCheckpointYetIsNoReasonToBeginAfresh) {
  runtime::CheckpointStorage own(FileSystem::Posix(), root_ / "job-1.insert-into_a");
  ASSERT_TRUE(own.TakeGeneration().ok());
  Leave("job-1.insert-into_a,b", {"a", "b"});
  EXPECT_EQ(Settle({"a"}), "job-1.insert-into_a,b");
}

TEST_F(ScriptJobsTest, TheOneWithMostInCommon) {
  Leave("job-1.insert-into_a,b", {"a", "b"});
  Leave("job-1.insert-into_b,c,d", {"b", "c", "d"});
  EXPECT_EQ(Settle({"b", "c"}), "job-1.insert-into_b,c,d");
  const std::string several = Settle({"b"});
  EXPECT_EQ(several, "job-1.insert-into_a,b") << "the other one is taken";
}

TEST_F(ScriptJobsTest, SeveralAreRefused) {
  Leave("job-1.insert-into_a,b", {"a", "b"});
  Leave("job-1.insert-into_b,c", {"b", "c"});
  const std::string message = Settle({"b"});
  EXPECT_NE(message.find("insert-into_a,b\n"), std::string::npos) << message;
  EXPECT_NE(message.find("insert-into_b,c\n"), std::string::npos) << message;
}

TEST_F(ScriptJobsTest, JobsThatTheScriptHasKeepTheirs) {
  Leave("job-1.insert-into_a,b", {"a", "b"});
  EXPECT_EQ(Settle({"b"}, {{"job-1.insert-into_a,b", {"a", "b"}}}), "job-1.insert-into_b");
  EXPECT_EQ(notices_, "");
}

TEST_F(ScriptJobsTest, OtherScriptsAndFinishedJobsDoNotCount) {
  Leave("job-2.insert-into_a,b", {"a", "b"});
  Leave("job-1.insert-into_b", {"b"}, /*final=*/true);
  EXPECT_EQ(Settle({"a", "b"}), "job-1.insert-into_a,b");
  EXPECT_EQ(notices_, "");
}

TEST_F(ScriptJobsTest, WhatALaterJobGoesOnWithIsNotUnused) {
  Leave("job-1.insert-into_a,b", {"a"});
  EXPECT_EQ(Settle({"b"}, {{"job-1.insert-into_a", {"a"}}}), "job-1.insert-into_b");
  EXPECT_EQ(notices_, "");
}

TEST_F(ScriptJobsTest, CheckpointsThatStayUnusedAreNamed) {
  Leave("job-1.insert-into_old", {"old"});
  EXPECT_EQ(Settle({"a"}), "job-1.insert-into_a");
  EXPECT_NE(notices_.find("job-1.insert-into_old"), std::string::npos) << notices_;
  notices_.clear();
  EXPECT_EQ(Settle({"b"}), "job-1.insert-into_b");
  EXPECT_EQ(notices_, "") << "once is enough";
}

}  // namespace
}  // namespace thalweg::api
