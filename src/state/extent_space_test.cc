#include "state/extent_space.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <filesystem>

namespace thalweg::state {
namespace {

constexpr size_t kExtent = 64 << 10;
constexpr size_t kRange = size_t{64} << 20;

uint8_t ByteOf(size_t extent, size_t i) { return static_cast<uint8_t>(extent * 31 + i / 7); }

void Fill(ExtentSpace* space, size_t extent) {
  uint8_t* at = space->AddressOf(extent);
  for (size_t i = 0; i < space->extent_bytes(); ++i) at[i] = ByteOf(extent, i);
}

void ExpectFilled(const ExtentSpace& space, size_t extent) {
  const uint8_t* at = space.AddressOf(extent);
  for (size_t i = 0; i < space.extent_bytes(); ++i) ASSERT_EQ(at[i], ByteOf(extent, i)) << i;
}

TEST(ExtentSpace, PagedExtentsKeepTheirBytesAndAddresses) {
  ExtentSpace space(kExtent, kRange);
  uint8_t* at = space.Allocate(40, false);
  ASSERT_NE(at, nullptr);
  const size_t first = space.ExtentOf(at);
  for (size_t e = first; e < first + 40; ++e) Fill(&space, e);
  for (size_t e = first; e < first + 40; e += 2) ASSERT_TRUE(space.PageOut(e).ok());
  for (size_t e = first; e < first + 40; ++e) {
    EXPECT_EQ(space.paged(e), (e - first) % 2 == 0);
    space.Drop(e);  // nothing to memory
    ExpectFilled(space, e);
  }
  at[5] = 99;  // back in memory, changed, dropped again
  space.Drop(first);
  EXPECT_EQ(at[5], 99);
  EXPECT_EQ(space.stats().paged_bytes, static_cast<int64_t>(20 * kExtent));
  EXPECT_EQ(space.stats().written_bytes, static_cast<int64_t>(20 * kExtent));
  space.Free(at, 40);
  EXPECT_EQ(space.stats().paged_bytes, 0);
}

TEST(ExtentSpace, WhatIsAllocatedAgainIsZeroInMemoryAndPaged) {
  ExtentSpace space(kExtent, kRange);
  for (int round = 0; round < 3; ++round) {
    uint8_t* memory = space.Allocate(3, false);
    auto paged = space.AllocatePaged(2);
    ASSERT_TRUE(paged.ok()) << paged.status().message();
    for (size_t i = 0; i < 3 * kExtent; ++i) ASSERT_EQ(memory[i], 0);
    for (size_t i = 0; i < 2 * kExtent; ++i) ASSERT_EQ((*paged)[i], 0);
    std::memset(memory, 1, 3 * kExtent);
    std::memset(*paged, 1, 2 * kExtent);
    ASSERT_TRUE(space.PageOut(space.ExtentOf(memory) + 1).ok());
    // The other way round the next time.
    space.Free(round % 2 == 0 ? memory : *paged, round % 2 == 0 ? 3 : 2);
    space.Free(round % 2 == 0 ? *paged : memory, round % 2 == 0 ? 2 : 3);
  }
  EXPECT_EQ(space.ExtentOf(space.Allocate(1, false)), 0u);  // the runs have become one
}

TEST(ExtentSpace, ARangeThatIsUsedUpGivesNull) {
  ExtentSpace space(kExtent, 4 * kExtent);
  uint8_t* at = space.Allocate(3, false);
  EXPECT_EQ(space.Allocate(2, false), nullptr);
  auto paged = space.AllocatePaged(2);
  ASSERT_TRUE(paged.ok());
  EXPECT_EQ(*paged, nullptr);
  space.Free(at, 3);
  EXPECT_NE(space.Allocate(4, false), nullptr);
}

TEST(ExtentSpace, TheWindowBoundsWhatPagedExtentsTake) {
  ExtentSpace space(kExtent, kRange);
  space.SetWindow(4 << 20);
  constexpr size_t kCount = 512;  // 32 MiB
  uint8_t* at = space.Allocate(kCount, false);
  const size_t first = space.ExtentOf(at);
  for (size_t e = first; e < first + kCount; ++e) {
    Fill(&space, e);
    ASSERT_TRUE(space.PageOut(e).ok());
  }
  space.Trim();
  int64_t most = 0;
  for (int round = 0; round < 2; ++round) {
    for (size_t e = first; e < first + kCount; ++e) {
      ExpectFilled(space, e);
      space.Touch(space.AddressOf(e));
      space.Trim();
      most = std::max(most, space.stats().resident_bytes);
    }
  }
  EXPECT_LE(most, 5 << 20);
  EXPECT_GT(space.stats().dropped_extents, 512);
  space.Free(at, kCount);
}

TEST(ExtentSpace, WhatIsTouchedStaysLongest) {
  ExtentSpace space(kExtent, kRange);
  uint8_t* at = space.Allocate(1, false);
  const size_t e = space.ExtentOf(at);
  EXPECT_FALSE(space.TakeTouch(e));
  for (int i = 0; i < 1000; ++i) space.Touch(at + i);
  int rounds = 0;
  while (space.TakeTouch(e)) ++rounds;
  EXPECT_EQ(rounds, 8);
  const int outside = 0;
  space.Touch(&outside);  // not ours: nothing
}

TEST(ExtentSpace, AFullScratchDirectoryIsNamedAndTheExtentStays) {
  ExtentSpace space(kExtent, kRange);
  uint8_t* at = space.Allocate(2, false);
  const size_t e = space.ExtentOf(at);
  Fill(&space, e);
  ASSERT_TRUE(space.PageOut(e + 1).ok());  // the file is there
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  const Status full = space.PageOut(e);
  const auto paged = space.AllocatePaged(4);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  EXPECT_EQ(full.code(), StatusCode::kIo);
  EXPECT_NE(full.message().find("scratch directory " + space.directory() + ": cannot write"),
            std::string::npos)
      << full.message();
  EXPECT_FALSE(paged.ok());
  EXPECT_FALSE(space.paged(e));
  ExpectFilled(space, e);
  ASSERT_TRUE(space.PageOut(e).ok());
  ExpectFilled(space, e);
}

TEST(ScratchFile, DirectoriesThatCannotHoldItArePassedByAndNamed) {
  EXPECT_EQ(ScratchFile::SplitDirectories(" /a, /b:/c ,,"),
            (std::vector<std::string>{"/a", "/b", "/c"}));
  const auto none = ScratchFile::Open({"/does/not/exist", "/dev/shm"});
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.status().message().find("/does/not/exist: No such file"), std::string::npos);
  if (std::filesystem::exists("/dev/shm")) {
    EXPECT_NE(none.status().message().find("/dev/shm: is itself in memory"), std::string::npos);
  }
  const std::string there = testing::TempDir();
  const auto second = ScratchFile::Open({"/does/not/exist", there});
  if (second.ok()) {  // it may be tmpfs
    EXPECT_EQ((*second)->directory(), there);
  }
}

}  // namespace
}  // namespace thalweg::state
