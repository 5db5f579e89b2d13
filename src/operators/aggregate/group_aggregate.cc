#include "operators/aggregate/group_aggregate.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "data/gather.h"
#include "operators/aggregate/change_emitter.h"
#include "operators/aggregate/group_table.h"
#include "operators/aggregate/local_aggregate.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::Buffer;
using data::Rows;
using graph::AggregatePhase;

constexpr char kStateName[] = "groups";
/// Of a walk over all groups.
constexpr size_t kPieceOfRows = 4096;

class GroupAggregate final : public Operator {
 public:
  GroupAggregate(const graph::GroupAggregateNode& node, GroupTableOptions options)
      : node_(node), options_(std::move(options)) {}

  Status Open(OperatorContext* context, const OperatorState&) override {
    context_ = context;
    GroupTableOptions o = options_;
    o.max_parallelism = context->max_parallelism();
    o.groups = GroupsOf(*context, node_.keys.empty());
    TW_ASSIGN_OR_RETURN(table_, GroupTable::Make(std::move(o), context->pool()));
    TW_RETURN_IF_ERROR(table_->AddTo(kStateName, context->state()));
    if (node_.state_ttl_ms > 0 && table_->table().count() > 0) {
      if (context->state()->converted()) StartTtl();
      ArmSweep();
    }
    return Status::OK();
  }

  Result<Progress> OnBatch(int, Batch batch) override {
    if (node_.final_only) {
      TW_RETURN_IF_ERROR(Accumulate(batch, batch.rows()));
    } else if (node_.mini_batch || node_.phase == AggregatePhase::kGlobal) {
      TW_ASSIGN_OR_RETURN(Batch out, Step(batch, batch.rows()));
      context_->Emit(std::move(out));
    } else {
      TW_RETURN_IF_ERROR(RowByRow(batch));
    }
    TW_RETURN_IF_ERROR(table_->memory_status());
    return Progress::kDone;
  }

  Result<Progress> OnTimers(TimeDomain domain, int64_t time_ms) override {
    if (domain != TimeDomain::kProcessingTime || node_.state_ttl_ms == 0) return Progress::kDone;
    sweep_armed_ = false;
    state::KeyedTable::Cursor cursor;
    for (std::vector<uint8_t*> rows;; rows.clear()) {
      table_->table().NextRows(&cursor, kPieceOfRows, &rows);
      if (rows.empty()) break;
      for (uint8_t* row : rows) {
        if (*table_->LastAccess(row) + node_.state_ttl_ms <= time_ms) table_->table().Erase(row);
      }
    }
    if (table_->table().count() > 0) ArmSweep();
    return Progress::kDone;
  }

  Result<Progress> OnInputEnd(int) override {
    if (!node_.final_only) return Progress::kDone;
    if (node_.keys.empty() && table_->table().count() == 0 && context_->subtask() == 0) {
      // SELECT COUNT(*) of nothing is one row.
      const uint64_t hash = data::kEmptyRowHash;
      std::vector<uint8_t*> state;
      table_->Find({}, Rows::All(1), &hash, &state);
      if (node_.input_retracts) *table_->RecordCount(state[0]) = 1;
    }
    sending_ = true;
    return Produce();
  }

  Result<Progress> Produce() override {
    while (sending_) {
      if (final_rows_.empty()) {
        table_->table().NextRows(&next_final_, static_cast<size_t>(context_->batch_rows()),
                                 &final_rows_);
        if (final_rows_.empty()) {
          sending_ = false;
          break;
        }
        if (node_.input_retracts) {
          std::erase_if(final_rows_, [&](uint8_t* row) { return *table_->RecordCount(row) == 0; });
          if (final_rows_.empty()) continue;
        }
      }
      if (context_->output_full()) return Progress::kMore;
      const auto n = static_cast<int32_t>(final_rows_.size());
      uint8_t* const* rows = final_rows_.data();
      Batch out;
      out.size = n;
      for (size_t i = 0; i < node_.keys.size(); ++i) {
        out.columns.push_back(table_->table().EmitKey(static_cast<int>(i), rows, n));
      }
      for (auto& c : table_->aggregates().Results(rows, n)) out.columns.push_back(std::move(c));
      final_rows_.clear();
      context_->Emit(std::move(out));
    }
    return Progress::kDone;
  }

 private:
  bool partial_input() const { return node_.phase == AggregatePhase::kGlobal; }
  int num_keys() const { return static_cast<int>(node_.keys.size()); }

