// Snapshots of 1 GB of keyed state (10 M rows of 104 bytes): what a delta of 10 % dirty rows costs,
// how long a step waits for it, how fast a base is written and restored, and what tracking costs a
// lookup. Argument of the first two: millions of rows.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "data/hash.h"
#include "state/keyed_table.h"
#include "state/state_memory.h"
#include "state/state_store.h"

namespace thalweg::state {
namespace {

constexpr int32_t kRows = 4096;
constexpr int64_t kBudget = 256 << 10;

// The thread's own time: on a busy machine the wall clock measures the others.
double NowMs() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

struct Keyed {
  explicit Keyed(int32_t value_bytes) : pool("bench", nullptr), memory(&pool), store("bench") {
    KeyedTableOptions options;
    options.key_types = {data::Type::Bigint()};
    options.value_bytes = value_bytes;
    options.groups = {0, 128};
    options.max_parallelism = 128;
    table = std::make_unique<KeyedTable>(options, &memory);
    column = data::Column::Make(data::Type::Bigint(), kRows);
    hashes.resize(kRows);
    rows.resize(kRows);
  }
  // A batch of random keys below `distinct`; or of the keys from `first` on.
  void Draw(int64_t distinct) {
    auto* keys = column->mutable_values<int64_t>();
    for (int32_t i = 0; i < kRows; ++i) {
      seed ^= seed << 13;
      seed ^= seed >> 7;
      seed ^= seed << 17;
      keys[i] = static_cast<int64_t>(seed % static_cast<uint64_t>(distinct));
    }
  }
  void Count(int64_t first) {
    for (int32_t i = 0; i < kRows; ++i) column->mutable_values<int64_t>()[i] = first + i;
  }
  void Step() {
    hashes.assign(kRows, data::kEmptyRowHash);
    const data::Column* c = column.get();
    data::HashColumn(*c, data::Rows::All(kRows), hashes.data());
    table->FindOrInsert(std::span(&c, 1), data::Rows::All(kRows), hashes.data(), rows.data());
    for (uint8_t* row : rows) ++*reinterpret_cast<int64_t*>(table->ValuesOf(row));
  }

  MemoryPool pool;
  StateMemory memory;
  std::unique_ptr<KeyedTable> table;
  StateStore store;
  std::shared_ptr<data::Column> column;
  std::vector<uint64_t> hashes;
  std::vector<uint8_t*> rows;
  uint64_t seed = 42;
};

std::unique_ptr<Keyed> Filled(int64_t rows) {
  auto k = std::make_unique<Keyed>(64);
  (void)k->store.AddTable("keys", k->table.get());
  (void)k->store.FinishOpen();
  for (int64_t i = 0; i < rows; i += kRows) {
    k->Count(i);
    k->Step();
  }
  return k;
}

void WriteAll(StateStore* store, std::string* out) {
  store->BeginSnapshot(false);
  for (bool done = false; !done;) (void)store->ContinueSnapshot(kBudget, out, &done);
  store->FinishSnapshot();
}

// A tenth of the rows is dirty; between two pieces of the delta a batch of random keys is added, as
// a worker does it. pause: the longest single call; step: the longest batch while it is written.
void BM_DeltaOfATenth(benchmark::State& state) {
  const int64_t rows = state.range(0) * 1'000'000;
  auto k = Filled(rows);
  std::string out;
  WriteAll(&k->store, &out);
  std::vector<double> pauses;
  double begin_ms = 0;
  double write_ms = 0;
  double step_ms = 0;
  double bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    for (int64_t n = 0; n < rows / 10; n += kRows) {
      k->Draw(rows);
      k->Step();
    }
    state.ResumeTiming();
    auto start = NowMs();
    k->store.BeginSnapshot(false);
    begin_ms = std::max(begin_ms, (NowMs() - start));
    for (bool done = false; !done;) {
      out.clear();
      start = NowMs();
      (void)k->store.ContinueSnapshot(kBudget, &out, &done);
      pauses.push_back((NowMs() - start));
      write_ms += pauses.back();
      bytes += static_cast<double>(out.size());
      k->Draw(rows);
      start = NowMs();
      k->Step();
      step_ms = std::max(step_ms, (NowMs() - start));
    }
    start = NowMs();
    k->store.FinishSnapshot();
    begin_ms = std::max(begin_ms, (NowMs() - start));
  }
  std::sort(pauses.begin(), pauses.end());
  state.counters["begin_ms"] = begin_ms;
  state.counters["pause_p99_ms"] = pauses[pauses.size() * 99 / 100];
  state.counters["pause_max_ms"] = pauses.back();
  state.counters["step_max_ms"] = step_ms;
  state.counters["delta_MB"] = bytes / 1e6 / static_cast<double>(state.iterations());
  state.counters["write_MB_per_s"] = bytes / 1e3 / write_ms;
}
BENCHMARK(BM_DeltaOfATenth)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond)->Iterations(3);

void BM_BaseAndRestore(benchmark::State& state) {
  const int64_t rows = state.range(0) * 1'000'000;
  std::string base;
  double base_ms = 0;
  {
    auto k = Filled(rows);
    base.reserve(static_cast<size_t>(rows) * 110);
    const auto start = NowMs();
    WriteAll(&k->store, &base);
    base_ms = (NowMs() - start);
  }
  for (auto _ : state) {
    auto k = std::make_unique<Keyed>(64);
    if (!k->store.Restore({std::make_shared<MemorySegment>("base", base)}).ok() ||
        !k->store.AddTable("keys", k->table.get()).ok() || !k->store.FinishOpen().ok()) {
      state.SkipWithError("not restored");
    }
    benchmark::DoNotOptimize(k->table->count());
    state.PauseTiming();
    k.reset();
    state.ResumeTiming();
  }
  state.counters["base_MB"] = static_cast<double>(base.size()) / 1e6;
  state.counters["base_MB_per_s"] = static_cast<double>(base.size()) / 1e3 / base_ms;
}
BENCHMARK(BM_BaseAndRestore)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond)->Iterations(3);

// A lookup and an update of random keys: without snapshots, and with one taken every 1000 batches.
void BM_Step(benchmark::State& state) {
  auto k = std::make_unique<Keyed>(8);
  (void)k->store.AddTable("keys", k->table.get());
  (void)k->store.FinishOpen();
  const bool tracked = state.range(1) != 0;
  std::string out;
  int64_t batch = 0;
  for (auto _ : state) {
    state.PauseTiming();
    k->Draw(state.range(0));
    if (tracked && batch++ % 1000 == 0) {
      WriteAll(&k->store, &out);
      out.clear();
    }
    state.ResumeTiming();
    k->Step();
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(BM_Step)->ArgsProduct({{10'000, 1'000'000}, {0, 1}});

}  // namespace
}  // namespace thalweg::state
