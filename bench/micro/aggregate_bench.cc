// Aggregation operators with Nexmark's shapes of keys and aggregates: rows in per second of one
// core, through the operator's own steps.
//
// q12: count by bidder; q17: many counts, min, max, sum by (auction, day); q15: distinct counts
// with filters by day; q16: the same by (channel, day). Target: 10 to 20 M rows/s where state is
// cached.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "data/buffer.h"
#include "operators/aggregate/group_aggregate.h"
#include "operators/window/window_operators.h"

namespace thalweg::operators {
namespace {
using data::Column;
using data::ColumnPtr;
using data::Type;
using expr::AggregateCall;
using expr::AggregateKind;

constexpr int32_t kRows = 4096;
constexpr int kBatches = 64;

class NullContext final : public OperatorContext {
 public:
  NullContext() : pool_("bench", nullptr) {}
  void Emit(data::Batch batch) override { rows += batch.num_rows(); }
  bool output_full() const override { return false; }
  void EmitWatermark(int64_t) override {}
  void MarkIdle(bool) override {}
  void WakeAt(int64_t) override {}
  const expr::EvalContext& eval() const override { return eval_; }
  MemoryPool* pool() override { return &pool_; }
  OperatorMetrics* metrics() override { return &metrics_; }
  state::StateStore* state() override { return &state_; }
  int subtask() const override { return 0; }
  int parallelism() const override { return 1; }
  int max_parallelism() const override { return 128; }
  int32_t batch_rows() const override { return kRows; }
  int64_t rows = 0;

