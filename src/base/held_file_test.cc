#include "base/held_file.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/temporary_folder_testing.h"

namespace thalweg {
namespace {

TEST(HeldFileTest, IsHeldUntilItsHolderEnds) {
  TemporaryFolder dir;
  dir.Write("request", "x");
  HeldFile watched(dir / "request");
  std::optional<HeldFile> holder(std::in_place, dir / "request");
  EXPECT_FALSE(watched.IsHeld());
  holder->Hold();
  ASSERT_TRUE(FileSystem::Posix()->RemoveFile(dir / "request").ok());
  EXPECT_TRUE(watched.IsHeld());
  holder.reset();
  EXPECT_FALSE(watched.IsHeld());
}

TEST(HeldFileTest, WhatIsNotThereIsNotHeld) {
  HeldFile file("/nowhere/request");
  file.Hold();
  EXPECT_FALSE(file.IsHeld());
}

}  // namespace
}  // namespace thalweg
