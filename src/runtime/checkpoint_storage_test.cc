#include "runtime/checkpoint_storage.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder_testing.h"

namespace thalweg::runtime {
namespace {

class CheckpointStorageTest : public ::testing::Test {
 protected:
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
  static void Ignore(const std::string&) {}
  /// Of the checkpoints that count.
  static std::vector<std::string> Names(const CheckpointStorage& storage) {
    std::vector<std::string> names;
    const auto list = storage.List();
    EXPECT_TRUE(list.ok()) << list.status().ToString();
    for (const CheckpointInfo& info : *list) names.emplace_back(FileName(info.path));
    return names;
  }
  bool Exists(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::path(folder_) / name);
  }

  FileSystem* const fs_ = FileSystem::Posix();
  TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
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

TEST_F(CheckpointStorageTest, WhatAStoppedOwnerPublishesAfterItsSuccessorBeganDoesNotCount) {
  CheckpointStorage zombie(fs_, folder_), second(fs_, folder_), third(fs_, folder_);
  ASSERT_EQ(*zombie.TakeGeneration(), 1);
  ASSERT_TRUE(zombie.Begin(1, "first", nullptr, Ignore).ok());
  Publish(&zombie, 1, 1);
  Publish(&zombie, 1, 2);
  ASSERT_TRUE(*zombie.Owns(1));  // and here it is stopped

  ASSERT_EQ(*second.TakeGeneration(), 2);
  const CheckpointInfo base = second.List()->front();
  ASSERT_EQ(base.epoch, 2);
  ASSERT_TRUE(second.Begin(2, "first", &base, Ignore).ok());
  Publish(&zombie, 1, 3);  // late; the second one ends before its first checkpoint
  EXPECT_FALSE(*zombie.Owns(1));

  ASSERT_EQ(*third.TakeGeneration(), 3);
  EXPECT_EQ(Names(third), (std::vector<std::string>{"chk-2-g1", "chk-1-g1"}));
  ASSERT_TRUE(third.Begin(3, "first", &base, Ignore).ok());
  EXPECT_FALSE(Exists("owner-1"));
  EXPECT_FALSE(Exists("owner-2"));
  Publish(&third, 3, 3);
  const auto cleaned = third.RemoveOld(2, 3);
  ASSERT_TRUE(cleaned.ok()) << cleaned.status().ToString();
  EXPECT_EQ(cleaned->worthless, std::vector<std::string>{JoinPath(folder_, "chk-3-g1")});
  EXPECT_FALSE(Exists("chk-3-g1"));
  EXPECT_FALSE(Exists("shared/3-g1-n0-s0"));
  EXPECT_EQ(Names(third), (std::vector<std::string>{"chk-3-g3", "chk-2-g1"}));
}

TEST_F(CheckpointStorageTest, ACheckpointThatWasPassedOverIsNeverChosenAgain) {
  CheckpointStorage first(fs_, folder_), second(fs_, folder_);
  ASSERT_TRUE(first.TakeGeneration().ok());
  ASSERT_TRUE(first.Begin(1, "a", nullptr, Ignore).ok());
  for (int epoch = 1; epoch <= 3; ++epoch) Publish(&first, 1, epoch);
  ASSERT_TRUE(second.TakeGeneration().ok());
  const CheckpointInfo base = (*second.List())[1];  // the newest one's state is damaged
  ASSERT_TRUE(second.Begin(2, "a", &base, Ignore).ok());
  EXPECT_EQ(Names(second), (std::vector<std::string>{"chk-2-g1", "chk-1-g1"}));
  Publish(&second, 2, 3);
  ASSERT_TRUE(second.RemoveOld(2, 2).ok());
  EXPECT_FALSE(Exists("chk-3-g1"));
}

TEST_F(CheckpointStorageTest, AStartThatIsOvertakenBeforeItBeganTouchesNothing) {
  CheckpointStorage slow(fs_, folder_), fast(fs_, folder_), next(fs_, folder_);
  ASSERT_TRUE(slow.TakeGeneration().ok());
  ASSERT_TRUE(fast.TakeGeneration().ok());
  ASSERT_TRUE(fast.Begin(2, "fast", nullptr, Ignore).ok());
  const auto begun = slow.Begin(1, "slow", nullptr, Ignore);
  EXPECT_EQ(begun.status().code(), StatusCode::kCancelled) << begun.status().ToString();
  // Its late record says nothing to those who follow.
  Publish(&fast, 2, 1);
  ASSERT_TRUE(next.TakeGeneration().ok());
  EXPECT_EQ(Names(next), std::vector<std::string>{"chk-1-g2"});
}

TEST_F(CheckpointStorageTest, HistoriesThatAreOverAreRemembered) {
  CheckpointStorage storage(fs_, folder_);
  ASSERT_TRUE(storage.TakeGeneration().ok());
  EXPECT_TRUE(storage.Begin(1, "a", nullptr, Ignore)->ended.empty());
  Publish(&storage, 1, 1);
  ASSERT_TRUE(storage.TakeGeneration().ok());
  EXPECT_EQ(storage.Begin(2, "b", nullptr, Ignore)->ended, std::vector<std::string>{"a"});
  EXPECT_EQ(Names(storage), std::vector<std::string>{"chk-1-g1"}) << "until it is replaced";
  ASSERT_TRUE(storage.TakeGeneration().ok());
  EXPECT_EQ(storage.Begin(3, "b", nullptr, Ignore)->ended, std::vector<std::string>{"a"});
  ASSERT_TRUE(storage.TakeGeneration().ok());
  EXPECT_EQ(storage.Begin(4, "c", nullptr, Ignore)->ended, (std::vector<std::string>{"a", "b"}));
}

TEST_F(CheckpointStorageTest, ADamagedRecordIsNamedAndEveryCheckpointCounts) {
  CheckpointStorage storage(fs_, folder_);
  ASSERT_TRUE(storage.TakeGeneration().ok());
  ASSERT_TRUE(storage.Begin(1, "a", nullptr, Ignore).ok());
  Publish(&storage, 1, 1);
  std::ofstream(std::filesystem::path(folder_) / "owner-1") << "thalweg owner 1\nlineage b\n";
  EXPECT_EQ(Names(storage), std::vector<std::string>{"chk-1-g1"});
  ASSERT_TRUE(storage.TakeGeneration().ok());
  std::string said;
  ASSERT_TRUE(storage.Begin(2, "a", nullptr, [&](const std::string& line) { said += line; }).ok());
  EXPECT_NE(said.find("owner-1: damaged"), std::string::npos) << said;
}

TEST_F(CheckpointStorageTest, ADamagedManifestAmongTheRetainedOnesIsRemovedAndNamed) {
  CheckpointStorage storage(fs_, folder_);
  ASSERT_TRUE(storage.TakeGeneration().ok());
  for (int epoch = 1; epoch <= 3; ++epoch) Publish(&storage, 1, epoch);
  std::ofstream(std::filesystem::path(folder_) / "chk-2-g1") << "damaged";
  const auto cleaned = storage.RemoveOld(2, 1);
  ASSERT_TRUE(cleaned.ok()) << cleaned.status().ToString();
  EXPECT_EQ(cleaned->worthless, std::vector<std::string>{JoinPath(folder_, "chk-2-g1")});
  EXPECT_EQ(Names(storage), (std::vector<std::string>{"chk-3-g1", "chk-1-g1"}));
}

TEST_F(CheckpointStorageTest, WhatACrashLeftOfAWriteIsRemoved) {
  CheckpointStorage storage(fs_, folder_);
  ASSERT_TRUE(storage.TakeGeneration().ok());
  ASSERT_TRUE(storage.TakeGeneration().ok());
  Publish(&storage, 2, 1);
  for (const char* name : {"chk-1-g1.partial", "chk-9-g3.partial"}) {
    std::ofstream(std::filesystem::path(folder_) / name) << "cut o";
  }
  ASSERT_TRUE(storage.RemoveOld(1, 2).ok());
  EXPECT_FALSE(Exists("chk-1-g1.partial"));
  EXPECT_TRUE(Exists("chk-9-g3.partial")) << "a later owner may be writing it";
}

TEST_F(CheckpointStorageTest, AMissingStateFileIsDamage) {
  StateSegment segment{"shared/1-g1-n0-s0", "", 5, 1, true, {0, 128}};
  const auto opened = OpenSegment(fs_, folder_, segment);
  EXPECT_EQ(opened.status().code(), StatusCode::kBadData);
  EXPECT_NE(opened.status().message().find(segment.file), std::string::npos);
}

}  // namespace
}  // namespace thalweg::runtime
