#include "operators/aggregate/aggregate_set.h"

#include <algorithm>
#include <numeric>

#include "data/gather.h"
#include "operators/aggregate/stored_calls.h"

namespace thalweg::operators {
using data::Column;
using data::ColumnPtr;

Result<std::unique_ptr<AggregateSet>> AggregateSet::Make(std::vector<expr::AggregateCall> calls,
                                                         const AccumulatorOptions& options) {
  auto set = std::make_unique<AggregateSet>();
  set->calls_ = std::move(calls);
  set->retracts_ = options.retracts;
  for (const expr::AggregateCall& call : set->calls_) {
    TW_ASSIGN_OR_RETURN(auto made, MakeAccumulator(call, options));
    set->offsets_.push_back(set->bytes_);
    set->bytes_ += (made->bytes() + 7) / 8 * 8;
    set->accumulators_.push_back(std::move(made));
  }
  for (const graph::DistinctGroup& g : graph::DistinctGroupsOf(set->calls_)) {
    std::vector<Accumulator*> members;
    bool nulls_count = false;
    for (const int m : g.members) {
      members.push_back(set->accumulators_[static_cast<size_t>(m)].get());
      const expr::AggregateKind kind = set->calls_[static_cast<size_t>(m)].kind;
      nulls_count |= kind == expr::AggregateKind::kArrayAgg ||
                     kind == expr::AggregateKind::kSingleValue ||
                     kind == expr::AggregateKind::kCountStar;
    }
    const auto& first = set->calls_[static_cast<size_t>(g.members[0])];
    set->bytes_ += DistinctSet::kBytes;
    set->distinct_.push_back(
        {g.args, g.members, first.arg_types.empty() ? data::Type::Null() : first.arg_types[0],
         std::make_unique<DistinctSet>(first.arg_types, std::move(members), nulls_count, options),
         DistinctPartials(nulls_count)});
  }
  return set;
}

void AggregateSet::Place(int32_t offset, state::KeyedTable* table) {
  offset_ = offset;
  for (size_t i = 0; i < accumulators_.size(); ++i) {
    accumulators_[i]->Place(offset + offsets_[i], table);
    if (auto* owned = accumulators_[i]->owned()) table->AddOwnedField(owned);
  }
  int32_t chain = offset + bytes_ - static_cast<int32_t>(distinct_.size()) * DistinctSet::kBytes;
  for (Distinct& d : distinct_) {
    d.set->Place(chain);
    table->AddOwnedField(d.set.get());
    chain += DistinctSet::kBytes;
  }
}

Status AggregateSet::AddTables(const std::string& name, state::StateStore* store) {
  for (size_t i = 0; i < accumulators_.size(); ++i) {
    state::OwnedSets* sets = accumulators_[i]->sets();
    if (sets == nullptr) continue;
    sets->table()->SetSchema(ValuesSchema(calls_[i], sets));
    TW_RETURN_IF_ERROR(store->AddTable(name + ".agg" + std::to_string(i), sets->table()));
  }
  for (size_t i = 0; i < distinct_.size(); ++i) {
    std::vector<const expr::AggregateCall*> members;
    for (const int m : distinct_[i].members) members.push_back(&calls_[static_cast<size_t>(m)]);
    state::OwnedSets* sets = distinct_[i].set->sets();
    sets->table()->SetSchema(DistinctSchema(members, DistinctIdentity(i), retracts_, sets));
    TW_RETURN_IF_ERROR(store->AddTable(name + ".distinct" + std::to_string(i), sets->table()));
  }
  return Status::OK();
}

// A column has more than one set only if more calls read it than a mask has bits.
std::string AggregateSet::DistinctIdentity(size_t distinct) const {
  const auto& first = calls_[static_cast<size_t>(distinct_[distinct].members[0])];
  int earlier = 0;
  for (size_t i = 0; i < distinct; ++i) earlier += distinct_[i].args == distinct_[distinct].args;
  return "DISTINCT " + ArgumentsIdentity(first) +
         (earlier > 0 ? "#" + std::to_string(earlier) : "");
}

std::vector<state::FieldSchema> AggregateSet::Fields() const {
  std::vector<state::FieldSchema> fields;
  for (size_t i = 0; i < calls_.size(); ++i) {
    state::FieldSchema f = CallField(calls_[i], static_cast<int>(i), retracts_);
    f.offset = offset_ + offsets_[i];
    f.bytes = accumulators_[i]->bytes();
    f.tails = accumulators_[i]->tails();
    fields.push_back(std::move(f));
  }
  int32_t chain = offset_ + bytes_ - static_cast<int32_t>(distinct_.size()) * DistinctSet::kBytes;
  for (size_t i = 0; i < distinct_.size(); ++i) {
    state::FieldSchema f;
    f.identity = DistinctIdentity(i);
    f.codec = "values of " + ArgumentTypes(calls_[static_cast<size_t>(distinct_[i].members[0])]) +
              (retracts_ ? ", counted" : "");
    f.internal = true;
    f.offset = chain;
    f.bytes = DistinctSet::kBytes;
    fields.push_back(std::move(f));
    chain += DistinctSet::kBytes;
  }
  return fields;
}

std::string AggregateSet::Describe() const {
  std::string out;
  for (size_t i = 0; i < calls_.size(); ++i) {
    const expr::AggregateCall& c = calls_[i];
    out += (out.empty() ? "" : ", ") + c.name.substr(0, c.name.find('(')) +
           (c.distinct ? "(DISTINCT" : "(");
    for (const data::Type& t : c.arg_types) out += " " + t.ToString();
    out += ")" + std::to_string(accumulators_[i]->bytes());
  }
  return out;
}

bool AggregateSet::nested(int call) const {
  const auto p = data::PhysicalTypeOf(calls_[static_cast<size_t>(call)].result);
  return p == data::PhysicalType::kList || p == data::PhysicalType::kRow;
}

const Column* AggregateSet::Decoded(const data::Batch& batch, int column) {
  const ColumnPtr& c = batch.columns[static_cast<size_t>(column)];
  if (c->encoding() != data::Encoding::kDictionary) return c.get();
  decoded_.resize(batch.columns.size());
  ColumnPtr& d = decoded_[static_cast<size_t>(column)];
  if (d == nullptr) d = data::DecodeDictionary(c);
  return d.get();
}

const AggregateSet::FilterLane& AggregateSet::LaneOf(const data::Batch& batch, int filter,
                                                     const UpdateInput& in) {
  for (size_t i = 0; i < lanes_used_; ++i) {
    if (lanes_[i].column == filter) return lanes_[i];
  }
  if (lanes_used_ == lanes_.size()) lanes_.emplace_back();
  FilterLane& lane = lanes_[lanes_used_++];
  lane.column = filter;
  lane.list.Clear();
  const data::ColumnView<uint8_t> pass(*Decoded(batch, filter));
  const int32_t n = in.rows.count();
  lane.list.rows.resize(static_cast<size_t>(n));
  lane.list.states.resize(static_cast<size_t>(n));
  int32_t* const to_rows = lane.list.rows.data();
  uint8_t** const to_states = lane.list.states.data();
  // Branch-free: write, then advance if the row passes.
  const auto fill = [&](auto passes) {
    size_t out = 0;
    for (int32_t k = 0; k < n; ++k) {
      const int32_t row = in.rows[k];
      to_rows[out] = row;
      to_states[out] = in.states[k];
      out += passes(row);
    }
    return out;
  };
  const uint8_t* values = pass.values;
  const uint8_t* valid = pass.validity;
  size_t out;
  if (pass.mask == 0) {
    const size_t all = pass.valid(0) && pass[0] != 0 ? 1 : 0;
    out = fill([=](int32_t) { return all; });
  } else if (valid == nullptr) {
    out = fill([=](int32_t row) { return static_cast<size_t>(values[row] != 0); });
  } else {
    out = fill([=](int32_t row) { return static_cast<size_t>((values[row] != 0) & valid[row]); });
  }
  lane.list.rows.resize(out);
  lane.list.states.resize(out);
  for (int32_t k = 0; in.signs != nullptr && k < n; ++k) {
    const int32_t row = in.rows[k];
    if (pass.valid(row) && pass[row] != 0) lane.list.signs.push_back(in.signs[k]);
  }
  return lane;
}

Status AggregateSet::UpdatePlain(const data::Batch& batch, const UpdateInput& all) {
  std::vector<const Column*> args;
  for (size_t i = 0; i < calls_.size(); ++i) {
    const expr::AggregateCall& call = calls_[i];
    if (call.distinct) continue;
    args.clear();
    for (const int a : call.args) args.push_back(Decoded(batch, a));
    if (call.filter < 0) {
      TW_RETURN_IF_ERROR(accumulators_[i]->Update({args.data(), all.rows, all.signs, all.states}));
    } else {
      const FilterLane& lane = LaneOf(batch, call.filter, all);
      if (lane.list.rows.empty()) continue;
      TW_RETURN_IF_ERROR(accumulators_[i]->Update(lane.list.Input(args.data())));
    }
  }
  return Status::OK();
}

void AggregateSet::ReadMasks(const data::Batch& batch, const Distinct& d, const data::Rows& rows) {
  masks_.assign(static_cast<size_t>(rows.count()), 0);
  for (size_t j = 0; j < d.members.size(); ++j) {
    const int filter = calls_[static_cast<size_t>(d.members[j])].filter;
    const uint64_t bit = uint64_t{1} << j;
    if (filter < 0) {
      for (uint64_t& m : masks_) m |= bit;
      continue;
    }
    const data::ColumnView<uint8_t> pass(*Decoded(batch, filter));
    for (int32_t k = 0; k < rows.count(); ++k) {
      const int32_t row = rows[k];
      const bool passes = pass.valid(row) && pass[row] != 0;
      masks_[static_cast<size_t>(k)] |= passes ? bit : 0;
    }
  }
}

Status AggregateSet::Update(const data::Batch& batch, const data::Rows& rows, const int8_t* signs,
                            uint8_t* const* states) {
  if (rows.empty()) return Status::OK();
  decoded_.clear();
  lanes_used_ = 0;
  const UpdateInput all{nullptr, rows, signs, states};
  TW_RETURN_IF_ERROR(UpdatePlain(batch, all));
  std::vector<const Column*> args;
  for (Distinct& d : distinct_) {
    args.clear();
    for (const int a : d.args) args.push_back(Decoded(batch, a));
    ReadMasks(batch, d, rows);
    TW_RETURN_IF_ERROR(d.set->Update(args, all, masks_.data()));
  }
  return Status::OK();
}

Result<std::vector<ColumnPtr>> AggregateSet::Partials(const data::Batch& batch,
                                                      const data::Rows& rows, const int8_t* signs,
                                                      uint8_t* const* states,
                                                      uint8_t* const* groups, int32_t num_groups) {
  decoded_.clear();
  lanes_used_ = 0;
  TW_RETURN_IF_ERROR(UpdatePlain(batch, {nullptr, rows, signs, states}));
  std::vector<ColumnPtr> out;
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i].distinct) continue;
    for (ColumnPtr& c : accumulators_[i]->EmitPartial(groups, num_groups)) {
      out.push_back(std::move(c));
    }
  }
  for (Distinct& d : distinct_) {
    TW_CHECK(signs == nullptr && d.args.size() == 1, "DISTINCT in two phases");
    ReadMasks(batch, d, rows);
    for (ColumnPtr& c : d.partials.Emit(*Decoded(batch, d.args[0]), d.value_type, rows,
                                        masks_.data(), states, num_groups)) {
      out.push_back(std::move(c));
    }
  }
  return out;
}

