// Expression programs over a batch of 4096 rows, in rows/s, beside a plain loop over int64.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "expr/builder.h"
#include "expr/program.h"
#include "expr/time_zone.h"

namespace thalweg::expr {
namespace {

constexpr int32_t kRows = 4096;

// (a BIGINT, b BIGINT, s STRING), all NOT NULL.
data::Batch MakeBatch() {
  data::Batch batch;
  batch.size = kRows;
  for (int c = 0; c < 2; ++c) {
    auto column = data::Column::Make(data::Type::Bigint().WithNullable(false), kRows);
    for (int32_t i = 0; i < kRows; ++i)
      column->mutable_values<int64_t>()[i] = static_cast<int64_t>(i) * 48271 % 65537 + c;
    batch.columns.push_back(std::move(column));
  }
  static const std::string kUrl = "https://www.nexmark.com/abc/def/item.htm?query=1&channel_id=7";
  auto text = data::Column::Make(data::Type::String().WithNullable(false), kRows);
  for (int32_t i = 0; i < kRows; ++i) text->mutable_values<std::string_view>()[i] = kUrl;
  batch.columns.push_back(std::move(text));
  return batch;
}

class Fixture {
 public:
  Fixture() { context.zone = TimeZone::Utc(); }
  ExprPtr Column(int i) const {
    return MakeColumn(i, batch.columns[static_cast<size_t>(i)]->type());
  }
  ExprPtr Call(std::string_view name, std::vector<ExprPtr> args) const {
    Result<ExprPtr> call = MakeCall(name, std::move(args), context);
    TW_CHECK(call.ok(), call.status().message());
    return *call;
  }
  EvalContext context;
  data::Batch batch = MakeBatch();
};

void Run(benchmark::State& state, const Fixture& f, ExprPtr expr) {
  auto program = Program::Compile({std::move(expr)});
  TW_CHECK(program.ok(), program.status().message());
  for (auto _ : state) {
    auto columns = (*program)->Evaluate(f.context, f.batch);
    TW_CHECK(columns.ok(), columns.status().message());
    benchmark::DoNotOptimize(columns->front().get());
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

void BM_PlainLoop(benchmark::State& state) {
  const Fixture f;
  std::vector<int64_t> out(kRows);
  for (auto _ : state) {
    const int64_t* a = f.batch.columns[0]->values<int64_t>();
    const int64_t* b = f.batch.columns[1]->values<int64_t>();
    for (int32_t i = 0; i < kRows; ++i) out[static_cast<size_t>(i)] = a[i] + b[i];
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(BM_PlainLoop);

void BM_Add(benchmark::State& state) {
  const Fixture f;
  Run(state, f, f.Call("+", {f.Column(0), f.Column(1)}));
}
BENCHMARK(BM_Add);

void BM_ModuloFilter(benchmark::State& state) {
  const Fixture f;
  auto filter = Program::Compile(
      {f.Column(0)},
      f.Call("=", {f.Call("MOD", {f.Column(0), MakeIntLiteral(123)}), MakeIntLiteral(0)}));
  TW_CHECK(filter.ok(), filter.status().message());
  for (auto _ : state) {
    auto batch = (*filter)->Run(f.context, f.batch);
    TW_CHECK(batch.ok(), batch.status().message());
    benchmark::DoNotOptimize(batch->selected_count);
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(BM_ModuloFilter);

void BM_Upper(benchmark::State& state) {
  const Fixture f;
  Run(state, f, f.Call("UPPER", {f.Column(2)}));
}
BENCHMARK(BM_Upper);

void BM_SplitIndex(benchmark::State& state) {
  const Fixture f;
  Run(state, f, f.Call("SPLIT_INDEX", {f.Column(2), MakeStringLiteral("/"), MakeIntLiteral(3)}));
}
BENCHMARK(BM_SplitIndex);

void BM_RegexpExtract(benchmark::State& state) {
  const Fixture f;
  Run(state, f,
      f.Call("REGEXP_EXTRACT",
             {f.Column(2), MakeStringLiteral("(&|^)channel_id=([^&]*)"), MakeIntLiteral(2)}));
}
BENCHMARK(BM_RegexpExtract);

}  // namespace
}  // namespace thalweg::expr
