#include "base/file_system.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault_injecting_file_system.h"

namespace thalweg {
namespace {

class FileSystemTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/thalweg_fs_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    dir_ = name;
  }
  void TearDown() override { ASSERT_TRUE(fs_->RemoveTree(dir_).ok()); }

  std::string Read(const std::string& path) {
    auto file = fs_->OpenForRead(path);
    if (!file.ok()) return file.status().message();
    std::string text(static_cast<size_t>((*file)->size()) + 10, '?');
    auto n = (*file)->ReadAt(0, static_cast<int64_t>(text.size()),
                             reinterpret_cast<uint8_t*>(text.data()));
    if (!n.ok()) return n.status().message();
    text.resize(static_cast<size_t>(*n));
    return text;
  }

  FileSystem* const fs_ = FileSystem::Posix();
  std::string dir_;
};

TEST_F(FileSystemTest, Paths) {
  EXPECT_EQ(ParentDirectory("/a/b/c"), "/a/b");
  EXPECT_EQ(ParentDirectory("/a/b/c/"), "/a/b");
  EXPECT_EQ(ParentDirectory("/a"), "/");
  EXPECT_EQ(ParentDirectory("a"), ".");
  EXPECT_EQ(FileName("/a/b"), "b");
  EXPECT_EQ(FileName("/a/b/"), "b");
  EXPECT_EQ(FileName("b"), "b");
  EXPECT_EQ(JoinPath("/a/", "b"), "/a/b");
  EXPECT_EQ(JoinPath("/a", "b"), "/a/b");
}

TEST_F(FileSystemTest, CreateMakesParentsAndRefusesExisting) {
  const std::string path = dir_ + "/x/y/f";
  {
    auto file = fs_->Create(path);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    ASSERT_TRUE((*file)->Append("hello").ok());
    EXPECT_EQ((*file)->size(), 5);
  }
  EXPECT_EQ(Read(path), "hello");
  EXPECT_EQ(fs_->Create(path).status().message(), path + ": File exists");
}

TEST_F(FileSystemTest, AppendCutsOffAndRefusesTooShort) {
  const std::string path = dir_ + "/f";
  ASSERT_TRUE((*fs_->Create(path))->Append("0123456789").ok());
  ASSERT_TRUE((*fs_->OpenForAppend(path, 4))->Append("ab").ok());
  EXPECT_EQ(Read(path), "0123ab");
  EXPECT_EQ(fs_->OpenForAppend(path, 7).status().code(), StatusCode::kIo);
}

TEST_F(FileSystemTest, ListIsSortedAndErrorsNameThePath) {
  for (const char* name : {"b", "a", "c"}) ASSERT_TRUE(fs_->Create(dir_ + "/" + name).ok());
  ASSERT_TRUE(fs_->MakeDirectories(dir_ + "/d/e").ok());
  ASSERT_EQ(symlink("/nowhere", (dir_ + "/dangling").c_str()), 0);
  auto list = fs_->List(dir_);
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 4u);
  EXPECT_EQ((*list)[0].path, dir_ + "/a");
  EXPECT_TRUE((*list)[3].is_directory);
  EXPECT_EQ(fs_->List(dir_ + "/none").status().message(),
            dir_ + "/none: No such file or directory");
  EXPECT_EQ(fs_->OpenForRead(dir_).status().message(), dir_ + ": is a directory");
  EXPECT_FALSE((*fs_->Stat(dir_ + "/none")).has_value());
}

TEST_F(FileSystemTest, CrashForgetsUnsyncedBytes) {
  FaultInjectingFileSystem fs(fs_);
  auto file = fs.Create(dir_ + "/f");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("durable").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE((*file)->Append(" lost").ok());
  fs.Crash();
  EXPECT_EQ(Read(dir_ + "/f"), "durable");
  EXPECT_FALSE((*file)->Append("x").ok());
}

TEST_F(FileSystemTest, FailAfterCountsChangingOperations) {
  FaultInjectingFileSystem fs(fs_);
  fs.FailAfter(1);
  EXPECT_TRUE(fs.MakeDirectories(dir_ + "/d").ok());
  EXPECT_FALSE(fs.Create(dir_ + "/f").ok());
  EXPECT_TRUE(fs.List(dir_).ok());
  fs.Recover();
  EXPECT_TRUE(fs.Create(dir_ + "/f").ok());
}

}  // namespace
}  // namespace thalweg