  // Signs of the rows, or null if all are +1.
  const int8_t* SignsOf(const Batch& batch, const Rows& rows) {
    if (partial_input() || batch.insert_only()) return nullptr;
    signs_.resize(static_cast<size_t>(rows.count()));
    for (int32_t k = 0; k < rows.count(); ++k) {
      signs_[static_cast<size_t>(k)] = static_cast<int8_t>(data::SignOf(batch.kind(rows[k])));
    }
    return signs_.data();
  }

  // Adds rows to their groups' states_ (already found) and record counters.
  Status Add(const Batch& batch, const Rows& rows, const int8_t* signs) {
    AggregateSet& set = table_->aggregates();
    if (!partial_input()) {
      if (node_.input_retracts) {
        for (int32_t k = 0; k < rows.count(); ++k) {
          *table_->RecordCount(states_[static_cast<size_t>(k)]) += signs == nullptr ? 1 : signs[k];
        }
      }
      return set.Update(batch, rows, signs, states_.data());
    }
    int column = num_keys();
    if (node_.input_retracts) {
      const auto counts = data::DecodeDictionary(batch.columns[static_cast<size_t>(column++)]);
      const data::ColumnView<int64_t> v(*counts);
      for (int32_t k = 0; k < rows.count(); ++k) {
        *table_->RecordCount(states_[static_cast<size_t>(k)]) += v[rows[k]];
      }
    }
    return set.UpdatePartial(batch, column, rows, states_.data());
  }

  // Batch mode: no changes are sent.
  Status Accumulate(const Batch& batch, const Rows& rows) {
    if (rows.empty()) return Status::OK();
    table_->Find(batch, node_.keys, rows, &states_);
    return Add(batch, rows, SignsOf(batch, rows));
  }

  // Mini-batch: one change per group touched by the rows.
  Result<Batch> Step(const Batch& batch, const Rows& all) {
    if (all.empty()) return Batch();
    table_->Find(batch, node_.keys, all, &states_);
    table_->Touch(all, states_);
    auto& groups = table_->touched();
    const int8_t* signs = SignsOf(batch, all);
    Rows rows = all;
    if (node_.state_ttl_ms > 0) ExpireTouched();
    if (signs != nullptr) DropEarlyRetractions(&rows, &signs);
    emitter_.Begin(table_.get(), groups);
    TW_RETURN_IF_ERROR(Add(batch, rows, signs));
    fates_.clear();
    for (const GroupTable::Touched& g : groups) {
      const bool empty = node_.input_retracts && *table_->RecordCount(g.row) == 0;
      fates_.push_back(empty ? (g.fresh ? GroupFate::kVanished : GroupFate::kDeleted)
                             : (g.fresh ? GroupFate::kInserted : GroupFate::kUpdated));
    }
    Batch out = emitter_.Finish(batch, node_.keys, fates_, node_.emit_update_before,
                                node_.state_ttl_ms > 0);
    for (size_t g = 0; g < groups.size(); ++g) {
      if (fates_[g] == GroupFate::kVanished || fates_[g] == GroupFate::kDeleted) {
        table_->table().Erase(groups[g].row);
      }
    }
    return out;
  }

  // A group does not begin with a retraction (its state has expired, or it never was).
  void DropEarlyRetractions(Rows* rows, const int8_t** signs) {
    begun_.clear();
    for (const GroupTable::Touched& g : table_->touched()) begun_.push_back(g.fresh ? 0 : 1);
    kept_.Clear();
    for (int32_t k = 0; k < rows->count(); ++k) {
      uint8_t* state = states_[static_cast<size_t>(k)];
      uint8_t& begun = begun_[state::HeaderOf(state)->group];
      if ((*signs)[k] > 0) begun = 1;
      if (begun == 0) continue;
      kept_.rows.push_back((*rows)[k]);
      kept_.signs.push_back((*signs)[k]);
      kept_.states.push_back(state);
    }
    if (kept_.rows.size() == static_cast<size_t>(rows->count())) return;
    states_ = kept_.states;
    *rows = Rows::Of(kept_.rows.data(), static_cast<int32_t>(kept_.rows.size()));
    *signs = kept_.signs.data();
  }

  void ExpireTouched() {
    const int64_t now = context_->eval().now_ms;
    for (GroupTable::Touched& g : table_->touched()) {
      if (!g.fresh && *table_->LastAccess(g.row) + node_.state_ttl_ms <= now) {
        table_->table().ResetValues(g.row);
        g.fresh = true;
      }
      *table_->LastAccess(g.row) = now;
    }
    if (!sweep_armed_) ArmSweep();
  }

