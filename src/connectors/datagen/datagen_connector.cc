#include "connectors/datagen/datagen_connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "base/nearest_name.h"
#include "base/wake_timer.h"
#include "connectors/datagen/field_generator.h"
#include "connectors/datagen/row_pruning.h"
#include "connectors/generator_split.h"
#include "connectors/pacer.h"
#include "data/civil_time.h"
#include "expr/time_zone.h"

namespace thalweg::connectors {
namespace {

using Fields = std::vector<std::shared_ptr<const FieldGenerator>>;

class DatagenReader : public SplitReader {
 public:
  DatagenReader(std::string name, const GeneratorSplit& split, uint64_t position, Fields fields,
                std::vector<uint64_t> streams, std::vector<data::Type> types,
                double rows_per_second, const ReaderContext& context)
      : name_(std::move(name)),
        split_(split),
        next_(position),
        fields_(std::move(fields)),
        streams_(std::move(streams)),
        types_(std::move(types)),
        context_(context),
        pacer_(rows_per_second, Pacer::Clock::now()) {}
  ~DatagenReader() override {
    if (timer_ != 0) WakeTimer::Process()->Cancel(timer_);
  }

  const std::string& name() const override { return name_; }
  std::string position() const override { return EncodeRowPosition(next_); }

  Result<State> Next(data::Batch* batch) override {
    if (next_ >= split_.rows) return State::kEnd;
    const int64_t due = pacer_.Due(made_, Pacer::Clock::now());
    if (due == 0) {
      if (timer_ != 0) WakeTimer::Process()->Cancel(timer_);
      timer_ = WakeTimer::Process()->At(pacer_.NextDue(made_), context_.wake);
      return State::kPending;
    }
    const uint64_t count = std::min({static_cast<uint64_t>(context_.batch_rows),
                                     static_cast<uint64_t>(due), split_.rows - next_});
    rows_.resize(count);
    for (uint64_t i = 0; i < count; ++i) rows_[i] = (next_ + i) * split_.count + split_.index;
    const uint64_t seed =
        context_.eval != nullptr && context_.eval->seed != 0 ? context_.eval->seed : split_.seed;
    const GeneratorClock clock = Now();
    *batch = {};
    batch->size = static_cast<int32_t>(count);
    for (size_t i = 0; i < fields_.size(); ++i) {
      const auto whole = fields_[i]->Make(rows_, CounterRandom(seed).Stream(streams_[i]), clock);
      batch->columns.push_back(PruneRow(whole, types_[i]));
    }
    next_ += count;
    made_ += static_cast<int64_t>(count);
    return State::kBatch;
  }

 private:
  GeneratorClock Now() const {
    GeneratorClock clock;
    const expr::EvalContext* eval = context_.eval;
    clock.now_ms = eval != nullptr && eval->now_ms != 0
                       ? eval->now_ms
                       : std::chrono::duration_cast<std::chrono::milliseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
    if (eval != nullptr && eval->zone != nullptr) {
      clock.zone_offset_seconds = eval->zone->OffsetAt(data::FloorDiv(clock.now_ms, 1000));
    }
    return clock;
  }

  const std::string name_;
  const GeneratorSplit split_;
  uint64_t next_;
  const Fields fields_;
  const std::vector<uint64_t> streams_;
  const std::vector<data::Type> types_;  // as the scan wants them
  const ReaderContext context_;
  const Pacer pacer_;
  int64_t made_ = 0;
  std::vector<uint64_t> rows_;
  WakeTimer::Id timer_ = 0;
};

struct DatagenOptions {
  std::string table_name;
  data::Schema physical;
  Fields fields;  // one per physical column
  double rows_per_second = 0;
  uint64_t rows = UINT64_MAX;
  uint64_t splits = 1;
  uint64_t seed = 0;
};

class DatagenSource : public TableSource {
 public:
  explicit DatagenSource(DatagenOptions options) : options_(std::move(options)) {}

  bool bounded() const override { return options_.rows != UINT64_MAX; }
  int max_parallelism() const override { return static_cast<int>(options_.splits); }

  Result<std::unique_ptr<Enumerator>> MakeEnumerator() override {
    std::vector<GeneratorSplit> splits;
    for (uint64_t i = 0; i < options_.splits; ++i) {
      const uint64_t rows =
          bounded() ? options_.rows / options_.splits + (i < options_.rows % options_.splits)
                    : UINT64_MAX;
      splits.push_back({i, options_.splits, rows, options_.seed});
    }
    return MakeGeneratorEnumerator(std::move(splits));
  }

