#include "runtime/checkpoint_storage.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace thalweg::runtime {
namespace {

class CheckpointStorageTest : public ::testing::Test {
 protected:
  CheckpointStorageTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "thalweg-storage-XXXXXX").string();
    TW_CHECK(mkdtemp(pattern.data()) != nullptr, pattern);
    folder_ = pattern;
  }
  ~CheckpointStorageTest() override { std::filesystem::remove_all(folder_); }

  /// With one state file of its own, and `named` of others.
  void Publish(CheckpointStorage* storage, int64_t generation, int64_t epoch,
               const std::string& named = "") {
    Manifest m;
    m.generation = generation;
    m.epoch = epoch;
    NodeSnapshot node;
    const std::string own = CheckpointStorage::StateFileName(generation, epoch, 0, 0);
    auto file = fs_->Create(JoinPath(folder_, own));
    ASSERT_TRUE(file.ok() && (*file)->Append("state").ok() && (*file)->Close().ok());
    node.segments.push_back({own, "", 5, epoch, true, {0, 128}});
    if (!named.empty()) node.segments.push_back({named, "", 5, 1, true, {0, 128}});
    m.nodes.push_back(node);
    ASSERT_TRUE(storage->Publish(m).ok());
  }
  bool Exists(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::path(folder_) / name);
  }

  FileSystem* const fs_ = FileSystem::Posix();
  std::string folder_;
};

TEST_F(CheckpointStorageTest, EachStartOwnsTheFolderUntilTheNextOne) {
  CheckpointStorage first(fs_, folder_), second(fs_, folder_);
  const auto one = first.TakeGeneration();
  ASSERT_TRUE(one.ok());
  EXPECT_TRUE(*first.Owns(*one));
  const auto two = second.TakeGeneration();
  ASSERT_TRUE(two.ok());
  EXPECT_GT(*two, *one);
  EXPECT_FALSE(*first.Owns(*one));
  EXPECT_TRUE(*second.Owns(*two));
}

TEST_F(CheckpointStorageTest, AHigherGenerationComesBeforeAHigherEpoch) {
  CheckpointStorage storage(fs_, folder_);
  EXPECT_TRUE(storage.List()->empty());
  ASSERT_TRUE(storage.TakeGeneration().ok());
  Publish(&storage, 1, 9);
  Publish(&storage, 1, 10);
  Publish(&storage, 2, 3);
  const auto list = storage.List();
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 3u);
  EXPECT_EQ((*list)[0].epoch, 3);
  EXPECT_EQ((*list)[1].epoch, 10);
  EXPECT_EQ((*list)[2].epoch, 9);
}

TEST_F(CheckpointStorageTest, WhatARetainedManifestNamesIsKept) {
  CheckpointStorage storage(fs_, folder_);
  ASSERT_TRUE(storage.TakeGeneration().ok());
  Publish(&storage, 1, 1);
  Publish(&storage, 1, 2);
  Publish(&storage, 1, 3, "shared/1-g1-n0-s0");
  ASSERT_TRUE(storage.RemoveOld(1, 1).ok());
  EXPECT_FALSE(Exists("chk-1-g1"));
  EXPECT_FALSE(Exists("chk-2-g1"));
  EXPECT_TRUE(Exists("chk-3-g1"));
  EXPECT_TRUE(Exists("shared/1-g1-n0-s0"));
  EXPECT_FALSE(Exists("shared/2-g1-n0-s0"));
  EXPECT_TRUE(Exists("shared/3-g1-n0-s0"));
}

TEST_F(CheckpointStorageTest, AnOldOwnerRemovesNothingOfANewOne) {
  CheckpointStorage storage(fs_, folder_);
  ASSERT_TRUE(storage.TakeGeneration().ok());
  Publish(&storage, 1, 1);
  Publish(&storage, 2, 1);
  Publish(&storage, 2, 2);
  ASSERT_TRUE(storage.RemoveOld(1, 1).ok());
  EXPECT_TRUE(Exists("chk-1-g2"));
  EXPECT_TRUE(Exists("shared/1-g2-n0-s0"));
}

TEST_F(CheckpointStorageTest, AMissingStateFileIsDamage) {
  StateSegment segment{"shared/1-g1-n0-s0", "", 5, 1, true, {0, 128}};
  const auto opened = OpenSegment(fs_, folder_, segment);
  EXPECT_EQ(opened.status().code(), StatusCode::kBadData);
  EXPECT_NE(opened.status().message().find(segment.file), std::string::npos);
}

}  // namespace
}  // namespace thalweg::runtime