 private:
  MemoryPool pool_;
  expr::EvalContext eval_;
  OperatorMetrics metrics_;
  state::StateStore state_{"bench"};
};

// 0 bidder BIGINT, 1 auction BIGINT, 2 price BIGINT, 3 day STRING, 4 channel STRING,
// 5..7 BOOLEAN price ranks, 8 rowtime TIMESTAMP(3)
const std::vector<Type> kTypes = {Type::Bigint(),  Type::Bigint(),  Type::Bigint(),
                                  Type::String(),  Type::String(),  Type::Boolean(),
                                  Type::Boolean(), Type::Boolean(), Type::Timestamp(3)};

std::vector<data::Batch> Bids() {
  static const std::string_view kChannels[] = {"Google", "Facebook", "Baidu", "Apple"};
  static const std::string kDay = "2024-01-01";
  std::vector<data::Batch> out;
  uint64_t seed = 42;
  const auto next = [&] {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
  };
  int64_t time = 0;
  for (int b = 0; b < kBatches; ++b) {
    data::Batch batch;
    batch.size = kRows;
    std::vector<std::shared_ptr<Column>> c;
    for (const Type& t : kTypes) c.push_back(Column::Make(t, kRows));
    for (int32_t i = 0; i < kRows; ++i) {
      const uint64_t r = next();
      c[0]->mutable_values<int64_t>()[i] =
          static_cast<int64_t>(r % 4 != 0 ? b : (r >> 8) % 20'000);  // a hot bidder
      c[1]->mutable_values<int64_t>()[i] =
          static_cast<int64_t>((r >> 2) % 2 != 0 ? b : (r >> 20) % 10'000);
      c[2]->mutable_values<int64_t>()[i] = static_cast<int64_t>((r >> 30) % 10'000'000);
      c[3]->mutable_values<std::string_view>()[i] = kDay;
      c[4]->mutable_values<std::string_view>()[i] = kChannels[(r >> 40) % 4];
      c[5]->mutable_values<uint8_t>()[i] = r >> 50 & 1;
      c[6]->mutable_values<uint8_t>()[i] = r >> 51 & 1;
      c[7]->mutable_values<uint8_t>()[i] = r >> 52 & 1;
      c[8]->mutable_values<int64_t>()[i] = time += 1;
    }
    for (auto& column : c) batch.columns.push_back(std::move(column));
    out.push_back(std::move(batch));
  }
  return out;
}

AggregateCall Call(AggregateKind kind, int arg, int filter = -1, bool distinct = false) {
  AggregateCall c;
  c.kind = kind;
  if (arg >= 0) {
    c.args = {arg};
    c.arg_types = {kTypes[static_cast<size_t>(arg)]};
  }
  c.filter = filter;
  c.distinct = distinct;
  c.result = Type::Bigint();
  c.name = "call";
  return c;
}

graph::Graph GraphOf(graph::NodeSpec spec, int keys, int aggregates, int properties) {
  graph::Graph g;
  graph::Node source;
  for (const Type& t : kTypes) source.output.push_back({"c", t});
  g.nodes.push_back(source);
  graph::Node n;
  n.spec = std::move(spec);
  n.inputs.push_back({0});
  for (int i = 0; i < keys; ++i) n.output.push_back({"k", Type::Bigint()});
  for (int i = 0; i < aggregates; ++i) n.output.push_back({"a", Type::Bigint()});
  for (int i = 0; i < properties; ++i) n.output.push_back({"p", Type::Timestamp(3)});
  g.nodes.push_back(n);
  return g;
}

void Run(benchmark::State& state, const graph::GroupAggregateNode& node) {
  const std::vector<data::Batch> bids = Bids();
  const graph::Graph g = GraphOf(node, 1, 1, 0);
  NullContext context;
  auto op = MakeGroupAggregateOperator(g, g.nodes[1]);
  if (!(*op)->Open(&context, {}).ok()) return;
  size_t next = 0;
  for (auto _ : state) {
    if (!(*op)->OnBatch(0, bids[next++ % kBatches]).ok()) state.SkipWithError("failed");
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.counters["out/in"] =
      static_cast<double>(context.rows) / static_cast<double>(state.iterations() * kRows);
}

void BM_CountByBidder(benchmark::State& state) {
  graph::GroupAggregateNode node;
  node.keys = {0};
  node.aggregates = {Call(AggregateKind::kCountStar, -1)};
  Run(state, node);
}
BENCHMARK(BM_CountByBidder);

std::vector<AggregateCall> PriceStatistics() {
  return {Call(AggregateKind::kCountStar, -1),    Call(AggregateKind::kCountStar, -1, 5),
          Call(AggregateKind::kCountStar, -1, 6), Call(AggregateKind::kCountStar, -1, 7),
          Call(AggregateKind::kMin, 2),           Call(AggregateKind::kMax, 2),
          Call(AggregateKind::kAvg, 2),           Call(AggregateKind::kSum, 2)};
}

void BM_StatisticsByAuctionAndDay(benchmark::State& state) {
  graph::GroupAggregateNode node;
  node.keys = {1, 3};
  node.aggregates = PriceStatistics();
  Run(state, node);
}
BENCHMARK(BM_StatisticsByAuctionAndDay);

std::vector<AggregateCall> DistinctStatistics() {
  std::vector<AggregateCall> calls = {Call(AggregateKind::kCountStar, -1)};
  for (const int filter : {5, 6, 7}) calls.push_back(Call(AggregateKind::kCountStar, -1, filter));
  for (const int column : {0, 1}) {
    for (const int filter : {-1, 5, 6, 7}) {
      calls.push_back(Call(AggregateKind::kCount, column, filter, true));
    }
  }
  return calls;
}

void BM_DistinctByDay(benchmark::State& state) {
  graph::GroupAggregateNode node;
  node.keys = {3};
  node.aggregates = DistinctStatistics();
  Run(state, node);
}
BENCHMARK(BM_DistinctByDay);

void BM_DistinctByChannelAndDay(benchmark::State& state) {
  graph::GroupAggregateNode node;
  node.keys = {4, 3};
  node.aggregates = DistinctStatistics();
  Run(state, node);
}
BENCHMARK(BM_DistinctByChannelAndDay);

void RunWindow(benchmark::State& state, graph::WindowSpec window, int key) {
  std::vector<data::Batch> bids = Bids();
  graph::WindowAggregateNode node;
  node.keys = {key};
  node.window = window;
  node.window.time_column = 8;
  node.aggregates = {Call(AggregateKind::kCountStar, -1)};
  node.properties = {graph::WindowProperty::kStart, graph::WindowProperty::kEnd};
  const graph::Graph g = GraphOf(node, 1, 1, 2);
  NullContext context;
  auto op = MakeWindowAggregateOperator(g, g.nodes[1]);
  if (!(*op)->Open(&context, {}).ok()) return;
  size_t next = 0;
  int64_t shift = 0;
  for (auto _ : state) {
    state.PauseTiming();  // the stream goes on where the recorded batches end
    data::Batch batch = bids[next % kBatches];
    const auto round = static_cast<int64_t>(next++ / kBatches);
    auto time = Column::Make(kTypes[8], kRows);
    shift = round * kBatches * kRows;
    for (int32_t i = 0; i < kRows; ++i) {
      time->mutable_values<int64_t>()[i] = batch.columns[8]->values<int64_t>()[i] + shift;
    }
    const int64_t watermark = time->values<int64_t>()[kRows - 1] - 1;
    batch.columns[8] = std::move(time);
    state.ResumeTiming();
    if (!(*op)->OnBatch(0, std::move(batch)).ok()) state.SkipWithError("failed");
    if (!(*op)->OnWatermark(watermark).ok()) state.SkipWithError("failed");
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.counters["out/in"] =
      static_cast<double>(context.rows) / static_cast<double>(state.iterations() * kRows);
}

// 1 row per ms, as at Nexmark's 1000 events/s; q5, q12 in event time, q11.
void BM_HopByAuction(benchmark::State& state) {
  graph::WindowSpec w;
  w.kind = graph::WindowKind::kHop;
  w.size_ms = 100'000;
  w.slide_ms = 20'000;
  RunWindow(state, w, 1);
}
BENCHMARK(BM_HopByAuction);

void BM_TumbleByBidder(benchmark::State& state) {
  graph::WindowSpec w;
  w.size_ms = 100'000;
  RunWindow(state, w, 0);
}
BENCHMARK(BM_TumbleByBidder);

void BM_SessionByBidder(benchmark::State& state) {
  graph::WindowSpec w;
  w.kind = graph::WindowKind::kSession;
  w.gap_ms = 10'000;
  RunWindow(state, w, 0);
}
BENCHMARK(BM_SessionByBidder);

}  // namespace
}  // namespace thalweg::operators
