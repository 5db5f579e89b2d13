// SessionAggregate: windows of rows closer than the gap to each other.
//
//   rows   x  x     x          x  x
//          |--gap--|
//          |== session =====|  |== session =|       sessions that touch or overlap are merged
//
// One table keyed by the keys. A key's row holds one session inline; further open sessions of the
// key are duplicates of the row, chained to it. Firing times stand in a queue, once per session,
// and are put off lazily when the session turns out to have grown.
#include <algorithm>
#include <optional>

#include "data/gather.h"
#include "operators/aggregate/group_table.h"
#include "operators/window/window_operators.h"
#include "operators/window/window_output.h"
#include "operators/window/window_slicer.h"
#include "state/timer_queue.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::Rows;
using graph::WindowAggregateNode;
using Timer = state::TimerQueue::Timer;

constexpr char kStateName[] = "sessions";
constexpr char kProgressName[] = "progress";
/// Of a walk over all sessions.
constexpr size_t kPieceOfRows = 4096;

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
    slicer_.emplace(node_.window, context->eval().zone);
    GroupTableOptions o = options_;
    o.max_parallelism = context->max_parallelism();
    o.groups = GroupsOf(*context, node_.keys.empty());
    TW_ASSIGN_OR_RETURN(table_, GroupTable::Make(std::move(o), context->pool()));
    TW_RETURN_IF_ERROR(table_->AddTo(kStateName, context->state()));
    timers_.emplace(&table_->memory());
    state::KeyedTable::Cursor cursor;
    for (std::vector<uint8_t*> rows;; rows.clear()) {
      table_->table().NextRows(&cursor, kPieceOfRows, &rows);
      if (rows.empty()) break;
      for (uint8_t* row : rows) {
        if (SessionOf(row)->live != 0) Arm(row);
      }
    }
    for (const StateEntry& e : restored) {
      if (e.name != kProgressName || e.bytes.size() != sizeof(int64_t)) continue;
      std::memcpy(&progress_, e.bytes.data(), sizeof(progress_));
    }
    if (!node_.window.event_time) ArmClock();
    return table_->memory_status();
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
    return Produce();
  }

  Result<Progress> OnTimers(TimeDomain domain, int64_t time_ms) override {
    if (domain != TimeDomain::kProcessingTime || node_.window.event_time) return Progress::kDone;
    target_ = time_ms;
    return Produce();
  }

  Result<Progress> OnInputEnd(int) override {
    if (!node_.final_only || !node_.window.event_time) return Progress::kDone;
    target_ = INT64_MAX;
    return Produce();
  }

  Result<Progress> Produce() override {
    for (;;) {
      if (context_->output_full()) return Progress::kMore;
      if (!TakeDue()) break;
      if (!fired_.empty()) output_.Send(context_, table_.get(), *slicer_, fired_);
      for (uint8_t* row : due_) Free(row);
    }
    progress_ = std::max(progress_, target_);
    if (forward_watermark_) {
      forward_watermark_ = false;
      context_->EmitWatermark(target_);
    }
    if (!node_.window.event_time) ArmClock();
    TW_RETURN_IF_ERROR(table_->memory_status());
    return Progress::kDone;
  }

  Status Snapshot(OperatorState* state) override {
    state->push_back({kProgressName, StateEntry::kNoKeyGroup,
                      std::string(reinterpret_cast<const char*>(&progress_), sizeof(progress_))});
    return Status::OK();
  }

 private:
  static constexpr uint32_t kMovedAway = 2;

  Session* SessionOf(uint8_t* row) { return reinterpret_cast<Session*>(table_->Extra(row)); }

  uint8_t* NextOf(const uint8_t* row) {
    const uint32_t next = SessionOf(const_cast<uint8_t*>(row))->next;
    return next == 0 ? nullptr : table_->table().RowAt(state::HeaderOf(row)->hash, next);
  }
  static uint32_t PlaceOf(const uint8_t* row) { return state::HeaderOf(row)->place(); }

  void Arm(uint8_t* row) {
    Session* s = SessionOf(row);
    s->serial = ++serial_;
    timers_->Push({slicer_->FiringTime(s->end), row, s->serial});
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

  // The next sessions that have ended, as many as make a batch; false: there are none.
  bool TakeDue() {
    due_.clear();
    fired_.clear();
    const auto most = static_cast<size_t>(context_->batch_rows());
    table_->memory().Trim();
    for (Timer t; due_.size() < most && timers_->Pop(target_, &t);) {
      table_->memory().space()->TouchPage(t.row);  // read now, and freed then
      if (state::HeaderOf(t.row)->stamp == state::RowHeader::kFree) continue;
      Session* s = SessionOf(t.row);
      if (s->live != 1 || s->serial != t.serial) continue;
      // It may have grown since; its timer is never later than its end.
      if (const int64_t time = slicer_->FiringTime(s->end); time > t.time) {
        timers_->Push({time, t.row, t.serial});
        continue;
      }
      s->serial = 0;  // a timer of its own can no longer meet it
      due_.push_back(t.row);
      if (node_.input_retracts && *table_->RecordCount(t.row) == 0) continue;
      fired_.push_back({t.row, s->start, s->end});
    }
    return !due_.empty();
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
    if (!timers_->empty()) context_->WakeAt(timers_->earliest());
  }

  const WindowAggregateNode& node_;
  const GroupTableOptions options_;
  std::optional<WindowSlicer> slicer_;
  std::unique_ptr<GroupTable> table_;
  std::optional<state::TimerQueue> timers_;
  uint32_t serial_ = 0;
  int64_t progress_ = INT64_MIN;
  int64_t target_ = INT64_MIN;
  bool forward_watermark_ = false;
  WindowOutput output_;
  // Scratch.
  std::vector<int64_t> times_;
  std::vector<uint8_t*> states_;
  std::vector<uint8_t*> merged_away_;
  std::vector<uint8_t*> due_;
  std::vector<FiredRow> fired_;
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
  o.extra_bytes = sizeof(Session);
  return std::unique_ptr<Operator>(new SessionAggregate(spec, std::move(o), node.output));
}

}  // namespace thalweg::operators