  Result<std::unique_ptr<SplitReader>> MakeReader(const Split& split, const ScanSpec& spec,
                                                  const ReaderContext& context) override {
    TW_ASSIGN_OR_RETURN(const GeneratorSplit range, GeneratorSplit::Decode(split.payload));
    TW_ASSIGN_OR_RETURN(const uint64_t position, DecodeRowPosition(split.position));
    Fields fields;
    std::vector<uint64_t> streams;
    std::vector<data::Type> types;
    for (const data::Field& column : spec.columns) {
      const auto found = std::ranges::find(options_.physical, column.name, &data::Field::name);
      TW_CHECK(found != options_.physical.end(), column.name);
      const auto index = static_cast<size_t>(found - options_.physical.begin());
      fields.push_back(options_.fields[index]);
      streams.push_back(index);
      types.push_back(column.type);
    }
    return {std::make_unique<DatagenReader>(
        fmt::format("datagen {}", split.id), range, position, std::move(fields), std::move(streams),
        std::move(types), options_.rows_per_second / static_cast<double>(options_.splits),
        context)};
  }

 private:
  const DatagenOptions options_;
};

/// Every fields.* option must belong to a column and its type.
Status CheckFieldOptions(const ConnectorTable& table, const std::set<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const auto& [name, value] : table.options) {
    if (!name.starts_with("fields.") || known.contains(name)) continue;
    return Status::InvalidSql(
        fmt::format("table '{}': datagen has no option '{}' for these "
                    "columns{}",
                    table.name, name, DidYouMean(name, names)));
  }
  return Status::OK();
}

Result<std::unique_ptr<TableSource>> MakeDatagenSource(const ConnectorTable& table,
                                                       const ConnectorContext& context) {
  const OptionReader options(table);
  DatagenOptions result{.table_name = table.name, .physical = table.physical};
  std::set<std::string> known;
  for (const data::Field& column : table.physical) {
    TW_ASSIGN_OR_RETURN(
        std::shared_ptr<const FieldGenerator> generator,
        MakeFieldGenerator(options, column.name, column.type, /*nested=*/false, &known));
    if (const auto length = generator->length()) result.rows = std::min(result.rows, *length);
    result.fields.push_back(std::move(generator));
  }
  TW_RETURN_IF_ERROR(CheckFieldOptions(table, known));
  TW_ASSIGN_OR_RETURN(const int64_t rate, options.Int("rows-per-second", 10000));
  if (rate <= 0) return options.Error("rows-per-second", "must be positive");
  result.rows_per_second = static_cast<double>(rate);
  if (options.Has("number-of-rows")) {
    TW_ASSIGN_OR_RETURN(const int64_t rows, options.Int("number-of-rows", 0));
    if (rows < 0) return options.Error("number-of-rows", "must not be negative");
    result.rows = std::min(result.rows, static_cast<uint64_t>(rows));
  }
  TW_ASSIGN_OR_RETURN(const int64_t splits, options.Int("scan.parallelism", 1));
  if (splits < 1 || splits > 10000) {
    return options.Error("scan.parallelism", "must be between 1 and 10000");
  }
  result.splits = static_cast<uint64_t>(splits);
  TW_ASSIGN_OR_RETURN(const int64_t seed, options.Int("seed", 0));
  result.seed = seed != 0 ? static_cast<uint64_t>(seed)
                          : (uint64_t{std::random_device()()} << 32 | std::random_device()());
  return {std::make_unique<DatagenSource>(std::move(result))};
}

constexpr formats::OptionDoc kOptions[] = {
    {"rows-per-second", "10000", "Rate of the whole source."},
    {"number-of-rows", "", "Bounds the source; by default it never ends."},
    {"scan.parallelism", "1", "Number of splits."},
    {"seed", "", "Makes every run alike (not an option of Flink)."},
    {"fields.*", "",
     "fields.<column>.kind, .min, .max, .length, .var-len, .max-past, .start, "
     ".end, .null-rate"},
};

}  // namespace

const Connector kDatagenConnector = {
    .identifier = "datagen", .options = kOptions, .make_source = &MakeDatagenSource};

}  // namespace thalweg::connectors
