#include "savepoint/entry_reader.h"

#include <fmt/format.h>

#include <cstring>

#include "data/element.h"
#include "data/string_arena.h"
#include "operators/split_state.h"

namespace thalweg::savepoint {
namespace {
using data::Column;

/// Plain words for the entries that are understood.
std::string EntryText(const operators::StateEntry& e) {
  if (e.name == "split") {
    const auto split = operators::SplitState::Decode(e.bytes);
    if (!split.ok()) return "";
    std::string text = "split " + split->split.id;
    if (split->split.position.empty()) return text + ", not begun";
    if (split->emitted_watermark > data::kMinWatermark &&
        split->emitted_watermark < data::kMaxWatermark) {
      text += fmt::format(", watermark {} ms", split->emitted_watermark);
    }
    return text;
  }
  if (e.name == "progress" && e.bytes.size() == sizeof(int64_t)) {
    int64_t progress;
    std::memcpy(&progress, e.bytes.data(), sizeof(progress));
    return progress == INT64_MIN ? "nothing" : fmt::format("{} ms", progress);
  }
  return "";
}

class EntryReader final : public connectors::SplitReader {
 public:
  EntryReader(operators::OperatorState entries, std::vector<std::string> sources,
              data::Schema columns, bool done)
      : entries_(std::move(entries)),
        sources_(std::move(sources)),
        columns_(std::move(columns)),
        done_(done) {}
  const std::string& name() const override { return name_; }
  std::string position() const override { return done_ ? "1" : ""; }

  Result<State> Next(data::Batch* batch) override {
    if (done_ || entries_.empty()) return State::kEnd;
    done_ = true;
    *batch = {};
    batch->size = static_cast<int32_t>(entries_.size());
    for (size_t i = 0; i < sources_.size(); ++i) {
      auto column = Column::Make(columns_[i].type, batch->size);
      data::StringArena arena;
      for (int32_t k = 0; k < batch->size; ++k) {
        const operators::StateEntry& e = entries_[static_cast<size_t>(k)];
        if (sources_[i] == "key_group") {
          column->mutable_values<int32_t>()[k] = e.key_group;
          if (e.key_group < 0) column->SetNull(k);
          continue;
        }
        const std::string text = sources_[i] == "name"    ? e.name
                                 : sources_[i] == "bytes" ? e.bytes
                                                          : EntryText(e);
        column->mutable_values<std::string_view>()[k] = arena.Add(text);
      }
      arena.AttachTo(column.get());
      batch->columns.push_back(std::move(column));
    }
    return State::kBatch;
  }

 private:
  const operators::OperatorState entries_;
  const std::vector<std::string> sources_;
  const data::Schema columns_;
  const std::string name_ = "entries";
  bool done_;
};

}  // namespace

const data::Schema& EntryColumns() {
  static const data::Schema columns = {{"name", data::Type::String()},
                                       {"key_group", data::Type::Int()},
                                       {"bytes", data::Type::Bytes()},
                                       {"text", data::Type::String()}};
  return columns;
}

std::unique_ptr<connectors::SplitReader> MakeEntryReader(operators::OperatorState entries,
                                                         std::vector<std::string> sources,
                                                         data::Schema columns, bool done) {
  return std::make_unique<EntryReader>(std::move(entries), std::move(sources), std::move(columns),
                                       done);
}

}  // namespace thalweg::savepoint
