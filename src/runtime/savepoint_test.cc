#include "runtime/savepoint.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/fault_injecting_file_system.h"
#include "base/temporary_folder_testing.h"
#include "runtime/checkpoint_storage.h"

namespace thalweg::runtime {
namespace {

class SavepointTest : public ::testing::Test {
 protected:
  SavepointTest() {
    NodeSnapshot node;
    for (const int subtask : {0, 1}) {
      const std::string file = CheckpointStorage::StateFileName(1, 1, 0, subtask);
      const Status written = WriteDurably(FileSystem::Posix(), folder_ + "/job/" + file, "state");
      TW_CHECK(written.ok(), written.ToString());
      node.segments.push_back({file, "", 5, 1, true, {0, 128}});
    }
    manifest_.epoch = 1;
    manifest_.nodes.push_back(node);
    manifest_.pending.push_back({"sink", 1, 0, {"a"}});
  }

  TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  Manifest manifest_;
};

TEST_F(SavepointTest, NeedsNothingOutsideItsFolder) {
  const std::string to = folder_ + "/out/savepoint";
  ASSERT_TRUE(WriteSavepoint(FileSystem::Posix(), manifest_, folder_ + "/job", to).ok());
  std::filesystem::remove_all(folder_ + "/job");
  std::filesystem::rename(to, folder_ + "/moved");
  const auto read = LoadManifest(FileSystem::Posix(), folder_ + "/moved");
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_TRUE(read->pending.empty()) << "it has been published";
  for (const StateSegment& s : read->nodes[0].segments) {
    EXPECT_TRUE(OpenSegment(FileSystem::Posix(), folder_ + "/moved", s).ok()) << s.file;
  }
}

TEST_F(SavepointTest, OneThatFailsMidwayLeavesNothing) {
  int failures = 0;
  for (int k = 0;; ++k) {
    ASSERT_LT(k, 100);
    const std::string to = folder_ + "/savepoint-" + std::to_string(k);
    FaultInjectingFileSystem fs(FileSystem::Posix());
    fs.FailOnly(k);
    const Status status = WriteSavepoint(&fs, manifest_, folder_ + "/job", to);
    if (status.ok()) break;
    ++failures;
    EXPECT_FALSE(std::filesystem::exists(to)) << "failed at operation " << k;
  }
  EXPECT_GT(failures, 8) << "creations, writes, syncs and a rename can fail";
}

TEST_F(SavepointTest, AFolderThatExistsIsLeftAlone) {
  const std::string to = folder_ + "/job";
  EXPECT_FALSE(WriteSavepoint(FileSystem::Posix(), manifest_, folder_ + "/job", to).ok());
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/job/shared/1-g1-n0-s0"));
}

}  // namespace
}  // namespace thalweg::runtime
