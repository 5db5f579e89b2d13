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
  EXPECT_TRUE(watched.IsFree());
  holder->Hold();
  ASSERT_TRUE(FileSystem::Posix()->RemoveFile(dir / "request").ok());
  EXPECT_FALSE(watched.IsFree());
  holder.reset();
  EXPECT_TRUE(watched.IsFree());
}

TEST(HeldFileTest, OfWhatIsNotThereNothingIsKnown) {
  HeldFile file("/nowhere/request");
  file.Hold();
  EXPECT_FALSE(file.IsFree());
}

}  // namespace
}  // namespace thalweg