  // Groups from a time without TTL live for one more from now on.
  void StartTtl() {
    std::vector<uint8_t*> rows;
    table_->table().CollectRows(&rows);
    for (uint8_t* row : rows) {
      if (*table_->LastAccess(row) == 0) *table_->LastAccess(row) = context_->eval().now_ms;
    }
  }

  void ArmSweep() {
    sweep_armed_ = true;
    context_->WakeAt(context_->eval().now_ms + node_.state_ttl_ms);
  }

  // One change per input row, in their order: the n-th rows of all groups make one step, and the
  // steps' changes are then sorted by input row.
  Status RowByRow(const Batch& batch) {
    const Rows all = batch.rows();
    if (all.empty()) return Status::OK();
    std::vector<uint64_t> hashes(static_cast<size_t>(all.count()));
    data::HashRows(batch, node_.keys, all, hashes.data());
    std::unordered_map<uint64_t, size_t> seen;
    std::vector<std::vector<int32_t>> waves;
    for (int32_t k = 0; k < all.count(); ++k) {
      const size_t wave = seen[hashes[static_cast<size_t>(k)]]++;
      if (wave == waves.size()) waves.emplace_back();
      waves[wave].push_back(all[k]);
    }
    if (waves.size() == 1) {
      TW_ASSIGN_OR_RETURN(Batch out, Step(batch, all));
      context_->Emit(std::move(out));
      return Status::OK();
    }
    std::vector<Batch> parts;
    std::vector<std::pair<int32_t, int32_t>> order;  // input row, row of the concatenation
    for (const auto& rows : waves) {
      TW_ASSIGN_OR_RETURN(Batch out,
                          Step(batch, Rows::Of(rows.data(), static_cast<int32_t>(rows.size()))));
      const Rows selected = out.rows();
      for (int32_t k = 0; k < selected.count(); ++k) {
        const auto g = static_cast<size_t>(selected[k] / 2);
        order.emplace_back(table_->touched()[g].first_row, static_cast<int32_t>(order.size()));
      }
      parts.push_back(std::move(out));
    }
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    const Batch joined = data::ConcatBatches(parts);
    if (joined.size == 0) return Status::OK();
    std::vector<int32_t> index;
    for (const auto& [row, at] : order) index.push_back(at);
    Batch out;
    out.size = joined.size;
    for (const auto& c : joined.columns) {
      out.columns.push_back(data::Gather(*c, index.data(), out.size));
    }
    if (joined.kinds != nullptr) {
      auto kinds = Buffer::Allocate(out.size);
      for (int32_t i = 0; i < out.size; ++i) {
        kinds->mutable_data()[i] = joined.kinds->data()[index[static_cast<size_t>(i)]];
      }
      out.kinds = std::move(kinds);
    }
    context_->Emit(std::move(out));
    return Status::OK();
  }

  const graph::GroupAggregateNode& node_;
  const GroupTableOptions options_;
  std::unique_ptr<GroupTable> table_;
  ChangeEmitter emitter_;
  bool sweep_armed_ = false;
  // A batch job's results, at the end.
  bool sending_ = false;
  state::KeyedTable::Cursor next_final_;
  std::vector<uint8_t*> final_rows_;
  // Scratch of one step.
  std::vector<uint8_t*> states_;
  std::vector<int8_t> signs_;
  std::vector<uint8_t> begun_;
  RowList kept_;
  std::vector<GroupFate> fates_;
};

}  // namespace

Result<std::unique_ptr<Operator>> MakeGroupAggregateOperator(const graph::Graph& graph,
                                                             const graph::Node& node) {
  const auto& spec = std::get<graph::GroupAggregateNode>(node.spec);
  const data::Schema& input = graph.nodes[static_cast<size_t>(node.inputs[0].from)].output;
  GroupTableOptions o;
  for (const int key : spec.keys) {
    o.key_types.push_back(input[static_cast<size_t>(key)].type);
    o.schema.keys.push_back({input[static_cast<size_t>(key)].name, {}, {}});
  }
  o.aggregates = spec.aggregates;
  o.counts_records = spec.input_retracts;
  if (spec.phase == AggregatePhase::kLocal) {
    return MakeLocalAggregate(spec.keys, std::move(o));
  }
  o.has_ttl = spec.state_ttl_ms > 0;
  return std::unique_ptr<Operator>(new GroupAggregate(spec, std::move(o)));
}

}  // namespace thalweg::operators
