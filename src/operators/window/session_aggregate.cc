// SessionAggregate: windows of rows closer than the gap to each other.
//
//   rows   x  x     x          x  x
//          |--gap--|
//          |== session =====|  |== session =|       sessions that touch or overlap are merged
//
// One table keyed by the keys. A key's row holds one session inline; further open sessions of the
// key are duplicates of the row, chained to it. Firing times stand in a heap, written once per
// session and pushed on lazily when the session turns out to have grown.
#include <algorithm>
#include <optional>

#include "base/memory_charge.h"
#include "data/gather.h"
#include "operators/aggregate/group_table.h"
#include "operators/window/window_operators.h"
#include "operators/window/window_output.h"
#include "operators/window/window_slicer.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::Rows;
using graph::WindowAggregateNode;

constexpr char kStateName[] = "sessions";
constexpr char kProgressName[] = "progress";

struct Session {
  int64_t start;  // window time
  int64_t end;
  uint32_t next;    // place of the key's next one; of a session merged away: where it went
  uint32_t live;    // 0: none in this row
  uint32_t serial;  // tells a timer whether the row still holds its session
  uint32_t unused;
};

std::vector<state::FieldSchema> SessionFields() {
  std::vector<state::FieldSchema> fields(3);
  for (int i = 0; i < 2; ++i) {
    fields[i].identity = fields[i].name = i == 0 ? "window_start" : "window_end";
    fields[i].type = data::Type::Timestamp(3).WithNullable(false);
    fields[i].offset = 8 * i;
    fields[i].bytes = 8;
  }
  fields[2].identity = "links";
  fields[2].offset = offsetof(Session, next);
  fields[2].bytes = sizeof(Session) - offsetof(Session, next);
  for (state::FieldSchema& f : fields) {
    f.codec = "session";
    f.required = "its rows are no sessions";
    f.internal = true;
  }
  return fields;
}

class SessionAggregate final : public Operator {
 public:
  SessionAggregate(const WindowAggregateNode& node, GroupTableOptions options, data::Schema output)
      : node_(node),
        options_(std::move(options)),
        output_(static_cast<int>(node.keys.size()), node.properties, std::move(output)) {}

  Status Open(OperatorContext* context, const OperatorState& restored) override {
    context_ = context;
    charge_.Open(context->pool());
    slicer_.emplace(node_.window, context->eval().zone);
    GroupTableOptions o = options_;
    o.max_parallelism = context->max_parallelism();
    o.groups = GroupsOf(*context, node_.keys.empty());
    TW_ASSIGN_OR_RETURN(table_, GroupTable::Make(std::move(o), context->pool()));
    TW_RETURN_IF_ERROR(table_->AddTo(kStateName, context->state()));
    std::vector<uint8_t*> rows;
    table_->table().CollectRows(&rows);
    for (uint8_t* row : rows) {
      if (SessionOf(row)->live != 0) Arm(row);
    }
    for (const StateEntry& e : restored) {
      if (e.name != kProgressName || e.bytes.size() != sizeof(int64_t)) continue;
      std::memcpy(&progress_, e.bytes.data(), sizeof(progress_));
    }
    if (!node_.window.event_time) ArmClock();
    return Status::OK();
  }

  Result<Progress> OnBatch(int, Batch batch) override {
    const Rows all = batch.rows();
    if (all.empty()) return Progress::kDone;
    if (node_.window.event_time) {
      TW_RETURN_IF_ERROR(slicer_->WindowTimes(
          *batch.columns[static_cast<size_t>(node_.window.time_column)], all, &times_));
    } else {
      times_.assign(static_cast<size_t>(all.count()),
                    slicer_->ToWindowTime(context_->eval().now_ms));
    }
    table_->Find(batch, node_.keys, all, &states_);
    kept_.Clear();
    merged_away_.clear();
    for (int32_t k = 0; k < all.count(); ++k) {
      TW_ASSIGN_OR_RETURN(uint8_t * row,
                          Assign(states_[static_cast<size_t>(k)], times_[static_cast<size_t>(k)]));
      if (row == nullptr) {
        ++context_->metrics()->late_rows;
        continue;
      }
      kept_.rows.push_back(all[k]);
      kept_.states.push_back(row);
      if (!batch.insert_only()) {
        kept_.signs.push_back(static_cast<int8_t>(data::SignOf(batch.kind(all[k]))));
      }
    }
    if (!merged_away_.empty()) {
      for (uint8_t*& row : kept_.states) {
        while (SessionOf(row)->live == kMovedAway) row = NextOf(row);
      }
    }
    const Rows rows = Rows::Of(kept_.rows.data(), static_cast<int32_t>(kept_.rows.size()));
    const int8_t* signs = kept_.signs.empty() ? nullptr : kept_.signs.data();
    if (node_.input_retracts) {
      for (size_t k = 0; k < kept_.states.size(); ++k) {
        *table_->RecordCount(kept_.states[k]) += signs == nullptr ? 1 : signs[k];
      }
    }
    TW_RETURN_IF_ERROR(table_->aggregates().Update(batch, rows, signs, kept_.states.data()));
    for (uint8_t* row : merged_away_) table_->table().FreeRow(row);
    // Keys whose only rows were late hold no session.
    if (kept_.rows.size() != static_cast<size_t>(all.count())) {
      std::sort(states_.begin(), states_.end());
      states_.erase(std::unique(states_.begin(), states_.end()), states_.end());
      for (uint8_t* row : states_) EraseIfEmpty(row);
    }
    if (!node_.window.event_time) ArmClock();
    TW_RETURN_IF_ERROR(charge_.Set(AllocatedBytes(timers_) + AllocatedBytes(due_)));
    TW_RETURN_IF_ERROR(table_->memory_status());
    return Progress::kDone;
  }