Status AggregateSet::UpdatePartial(const data::Batch& batch, int first_column,
                                   const data::Rows& rows, uint8_t* const* states) {
  decoded_.clear();
  int column = first_column;
  std::vector<const Column*> args;
  const auto take = [&](size_t count) {
    args.clear();
    for (size_t i = 0; i < count; ++i) args.push_back(Decoded(batch, column++));
  };
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i].distinct) continue;
    take(accumulators_[i]->num_partials());
    TW_RETURN_IF_ERROR(accumulators_[i]->UpdatePartial({args.data(), rows, nullptr, states}));
  }
  for (Distinct& d : distinct_) {
    const ColumnPtr values = data::Flatten(batch.columns[static_cast<size_t>(column++)]);
    const ColumnPtr masks = data::Flatten(batch.columns[static_cast<size_t>(column++)]);
    args = {values.get(), masks.get()};
    TW_RETURN_IF_ERROR(d.set->UpdatePartial({args.data(), rows, nullptr, states}));
  }
  return Status::OK();
}

Status AggregateSet::MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) {
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i].distinct) continue;
    TW_RETURN_IF_ERROR(accumulators_[i]->MergeStates(into, from, count));
  }
  for (Distinct& d : distinct_) TW_RETURN_IF_ERROR(d.set->MergeStates(into, from, count));
  return Status::OK();
}

void AggregateSet::MergeFrom(const AggregateSet& other) {
  for (size_t i = 0; i < accumulators_.size(); ++i) {
    accumulators_[i]->MergeFrom(*other.accumulators_[i]);
  }
  for (size_t i = 0; i < distinct_.size(); ++i) {
    distinct_[i].set->MergeFrom(*other.distinct_[i].set);
  }
}

std::vector<ColumnPtr> AggregateSet::Results(uint8_t* const* states, int32_t count) const {
  std::vector<int32_t> positions(static_cast<size_t>(count));
  std::iota(positions.begin(), positions.end(), 0);
  std::vector<ColumnPtr> out;
  for (int i = 0; i < size(); ++i) {
    if (nested(i)) {
      out.push_back(count == 0 ? data::Flatten(Column::MakeNull(result_type(i), 0))
                               : NestedResult(i, states, count));
      continue;
    }
    auto column = Column::Make(result_type(i), count);
    data::StringArena arena;
    ResultAt(i, states, count, {column.get(), positions.data(), &arena});
    arena.AttachTo(column.get());
    out.push_back(std::move(column));
  }
  return out;
}

}  // namespace thalweg::operators
