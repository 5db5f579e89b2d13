// What the second core of this machine is worth at best: each thread counts a stream of keys in a
// private open-addressing table, and nothing is shared. Items per second of Threads:2 over
// Threads:1 is the speed-up that thalweg's own two workers are measured against.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

namespace {

struct Slot {
  uint64_t key;
  uint64_t count;
};

uint64_t Mix(uint64_t x) {
  x ^= x >> 32;
  x *= 0x9E3779B97F4A7C15ULL;
  return x ^ (x >> 29);
}

// Keys as in Nexmark's bids: half of them hit one hot key, the rest spread over `distinct` keys.
std::vector<uint64_t> Keys(uint64_t distinct, uint64_t seed) {
  std::vector<uint64_t> keys(1 << 16);
  for (uint64_t& key : keys) {
    seed = Mix(seed + 0x632BE59BD9B4E019ULL);
    key = 1 + (seed & 1 ? seed % distinct : 0);
  }
  return keys;
}

void BM_PrivateTables(benchmark::State& state) {
  const uint64_t distinct = state.range(0);
  const uint64_t mask = distinct * 2 - 1;
  std::vector<Slot> table(mask + 1, Slot{0, 0});
  const std::vector<uint64_t> keys = Keys(distinct, state.thread_index() + 1);
  for (auto _ : state) {
    for (uint64_t key : keys) {
      uint64_t at = Mix(key) & mask;
      while (table[at].key != key && table[at].key != 0) at = (at + 1) & mask;
      table[at].key = key;
      ++table[at].count;
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(keys.size()));
}
// In the second-level cache, and far beyond the third.
BENCHMARK(BM_PrivateTables)->Arg(1 << 14)->Arg(1 << 23)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
