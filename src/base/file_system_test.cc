#include "base/file_system.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
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

TEST_F(FileSystemTest, UncachedFilesHoldWhatWasAppended) {
  // Lengths around the pages' and the buffer's; a file that is synced on its way. /dev/shm: a file
  // system that has no other place than the cache.
  for (const std::string& folder : {dir_, "/dev/shm" + dir_}) {
    for (const size_t step : {1u, 4095u, 4096u, 100'000u, 524'288u, 700'001u}) {
      const std::string path = JoinPath(folder, "f" + std::to_string(step));
      auto file = fs_->CreateUncached(path);
      ASSERT_TRUE(file.ok()) << file.status().ToString();
      std::string expected;
      for (int i = 0; i < 7; ++i) {
        std::string bytes(step, '?');
        for (size_t k = 0; k < step; ++k) bytes[k] = static_cast<char>('a' + (k + i) % 23);
        ASSERT_TRUE((*file)->Append(bytes).ok());
        expected += bytes;
        EXPECT_EQ((*file)->size(), static_cast<int64_t>(expected.size()));
        if (i % 3 == 1) {
          ASSERT_TRUE((*file)->Sync().ok());
          EXPECT_EQ(Read(path), expected);
        }
      }
      ASSERT_TRUE((*file)->Close().ok());
      EXPECT_EQ(Read(path), expected);
      EXPECT_EQ(fs_->CreateUncached(path).status().message(), path + ": File exists");
    }
    ASSERT_TRUE(fs_->RemoveTree(folder).ok());
  }
  ASSERT_TRUE(fs_->MakeDirectories(dir_).ok());
}

TEST_F(FileSystemTest, AnUncachedFileThatCannotGrowSaysSo) {
  const std::string path = dir_ + "/f";
  auto file = fs_->CreateUncached(path);
  ASSERT_TRUE(file.ok());
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit limited{.rlim_cur = 16'384, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limited), 0);
  EXPECT_TRUE((*file)->Append(std::string(9'000, 'x')).ok());
  EXPECT_TRUE((*file)->Sync().ok());
  EXPECT_TRUE((*file)->Append(std::string(9'000, 'y')).ok());
  EXPECT_EQ((*file)->Sync().message(), path + ": File too large");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_TRUE((*file)->Close().ok());
  EXPECT_EQ(Read(path), std::string(9'000, 'x') + std::string(9'000, 'y'));
  signal(SIGXFSZ, handler);
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