  Result<Progress> OnWatermark(int64_t watermark_ms) override {
    if (!node_.window.event_time) {
      context_->EmitWatermark(watermark_ms);
      return Progress::kDone;
    }
    target_ = watermark_ms;
    forward_watermark_ = true;
    TW_RETURN_IF_ERROR(CollectDue());
    return Produce();
  }

  Result<Progress> OnTimers(TimeDomain domain, int64_t time_ms) override {
    if (domain != TimeDomain::kProcessingTime || node_.window.event_time) return Progress::kDone;
    target_ = time_ms;
    TW_RETURN_IF_ERROR(CollectDue());
    return Produce();
  }

  Result<Progress> OnInputEnd(int) override {
    if (!node_.final_only || !node_.window.event_time) return Progress::kDone;
    target_ = INT64_MAX;
    TW_RETURN_IF_ERROR(CollectDue());
    return Produce();
  }

  Result<Progress> Produce() override {
    if (output_.Run(context_) == Progress::kMore) return Progress::kMore;
    for (uint8_t* row : due_) Free(row);
    due_ = {};
    TW_RETURN_IF_ERROR(charge_.Set(AllocatedBytes(timers_)));
    progress_ = std::max(progress_, target_);
    if (forward_watermark_) {
      forward_watermark_ = false;
      context_->EmitWatermark(target_);
    }
    if (!node_.window.event_time) ArmClock();
    return Progress::kDone;
  }

  Status Snapshot(OperatorState* state) override {
    state->push_back({kProgressName, StateEntry::kNoKeyGroup,
                      std::string(reinterpret_cast<const char*>(&progress_), sizeof(progress_))});
    return Status::OK();
  }

 private:
  static constexpr uint32_t kMovedAway = 2;

  struct Timer {
    int64_t end;  // window time; never later than the session's real end
    uint8_t* row;
    uint32_t serial;
    bool operator>(const Timer& o) const { return end > o.end; }
  };

  Session* SessionOf(uint8_t* row) { return reinterpret_cast<Session*>(table_->Extra(row)); }

  uint8_t* NextOf(const uint8_t* row) {
    const uint32_t next = SessionOf(const_cast<uint8_t*>(row))->next;
    return next == 0 ? nullptr : table_->table().RowAt(state::HeaderOf(row)->hash, next);
  }
  static uint32_t PlaceOf(const uint8_t* row) { return state::HeaderOf(row)->place(); }

  void Arm(uint8_t* row) {
    Session* s = SessionOf(row);
    s->serial = ++serial_;
    PushTimer({s->end, row, s->serial});
  }

  void PushTimer(const Timer& timer) {
    timers_.push_back(timer);
    std::push_heap(timers_.begin(), timers_.end(), std::greater<>());
  }
  Timer PopTimer() {
    std::pop_heap(timers_.begin(), timers_.end(), std::greater<>());
    const Timer timer = timers_.back();
    timers_.pop_back();
    return timer;
  }

  bool IsLate(int64_t end) const {
    return progress_ != INT64_MIN && slicer_->IsFired(end, progress_);
  }

  // The row of the session that a row at `time` belongs to, marked; or null: it is late.
  Result<uint8_t*> Assign(uint8_t* head, int64_t time) {
    const int64_t end = time + node_.window.gap_ms;
    Session* first = SessionOf(head);
    if (first->live == 1 && first->next == 0 && time <= first->end && end >= first->start) {
      if (time >= first->start && end > first->end) {  // the usual case: it grows at its end
        first->end = end;
        return head;
      }
    }
    // All sessions of the key that touch [time, end].
    int64_t merged_start = time;
    int64_t merged_end = end;
    std::vector<uint8_t*> touching;
    for (uint8_t* row = head; row != nullptr; row = NextOf(row)) {
      const Session* s = SessionOf(row);
      if (s->live != 1 || time > s->end || end < s->start) continue;
      touching.push_back(row);
      merged_start = std::min(merged_start, s->start);
      merged_end = std::max(merged_end, s->end);
    }
    if (IsLate(merged_end)) return nullptr;
    if (touching.empty()) {
      uint8_t* row = head;
      if (first->live == 1) {
        row = table_->table().Duplicate(head);
        state::HeaderOf(row)->stamp = state::RowHeader::kRestored;
        SessionOf(row)->next = first->next;
        first->next = PlaceOf(row);
      }
      Session* s = SessionOf(row);
      s->start = time;
      s->end = end;
      s->live = 1;
      Arm(row);
      return row;
    }
    uint8_t* into = touching[0];
    for (uint8_t* row : touching) table_->table().MarkDirty(row);
    for (size_t i = 1; i < touching.size(); ++i) {
      TW_RETURN_IF_ERROR(table_->aggregates().MergeStates(&into, &touching[i], 1));
      if (node_.input_retracts) {
        *table_->RecordCount(into) += *table_->RecordCount(touching[i]);
      }
      Unchain(head, touching[i]);
      SessionOf(touching[i])->live = kMovedAway;
      SessionOf(touching[i])->next = PlaceOf(into);
      merged_away_.push_back(touching[i]);
    }
    Session* s = SessionOf(into);
    s->start = merged_start;
    s->end = merged_end;
    return into;
  }

