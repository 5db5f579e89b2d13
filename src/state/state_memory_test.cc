#include "state/state_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <memory>
#include <vector>

namespace thalweg::state {
namespace {

constexpr size_t kExtent = 64 << 10;
constexpr size_t kRange = size_t{256} << 20;

class Random {
 public:
  explicit Random(uint64_t seed) : x_(seed * 2 + 1) {}
  uint64_t Below(uint64_t n) {
    x_ = x_ * 6364136223846793005u + 1442695040888963407u;
    return (x_ >> 33) % n;
  }

 private:
  uint64_t x_;
};

// Blocks with known contents.
class Blocks {
 public:
  explicit Blocks(StateMemory* memory) : memory_(memory) {}
  ~Blocks() {
    for (const Block& b : blocks_) memory_->Free(b.at, b.bytes);
  }
  void Add(size_t bytes, bool zero = false, StateMemory::Use use = StateMemory::Use::kRows) {
    uint8_t* at = memory_->Allocate(bytes, zero, use);
    ASSERT_EQ(reinterpret_cast<uintptr_t>(at) % 64, 0u);
    if (zero) {
      for (size_t i = 0; i < bytes; ++i) ASSERT_EQ(at[i], 0);
    }
    blocks_.push_back({at, bytes, ++serial_});
    Fill(blocks_.back());
  }
  void Remove(size_t i) {
    Check(blocks_[i]);
    memory_->Free(blocks_[i].at, blocks_[i].bytes);
    blocks_[i] = blocks_.back();
    blocks_.pop_back();
  }
  void Rewrite(size_t i) {
    Check(blocks_[i]);
    blocks_[i].serial = ++serial_;
    Fill(blocks_[i]);
  }
  void CheckAll() const {
    for (const Block& b : blocks_) Check(b);
  }
  size_t size() const { return blocks_.size(); }

 private:
  struct Block {
    uint8_t* at;
    size_t bytes;
    uint64_t serial;
  };
  static void Fill(const Block& b) {
    for (size_t i = 0; i + 8 <= b.bytes; i += 8) {
      const uint64_t v = b.serial * 0x9E3779B97F4A7C15u + i;
      std::memcpy(b.at + i, &v, 8);
    }
  }
  static void Check(const Block& b) {
    for (size_t i = 0; i + 8 <= b.bytes; i += 8) {
      uint64_t v;
      std::memcpy(&v, b.at + i, 8);
      ASSERT_EQ(v, b.serial * 0x9E3779B97F4A7C15u + i) << b.bytes << " bytes at " << i;
    }
  }
  StateMemory* const memory_;
  std::vector<Block> blocks_;
  uint64_t serial_ = 0;
};

TEST(StateMemory, AnyBlocksKeepTheirBytesBelowALimitThatTheyOutgrow) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    MemoryPool pool("small", nullptr, 2 << 20);
    ExtentSpace space(kExtent, kRange);
    int64_t most_paged = 0;
    {
      StateMemory memory(&pool, &space);
      Blocks blocks(&memory);
      Random random(seed);
      for (int step = 0; step < 3000; ++step) {
        const uint64_t what = random.Below(10);
        // Rather more and more for a while, then less.
        if (blocks.size() < 10 || what < (step < 1500 ? 5u : 3u)) {
          const size_t bytes = size_t{8} << random.Below(15);
          blocks.Add(random.Below(3) == 0 ? bytes + random.Below(bytes) / 8 * 8 : bytes,
                     random.Below(4) == 0,
                     random.Below(5) == 0 ? StateMemory::Use::kIndex : StateMemory::Use::kRows);
        } else if (what < 8) {
          blocks.Remove(random.Below(blocks.size()));
        } else {
          blocks.Rewrite(random.Below(blocks.size()));
        }
        if (step % 10 == 0) memory.EndStep();
        ASSERT_TRUE(memory.status().ok()) << memory.status().message();
        ASSERT_LE(pool.used(), pool.limit());
        ASSERT_EQ(pool.used(), memory.used());
        most_paged = std::max(most_paged, memory.paged_bytes());
      }
      blocks.CheckAll();
    }
    EXPECT_EQ(pool.used(), 0);
    EXPECT_GT(most_paged, 4 << 20);
    EXPECT_EQ(space.stats().paged_bytes, 0);
  }
}

