// The keyed table: find-or-insert of a batch of keys and an update of one counter a row, beside
// what the same machine does with no table at all (hashing only).
//
// Argument: the number of distinct keys. In the second-level cache a core should pass 50 M keys/s;
// beyond the third, 20 M/s with prefetching.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "data/hash.h"
#include "state/keyed_table.h"
#include "state/state_memory.h"

namespace thalweg::state {
namespace {

constexpr int32_t kRows = 4096;
constexpr int kBatches = 64;

uint64_t Next(uint64_t* seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

// Batches of one BIGINT key column, uniform over `distinct` keys.
std::vector<data::ColumnPtr> Keys(int64_t distinct) {
  std::vector<data::ColumnPtr> out;
  uint64_t seed = 42;
  for (int b = 0; b < kBatches; ++b) {
    auto column = data::Column::Make(data::Type::Bigint(), kRows);
    for (int32_t i = 0; i < kRows; ++i) {
      column->mutable_values<int64_t>()[i] =
          static_cast<int64_t>(Next(&seed) % static_cast<uint64_t>(distinct));
    }
    out.push_back(std::move(column));
  }
  return out;
}

void BM_Hash(benchmark::State& state) {
  const auto keys = Keys(1 << 20);
  std::vector<uint64_t> hashes(kRows);
  size_t next = 0;
  for (auto _ : state) {
    hashes.assign(kRows, data::kEmptyRowHash);
    data::HashColumn(*keys[next++ % kBatches], data::Rows::All(kRows), hashes.data());
    benchmark::DoNotOptimize(hashes.data());
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(BM_Hash);

void BM_FindOrInsertAndCount(benchmark::State& state) {
  const auto keys = Keys(state.range(0));
  MemoryPool pool("bench", nullptr);
  StateMemory memory(&pool);
  KeyedTableOptions options;
  options.key_types = {data::Type::Bigint()};
  options.value_bytes = sizeof(int64_t);
  options.groups = {0, 128};
  options.max_parallelism = 128;
  KeyedTable table(options, &memory);
  std::vector<uint64_t> hashes(kRows);
  std::vector<uint8_t*> rows(kRows);
  size_t next = 0;
  for (auto _ : state) {
    const data::Column* column = keys[next++ % kBatches].get();
    hashes.assign(kRows, data::kEmptyRowHash);
    data::HashColumn(*column, data::Rows::All(kRows), hashes.data());
    table.FindOrInsert(std::span(&column, 1), data::Rows::All(kRows), hashes.data(), rows.data());
    for (uint8_t* row : rows) ++*reinterpret_cast<int64_t*>(table.ValuesOf(row));
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.counters["bytes_per_key"] =
      static_cast<double>(memory.used()) / static_cast<double>(table.count());
}
BENCHMARK(BM_FindOrInsertAndCount)->Arg(100)->Arg(10'000)->Arg(100'000);

}  // namespace
}  // namespace thalweg::state
