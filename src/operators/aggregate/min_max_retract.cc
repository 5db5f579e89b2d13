// MIN and MAX over retracting input: every value with its count; the extreme is remembered and
// looked for anew, over the group's values, only after its last occurrence has been taken back.
#include "data/gather.h"
#include "operators/aggregate/dispatch.h"
#include "operators/aggregate/families.h"
#include "state/owned_sets.h"
#include "state/string_ref.h"

namespace thalweg::operators {
namespace {
using data::ColumnPtr;
using state::OwnedSets;

template <typename T>
class MinMaxRetractAccumulator final : public Accumulator, private state::OwnedField {
 public:
  struct State {
    OwnedSets::Chain chain;
    uint32_t best;   // place of an entry; 0: none, or to be looked for
    uint32_t stale;  // 1: `best` must be looked for
  };
  MinMaxRetractAccumulator(const expr::AggregateCall& call, const AccumulatorOptions& o, bool max)
      : sets_({call.arg_types[0]}, 8, OwnedSets::Erases::kEntries, o.groups, o.max_parallelism,
              o.memory),
        max_(max) {}
  int32_t bytes() const override { return sizeof(State); }
  state::OwnedField* owned() override { return this; }
  void MergeFrom(const Accumulator& other) override {
    source_ = &static_cast<const MinMaxRetractAccumulator&>(other).sets_;
  }
  OwnedSets* sets() override { return &sets_; }

  Status Update(const UpdateInput& in) override {
    rows_.clear();
    owners_.clear();
    signs_.clear();
    for (int32_t k = 0; k < in.rows.count(); ++k) {
      if (in.args[0]->IsNull(in.rows[k])) continue;
      rows_.push_back(in.rows[k]);
      owners_.push_back(in.states[k]);
      signs_.push_back(in.sign(k));
    }
    Add(*in.args[0], [&](size_t k) { return static_cast<int64_t>(signs_[k]); });
    return Status::OK();
  }

  void Result(uint8_t* const* states, int32_t count, const ResultOutput& to) const override {
    T* values = to.out->mutable_values<T>();
    for (int32_t k = 0; k < count; ++k) {
      const int32_t at = to.positions[k];
      const uint8_t* best = Best(states[k]);
      if (best == nullptr) {
        to.out->SetNull(at);
        std::memset(static_cast<void*>(&values[at]), 0, sizeof(T));
      } else if constexpr (std::is_same_v<T, std::string_view>) {
        values[at] = to.arena->Add(ValueOf(best));
      } else {
        values[at] = ValueOf(best);
      }
    }
  }

  Status MergeStates(uint8_t* const* into, uint8_t* const* from, int32_t count) override {
    for (int32_t k = 0; k < count; ++k) {
      std::vector<uint8_t*> entries;
      rows_.clear();
      owners_.clear();
      source_->CollectEntries(from[k], offset_, &entries);
      if (entries.empty()) continue;
      for (size_t i = 0; i < entries.size(); ++i) {
        rows_.push_back(static_cast<int32_t>(i));
        owners_.push_back(into[k]);
      }
      std::vector<int64_t> counts;
      for (uint8_t* e : entries) counts.push_back(*CountOf(e));
      const ColumnPtr values =
          source_->EmitValues(0, entries.data(), static_cast<int32_t>(entries.size()));
      Add(*values, [&](size_t i) { return counts[i]; });
    }
    return Status::OK();
  }

 private:
  int64_t* CountOf(uint8_t* entry) const {
    return reinterpret_cast<int64_t*>(sets_.EntryBytes(entry));
  }
  T ValueOf(const uint8_t* entry) const {
    const uint8_t* at = entry + sets_.value_offset(0);
    if constexpr (std::is_same_v<T, std::string_view>) {
      return reinterpret_cast<const state::StringRef*>(at)->View();
    } else {
      T v;
      std::memcpy(&v, at, sizeof(T));
      return v;
    }
  }
  bool Better(const uint8_t* a, const uint8_t* b) const {
    return max_ ? ValueOf(a) > ValueOf(b) : ValueOf(a) < ValueOf(b);
  }
  // Remembers what it has found without marking the row: a snapshot may hold the stale state.
  const uint8_t* Best(uint8_t* row) const {
    State* s = StateOf<State>(row);
    if (s->stale == 0) return s->best == 0 ? nullptr : sets_.EntryAt(row, s->best);
    const uint8_t* best = nullptr;
    found_.clear();
    sets_.CollectEntries(row, offset_, &found_);
    for (uint8_t* e : found_) {
      if (*CountOf(e) > 0 && (best == nullptr || Better(e, best))) best = e;
    }
    s->best = best == nullptr ? 0 : state::HeaderOf(best)->place();
    s->stale = 0;
    return best;
  }

  // Adds change(i) to the count of value rows_[i] of owners_[i].
  template <typename Change>
  void Add(const data::Column& values, Change change) {
    const auto n = static_cast<int32_t>(rows_.size());
    entries_.resize(rows_.size());
    const data::Column* column = &values;
    sets_.FindOrInsert(std::span(&column, 1), data::Rows::Of(rows_.data(), n), owners_.data(),
                       offset_, entries_.data());
    std::vector<size_t> zero;
    for (size_t i = 0; i < rows_.size(); ++i) {
      State* s = StateOf<State>(owners_[i]);
      const uint32_t place = state::HeaderOf(entries_[i])->place();
      int64_t* count = CountOf(entries_[i]);
      sets_.MarkDirty(entries_[i]);
      *count += change(i);
      if (*count > 0) {
        if (s->stale == 0 &&
            (s->best == 0 || Better(entries_[i], sets_.EntryAt(owners_[i], s->best)))) {
          s->best = place;
        }
      } else {
        if (s->best == place) {
          s->best = 0;
          s->stale = 1;
        }
        if (*count == 0) zero.push_back(i);
      }
    }
    for (const size_t i : zero) {
      // A later row of the batch may have brought it back, or an earlier one erased it already.
      if (state::HeaderOf(entries_[i])->stamp == state::RowHeader::kFree) continue;
      if (*CountOf(entries_[i]) == 0) sets_.Erase(owners_[i], offset_, entries_[i]);
    }
  }

  void Free(uint8_t* row, state::Slab*) override {
    sets_.Clear(row, offset_);
    *StateOf<State>(row) = State{};
  }
  void FreeAll() override { sets_.Recycle(); }

  OwnedSets sets_;
  const OwnedSets* source_ = &sets_;  // of MergeStates
  const bool max_;
  std::vector<int32_t> rows_;  // scratch
  std::vector<uint8_t*> owners_;
  std::vector<int> signs_;
  std::vector<uint8_t*> entries_;
  mutable std::vector<uint8_t*> found_;
};

}  // namespace

Result<std::unique_ptr<Accumulator>> MakeMinMaxRetract(const expr::AggregateCall& call,
                                                       const AccumulatorOptions& options) {
  const bool max = call.kind == expr::AggregateKind::kMax;
  std::unique_ptr<Accumulator> made;
  DispatchPhysical(data::PhysicalTypeOf(call.arg_types[0]), [&](auto tag) {
    using T =
        std::conditional_t<std::is_same_v<decltype(tag), state::Int128>, __int128, decltype(tag)>;
    made = std::make_unique<MinMaxRetractAccumulator<T>>(call, options, max);
  });
  if (made == nullptr) {
    return Status::NotSupported(call.name + " over " + call.arg_types[0].ToString());
  }
  return made;
}

}  // namespace thalweg::operators
