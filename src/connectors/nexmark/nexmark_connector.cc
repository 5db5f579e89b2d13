#include "connectors/nexmark/nexmark_connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/wake_timer.h"
#include "connectors/generator_split.h"
#include "connectors/nexmark/nexmark_generator.h"
#include "connectors/pacer.h"

namespace thalweg::connectors {
namespace {

class NexmarkReader : public SplitReader {
 public:
  NexmarkReader(std::string name, const NexmarkConfig& config,
                std::shared_ptr<const NexmarkStrings> strings, int64_t split, uint64_t position,
                data::Schema schema, const ReaderContext& context)
      : name_(std::move(name)),
        generator_(config, std::move(strings), split),
        schema_(std::move(schema)),
        context_(context),
        end_(config.events_of(split)),
        next_(static_cast<int64_t>(position)) {
    if (config.paced) {
      pacer_.emplace(config.events_per_second / static_cast<double>(config.splits),
                     Pacer::Clock::now());
    }
  }
  ~NexmarkReader() override {
    if (timer_ != 0) WakeTimer::Process()->Cancel(timer_);
  }

  const std::string& name() const override { return name_; }
  std::string position() const override { return EncodeRowPosition(static_cast<uint64_t>(next_)); }

  Result<State> Next(data::Batch* batch) override {
    if (next_ >= end_) return State::kEnd;
    int64_t count = std::min<int64_t>(context_.batch_rows, end_ - next_);
    if (pacer_) {
      const int64_t due = pacer_->Due(made_, Pacer::Clock::now());
      if (due == 0) {
        if (timer_ != 0) WakeTimer::Process()->Cancel(timer_);
        timer_ = WakeTimer::Process()->At(pacer_->NextDue(made_), context_.wake);
        return State::kPending;
      }
      count = std::min(count, due);
    }
    *batch = {};
    batch->size = static_cast<int32_t>(count);
    batch->columns = generator_.Make(schema_, next_, batch->size);
    next_ += count;
    made_ += count;
    return State::kBatch;
  }

 private:
  const std::string name_;
  NexmarkGenerator generator_;
  const data::Schema schema_;
  const ReaderContext context_;
  const int64_t end_;
  int64_t next_;
  int64_t made_ = 0;
  std::optional<Pacer> pacer_;
  WakeTimer::Id timer_ = 0;
};

class NexmarkSource : public TableSource {
 public:
  explicit NexmarkSource(const NexmarkConfig& config)
      : config_(config), strings_(std::make_shared<NexmarkStrings>(config.seed)) {}

  bool bounded() const override { return config_.events != INT64_MAX; }
  int max_parallelism() const override { return static_cast<int>(config_.splits); }
  Result<std::unique_ptr<Enumerator>> MakeEnumerator() override {
    std::vector<GeneratorSplit> splits;
    for (int64_t i = 0; i < config_.splits; ++i) {
      splits.push_back({static_cast<uint64_t>(i), static_cast<uint64_t>(config_.splits),
                        static_cast<uint64_t>(config_.events_of(i)), config_.seed});
    }
    return MakeGeneratorEnumerator(std::move(splits));
  }
  Result<std::unique_ptr<SplitReader>> MakeReader(const Split& split, const ScanSpec& spec,
                                                  const ReaderContext& context) override {
    TW_ASSIGN_OR_RETURN(const GeneratorSplit range, GeneratorSplit::Decode(split.payload));
    TW_ASSIGN_OR_RETURN(const uint64_t position, DecodeRowPosition(split.position));
    return {std::make_unique<NexmarkReader>(fmt::format("nexmark {}", split.id), config_, strings_,
                                            static_cast<int64_t>(range.index), position,
                                            spec.columns, context)};
  }

 private:
  const NexmarkConfig config_;
  const std::shared_ptr<const NexmarkStrings> strings_;
};

/// Every column must be one of the benchmark's; ROWs may leave fields out.
Status CheckSchema(const ConnectorTable& table) {
  const data::Schema schema = NexmarkSchema();
  const auto wrong = [&](std::string_view column, const std::string& type) {
    return Status::InvalidSql(fmt::format(
        "table '{}': a nexmark table has no column '{}' of type {}", table.name, column, type));
  };
  for (const data::Field& column : table.physical) {
    const auto known = std::ranges::find(schema, column.name, &data::Field::name);
    if (known == schema.end()) return wrong(column.name, column.type.ToSummary());
    if (known->type.root() != data::TypeRoot::kRow || column.type.root() != data::TypeRoot::kRow) {
      if (!column.type.EqualsIgnoringNullability(known->type)) {
        return wrong(column.name, column.type.ToSummary());
      }
      continue;
    }
    for (const data::Field& field : column.type.fields()) {
      const auto& fields = known->type.fields();
      const auto match = std::ranges::find(fields, field.name, &data::Field::name);
      if (match == fields.end() || !field.type.EqualsIgnoringNullability(match->type)) {
        return wrong(fmt::format("{}.{}", column.name, field.name), field.type.ToSummary());
      }
    }
  }
  return Status::OK();
}

Result<std::unique_ptr<TableSource>> MakeNexmarkSource(const ConnectorTable& table,
                                                       const ConnectorContext& context) {
  TW_RETURN_IF_ERROR(CheckSchema(table));
  TW_ASSIGN_OR_RETURN(const NexmarkConfig config, NexmarkConfigOf(table));
  return {std::make_unique<NexmarkSource>(config)};
}

constexpr formats::OptionDoc kOptions[] = {
    {"events.num", "0", "Number of events; 0: without end."},
    {"first-event.rate", "10000", "Events per second of event time, over all splits."},
    {"next-event.rate", "10000", "Unused, as in the benchmark."},
    {"rate.limited", "false", "Makes events in real time, by the rate."},
    {"max-emit-speed", "true", "'false' means the same as rate.limited."},
    {"rate.shape", "", "Unused, as in the benchmark."},
    {"rate.period", "", "Unused, as in the benchmark."},
    {"person.proportion", "1", "Persons in a cycle of events."},
    {"auction.proportion", "3", "Auctions in a cycle of events."},
    {"bid.proportion", "46", "Bids in a cycle of events."},
    {"person.avg-size", "200b", "Average bytes of a person."},
    {"auction.avg-size", "500b", "Average bytes of an auction."},
    {"bid.avg-size", "100b", "Average bytes of a bid."},
    {"bid.hot-ratio.auctions", "2", "One bid in this many is not for the hot auction."},
    {"bid.hot-ratio.bidders", "4", "One bid in this many is not by the hot bidder."},
    {"auction.hot-ratio.sellers", "4", "One auction in this many is not by the hot seller."},
    {"keep-alive", "false", "Only 'false'."},
    {"seed", "42", "Makes other events (not the benchmark's)."},
    {"base-time", "1767225600000", "Time of the first event, epoch ms."},
    {"scan.parallelism", "1", "Number of splits."},
};

}  // namespace

const Connector kNexmarkConnector = {
    .identifier = "nexmark", .options = kOptions, .make_source = &MakeNexmarkSource};

}  // namespace thalweg::connectors