TEST(StateMemory, WithoutALimitInSightNothingIsPaged) {
  MemoryPool unlimited("unlimited", nullptr);
  MemoryPool large("large", nullptr, 64 << 20);
  for (MemoryPool* pool : {&unlimited, &large}) {
    ExtentSpace space(kExtent, kRange);
    StateMemory memory(pool, &space);
    Blocks blocks(&memory);
    for (int i = 0; i < 300; ++i) blocks.Add(64 << 10);
    memory.EndStep();
    EXPECT_EQ(memory.paged_bytes(), 0);
    EXPECT_FALSE(memory.watched());
    EXPECT_GE(pool->used(), 300 * (64 << 10));
  }
}

TEST(StateMemory, ABlockLargerThanTheLimitIsPagedFromTheStart) {
  MemoryPool pool("small", nullptr, 1 << 20);
  ExtentSpace space(kExtent, kRange);
  StateMemory memory(&pool, &space);
  Blocks blocks(&memory);
  blocks.Add(8 << 20, true, StateMemory::Use::kIndex);
  EXPECT_TRUE(memory.status().ok()) << memory.status().message();
  EXPECT_EQ(memory.paged_bytes(), 8 << 20);
  EXPECT_LT(pool.used(), 1 << 20);
  blocks.CheckAll();
}

TEST(StateMemory, RowsArePagedBeforeTheIndex) {
  MemoryPool pool("small", nullptr, 8 << 20);
  ExtentSpace space(kExtent, kRange);
  StateMemory memory(&pool, &space);
  Blocks rows(&memory);
  for (int i = 0; i < 80; ++i) rows.Add(64 << 10);
  uint8_t* index = memory.Allocate(4 << 20, true, StateMemory::Use::kIndex);
  for (int i = 0; i < 200; ++i) rows.Add(64 << 10);
  memory.EndStep();
  for (size_t at = 0; at < 4 << 20; at += kExtent) {
    EXPECT_FALSE(space.paged(space.ExtentOf(index + at)));
  }
  EXPECT_GT(memory.paged_bytes(), 8 << 20);
  memory.Free(index, 4 << 20);
}

TEST(StateMemory, WhatIsTouchedStaysInMemory) {
  MemoryPool pool("small", nullptr, 8 << 20);
  ExtentSpace space(kExtent, kRange);
  StateMemory memory(&pool, &space);
  std::vector<uint8_t*> blocks;
  for (int i = 0; i < 300; ++i) {
    blocks.push_back(memory.Allocate(kExtent));
    for (size_t b = 0; b < std::min<size_t>(20, blocks.size()); ++b) {
      if (memory.watched()) space.Touch(blocks[b]);
    }
  }
  for (size_t b = 0; b < 20; ++b) {
    if (space.contains(blocks[b])) {
      EXPECT_FALSE(space.paged(space.ExtentOf(blocks[b]))) << b;
    }
  }
  EXPECT_GT(memory.paged_bytes(), 8 << 20);
  for (uint8_t* block : blocks) memory.Free(block, kExtent);
}

TEST(StateMemory, WhoHoldsMuchGivesWayToWhoNeedsMore) {
  MemoryPool job("job", nullptr, 8 << 20);
  MemoryPool first_pool("first", &job);
  MemoryPool second_pool("second", &job);
  ExtentSpace space(kExtent, kRange);
  StateMemory first(&first_pool, &space);
  StateMemory second(&second_pool, &space);
  Blocks of_first(&first);
  Blocks of_second(&second);
  while (job.used() < (8 << 20) * 7 / 10) of_first.Add(kExtent);
  EXPECT_EQ(first.paged_bytes(), 0);
  const int64_t before = first_pool.used();
  for (int step = 0; step < 200; ++step) {
    for (int i = 0; i < 2; ++i) of_second.Add(kExtent);
    second.EndStep();
    first.EndStep();  // idle otherwise
    ASSERT_TRUE(second.status().ok()) << second.status().message();
    ASSERT_LE(job.used(), job.limit());
  }
  EXPECT_LT(first_pool.used(), before * 3 / 4);
  EXPECT_GT(first_pool.used(), before / 4);
  of_first.CheckAll();
  of_second.CheckAll();
}

TEST(StateMemory, EverythingIsDroppedAfterAStepWherePagingIsForced) {
  MemoryPool pool("forced", nullptr);
  ExtentSpace space(4096, kRange, /*forced=*/true);
  StateMemory memory(&pool, &space);
  Blocks blocks(&memory);
  for (size_t bytes = 8; bytes < 1 << 20; bytes = bytes * 3 / 8 * 8) blocks.Add(bytes);
  EXPECT_GT(pool.used(), 1 << 19);
  memory.EndStep();
  EXPECT_EQ(pool.used(), 0);
  blocks.CheckAll();
}

}  // namespace
}  // namespace thalweg::state
