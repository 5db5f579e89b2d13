// The exchange: a batch of two BIGINT columns is split by key group, copied once, and taken out of
// the channels again, all on one thread: what an exchange costs in work, waiting left out. Beside
// it the same copy without partitioning.
//
// Argument: the number of consumers.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/exchange/channel.h"
#include "runtime/exchange/output.h"

namespace thalweg::runtime {
namespace {

constexpr int32_t kRows = 4096;

data::Batch MakeBatch() {
  data::Batch batch;
  batch.size = kRows;
  for (int c = 0; c < 2; ++c) {
    auto column = data::Column::Make(data::Type::Bigint(), kRows);
    for (int32_t i = 0; i < kRows; ++i)
      column->mutable_values<int64_t>()[i] = static_cast<int64_t>(i) * 2654435761 % 1000003;
    batch.columns.push_back(std::move(column));
  }
  return batch;
}

void BM_HashExchange(benchmark::State& state) {
  const data::Batch batch = MakeBatch();
  std::vector<std::unique_ptr<Channel>> channels;
  std::vector<Channel*> targets;
  for (int64_t i = 0; i < state.range(0); ++i) {
    channels.push_back(std::make_unique<Channel>(64, int64_t{64} << 20, nullptr, nullptr));
    targets.push_back(channels.back().get());
  }
  Output output(graph::Distribution::kHash, {0}, targets, 128);
  int64_t rows = 0;
  for (auto _ : state) {
    output.Send(data::Element::OfBatch(batch));
    for (Channel* channel : targets) {
      while (data::Element* element = channel->Front()) {
        rows += element->batch.num_rows();
        channel->Pop();
      }
    }
    output.Flush();
  }
  if (rows != state.iterations() * kRows) state.SkipWithError("rows were lost");
  state.SetItemsProcessed(rows);
}
BENCHMARK(BM_HashExchange)->Arg(2)->Arg(4)->Arg(16);

void BM_Copy(benchmark::State& state) {
  const data::Batch batch = MakeBatch();
  for (auto _ : state) {
    for (const data::ColumnPtr& column : batch.columns) {
      auto copy = data::Column::Make(data::Type::Bigint(), kRows);
      std::copy_n(column->values<int64_t>(), kRows, copy->mutable_values<int64_t>());
      benchmark::DoNotOptimize(copy->mutable_values<int64_t>());
    }
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(BM_Copy);

}  // namespace
}  // namespace thalweg::runtime