  // `row` is not the head: the head is always the first of those that touch.
  void Unchain(uint8_t* head, uint8_t* row) {
    for (uint8_t* r = head; r != nullptr; r = NextOf(r)) {
      if (SessionOf(r)->next != PlaceOf(row)) continue;
      table_->table().MarkDirty(r);
      SessionOf(r)->next = SessionOf(row)->next;
      return;
    }
  }

  Status CollectDue() {
    std::vector<uint8_t*> rows;
    std::vector<int64_t> starts;
    std::vector<int64_t> ends;
    while (!timers_.empty() && slicer_->IsFired(timers_[0].end, target_)) {
      const Timer t = PopTimer();
      if (state::HeaderOf(t.row)->stamp == state::RowHeader::kFree) continue;
      Session* s = SessionOf(t.row);
      if (s->live != 1 || s->serial != t.serial) continue;
      if (s->end > t.end) {
        PushTimer({s->end, t.row, t.serial});
        continue;
      }
      due_.push_back(t.row);
      s->serial = 0;  // fired; a timer of its own can no longer meet it
      if (node_.input_retracts && *table_->RecordCount(t.row) == 0) continue;
      rows.push_back(t.row);
      starts.push_back(s->start);
      ends.push_back(s->end);
    }
    // After a burst of sessions the heap shrinks with them.
    if (timers_.capacity() > 1024 && timers_.size() < timers_.capacity() / 4) {
      timers_.shrink_to_fit();
    }
    TW_RETURN_IF_ERROR(charge_.Set(AllocatedBytes(timers_) + AllocatedBytes(due_)));
    return output_.Begin(context_->pool(), table_.get(), &*slicer_, std::move(rows),
                         std::move(starts), std::move(ends));
  }

  uint8_t* HeadOf(uint8_t* row) { return table_->table().IndexedRow(row); }

  void Free(uint8_t* row) {
    uint8_t* head = HeadOf(row);
    if (head != row) {
      Unchain(head, row);
      table_->table().FreeRow(row);
    } else {
      Session* s = SessionOf(row);
      const uint32_t next = s->next;
      table_->table().ResetValues(row);
      SessionOf(row)->next = next;
    }
    EraseIfEmpty(head);
  }

  void EraseIfEmpty(uint8_t* head) {
    if (SessionOf(head)->live == 0 && SessionOf(head)->next == 0) {
      table_->table().Erase(head);
    }
  }

  void ArmClock() {
    if (!timers_.empty()) context_->WakeAt(slicer_->FiringTime(timers_[0].end));
  }

  const WindowAggregateNode& node_;
  const GroupTableOptions options_;
  std::optional<WindowSlicer> slicer_;
  std::unique_ptr<GroupTable> table_;
  std::vector<Timer> timers_;  // a heap: the first is the next to fire
  uint32_t serial_ = 0;
  int64_t progress_ = INT64_MIN;
  int64_t target_ = INT64_MIN;
  bool forward_watermark_ = false;
  std::vector<uint8_t*> due_;  // being sent, to be freed then
  MemoryCharge charge_;        // of timers_ and due_
  WindowOutput output_;
  // Scratch.
  std::vector<int64_t> times_;
  std::vector<uint8_t*> states_;
  std::vector<uint8_t*> merged_away_;
  RowList kept_;
};

}  // namespace

Result<std::unique_ptr<Operator>> MakeSessionAggregate(const graph::Graph& graph,
                                                       const graph::Node& node) {
  const auto& spec = std::get<WindowAggregateNode>(node.spec);
  const data::Schema& input = graph.nodes[static_cast<size_t>(node.inputs[0].from)].output;
  GroupTableOptions o;
  for (const int key : spec.keys) {
    o.key_types.push_back(input[static_cast<size_t>(key)].type);
    o.schema.keys.push_back({input[static_cast<size_t>(key)].name, {}, {}});
  }
  o.schema.fields = SessionFields();
  o.schema.live_offset = offsetof(Session, live);
  o.aggregates = spec.aggregates;
  o.counts_records = spec.input_retracts;
  o.streaming = graph.streaming;
  o.extra_bytes = sizeof(Session);
  return std::unique_ptr<Operator>(new SessionAggregate(spec, std::move(o), node.output));
}

}  // namespace thalweg::operators
