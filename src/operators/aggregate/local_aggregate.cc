#include "operators/aggregate/local_aggregate.h"

#include <algorithm>

#include "data/gather.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::Column;
using data::Rows;

class LocalAggregate final : public Operator {
 public:
  LocalAggregate(std::vector<int> keys, GroupTableOptions options, bool tells_rows)
      : keys_(std::move(keys)), options_(std::move(options)), tells_rows_(tells_rows) {}

  Status Open(OperatorContext* context, const OperatorState&) override {
    context_ = context;
    TW_ASSIGN_OR_RETURN(table_, GroupTable::Make(options_, context->pool()));
    return Status::OK();
  }

  Result<Progress> OnBatch(int, Batch batch) override {
    const Rows rows = batch.rows();
    if (rows.empty()) return Progress::kDone;
    table_->Find(batch, keys_, rows, &states_);
    table_->Touch(rows, states_);
    const int8_t* signs = nullptr;
    if (!batch.insert_only()) {
      signs_.clear();
      for (int32_t k = 0; k < rows.count(); ++k) {
        signs_.push_back(static_cast<int8_t>(data::SignOf(batch.kind(rows[k]))));
      }
      signs = signs_.data();
    }
    if (options_.counts_records) {
      for (int32_t k = 0; k < rows.count(); ++k) {
        *table_->RecordCount(states_[static_cast<size_t>(k)]) += signs == nullptr ? 1 : signs[k];
      }
    }

    const auto& groups = table_->touched();
    Batch out;
    out.size = static_cast<int32_t>(groups.size());
    std::shared_ptr<Column> row_counts;
    if (tells_rows_) {
      row_counts = Column::Make(data::Type::Bigint().WithNullable(false), out.size);
      auto* counts = row_counts->mutable_values<int64_t>();
      std::fill_n(counts, out.size, 0);
      for (const uint8_t* state : states_) ++counts[state::HeaderOf(state)->group];
    }
    std::vector<int32_t> source;
    touched_.clear();
    for (const auto& g : groups) {
      source.push_back(g.first_row);
      touched_.push_back(g.row);
    }
    TW_ASSIGN_OR_RETURN(auto partials,
                        table_->aggregates().Partials(batch, rows, signs, states_.data(),
                                                      touched_.data(), out.size));
    for (const int key : keys_) {
      out.columns.push_back(
          data::Gather(*batch.columns[static_cast<size_t>(key)], source.data(), out.size));
    }
    if (options_.counts_records) {
      auto counts = Column::Make(data::Type::Bigint().WithNullable(false), out.size);
      for (int32_t k = 0; k < out.size; ++k) {
        counts->mutable_values<int64_t>()[k] =
            *table_->RecordCount(touched_[static_cast<size_t>(k)]);
      }
      out.columns.push_back(std::move(counts));
    }
    for (auto& c : partials) out.columns.push_back(std::move(c));
    if (row_counts != nullptr) out.columns.push_back(std::move(row_counts));
    table_->table().Recycle();
    context_->Emit(std::move(out));
    TW_RETURN_IF_ERROR(table_->memory_status());
    return Progress::kDone;
  }

 private:
  const std::vector<int> keys_;
  const GroupTableOptions options_;
  const bool tells_rows_;
  std::unique_ptr<GroupTable> table_;
  std::vector<uint8_t*> states_;   // of the batch's rows
  std::vector<uint8_t*> touched_;  // each once
  std::vector<int8_t> signs_;
};

}  // namespace

Result<std::unique_ptr<Operator>> MakeLocalAggregate(std::vector<int> keys,
                                                     GroupTableOptions options, bool tells_rows) {
  return std::unique_ptr<Operator>(
      new LocalAggregate(std::move(keys), std::move(options), tells_rows));
}

}  // namespace thalweg::operators
