// SliceAggregate: TUMBLE, HOP, CUMULATE and attached windows.
//
// One table keyed by (keys, slice end); each slice lists its rows. A window fires by merging the
// slices it is made of (one slice: its rows are sent as they stand); a slice is freed when its last
// window has fired. Nothing is held of all rows at once but what lies in state memory.
#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "data/gather.h"
#include "operators/aggregate/group_table.h"
#include "operators/window/window_operators.h"
#include "operators/window/window_output.h"
#include "operators/window/window_slicer.h"
#include "state/paged_list.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::Column;
using data::ColumnPtr;
using data::Rows;
using graph::AggregatePhase;
using graph::WindowAggregateNode;

constexpr char kStateName[] = "slices";
constexpr char kProgressName[] = "progress";
/// Of a walk over a slice.
constexpr size_t kPieceOfRows = 4096;

bool HasStart(const WindowAggregateNode& node) {
  return node.attached && node.attached_start >= 0 && node.phase == AggregatePhase::kSingle;
}

class SliceAggregate final : public Operator {
 public:
  SliceAggregate(const WindowAggregateNode& node, GroupTableOptions options, data::Schema output)
      : node_(node),
        options_(std::move(options)),
        output_(static_cast<int>(node.keys.size()), node.properties, std::move(output)) {
    if (HasStart(node_)) {
      start_unit_ = data::TimestampUnitsPerSecond(options_.key_types.back().precision()) / 1000;
    }
  }

  Status Open(OperatorContext* context, const OperatorState& restored) override {
    context_ = context;
    slicer_.emplace(node_.window, context->eval().zone);
    GroupTableOptions o = options_;
    o.max_parallelism = context->max_parallelism();
    o.groups = GroupsOf(*context, node_.keys.empty());
    TW_ASSIGN_OR_RETURN(table_, GroupTable::Make(o, context->pool()));
    TW_ASSIGN_OR_RETURN(merged_, GroupTable::Make(o, context->pool()));
    merged_->aggregates().MergeFrom(table_->aggregates());
    TW_RETURN_IF_ERROR(table_->AddTo(kStateName, context->state()));
    for (const StateEntry& e : restored) {
      if (e.name != kProgressName || e.bytes.size() != sizeof(int64_t)) continue;
      int64_t progress;
      std::memcpy(&progress, e.bytes.data(), sizeof(progress));
      // Subtasks agree on the watermark; the smallest is safe where they do not.
      progress_ = has_progress_ ? std::min(progress_, progress) : progress;
      has_progress_ = true;
    }
    state::KeyedTable::Cursor cursor;
    for (std::vector<uint8_t*> rows;; rows.clear()) {
      table_->table().NextRows(&cursor, kPieceOfRows, &rows);
      if (rows.empty()) break;
      for (uint8_t* row : rows) List(row);
    }
    if (!node_.window.event_time) ArmClock();
    return table_->memory_status();
  }

  Result<Progress> OnBatch(int, Batch batch) override {
    Rows rows = batch.rows();
    if (rows.empty()) return Progress::kDone;
    TW_RETURN_IF_ERROR(AssignSlices(batch, rows));
    rows = DropLate(batch, rows);
    if (rows.empty()) return Progress::kDone;
    TW_RETURN_IF_ERROR(Add(batch, rows));
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
      if (firing_) {
        if (SendFired() == Progress::kMore) return Progress::kMore;
        if (firing_merged_) merged_->table().Recycle();
        FreeUpTo(firing_end_);
        firing_ = false;
      }
      const std::optional<int64_t> end = NextWindowEnd();
      if (!end || !slicer_->IsFired(*end, target_)) break;
      TW_RETURN_IF_ERROR(Fire(*end));
    }
    if (target_ > progress_) progress_ = target_;
    fired_until_ = INT64_MIN;  // from here on the progress says what has fired
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
  // The rows of a slice, oldest first.
  using Slice = state::PagedList<uint8_t*>;

  // An attached window is its own only slice.
  int64_t FirstWindowEnd(int64_t slice) const {
    return node_.attached ? slice : slicer_->FirstWindowEnd(slice);
  }
  int64_t LastWindowEnd(int64_t slice) const {
    return node_.attached ? slice : slicer_->LastWindowEnd(slice);
  }
  bool partial_input() const { return node_.phase == AggregatePhase::kGlobal; }
  int num_keys() const { return static_cast<int>(node_.keys.size()); }
  int64_t SliceOf(const uint8_t* row) const {
    int64_t slice;
    std::memcpy(&slice, row + table_->table().layout().key_offset(num_keys()), sizeof(slice));
    return slice;
  }
  // Attached windows carry their start, as a key after the slice's end.
  bool has_start() const { return HasStart(node_); }
  int64_t StartOf(const uint8_t* row) const {
    int64_t start;
    std::memcpy(&start, row + table_->table().layout().key_offset(num_keys() + 1), sizeof(start));
    return start;
  }

  void List(uint8_t* row) {
    const int64_t slice = SliceOf(row);
    if (listed_ == slices_.end() || listed_->first != slice) {
      listed_ = slices_.try_emplace(slice, &table_->memory()).first;
    }
    listed_->second.Append(row);
  }

  // slice_ends_[k] of rows[k]; INT64_MIN: in no window.
  Status AssignSlices(const Batch& batch, const Rows& rows) {
    const int column = partial_input()           ? num_keys()
                       : node_.attached          ? node_.attached_end
                       : node_.window.event_time ? node_.window.time_column
                                                 : -1;
    if (partial_input() || node_.attached) {
      const Column& c = *batch.columns[static_cast<size_t>(column)];
      const Column& s = c.storage();
      const int64_t unit =
          c.type().is_timestamp() ? data::TimestampUnitsPerSecond(c.type().precision()) / 1000 : 1;
      slice_ends_.resize(static_cast<size_t>(rows.count()));
      for (int32_t k = 0; k < rows.count(); ++k) {
        slice_ends_[static_cast<size_t>(k)] = s.values<int64_t>()[c.StorageIndex(rows[k])] / unit;
      }
      return Status::OK();
    }
    if (column < 0) {
      const int64_t now = slicer_->ToWindowTime(context_->eval().now_ms);
      slice_ends_.assign(static_cast<size_t>(rows.count()), slicer_->SliceEnd(now));
    } else {
      TW_RETURN_IF_ERROR(
          slicer_->WindowTimes(*batch.columns[static_cast<size_t>(column)], rows, &slice_ends_));
      int64_t end = INT64_MIN;  // rows come mostly in time order: reuse the last slice
      const int64_t length = slicer_->slice_ms();
      for (int64_t& t : slice_ends_) {
        if (t >= end || t < end - length) end = slicer_->SliceEnd(t);
        t = end;
      }
    }
    return Status::OK();
  }

  // Leaves out late rows and those in no window; fills kept_ and slice_ends_.
  Rows DropLate(const Batch& batch, const Rows& rows) {
    kept_.Clear();
    int64_t last_slice = INT64_MIN;
    bool keep = false;
    size_t out = 0;
    for (int32_t k = 0; k < rows.count(); ++k) {
      const int64_t slice = slice_ends_[static_cast<size_t>(k)];
      if (slice != last_slice || k == 0) {
        last_slice = slice;
        const int64_t last = LastWindowEnd(slice);
        const bool gap = FirstWindowEnd(slice) > last;
        late_ = !gap && progress_ != INT64_MIN && slicer_->IsFired(last, progress_);
        keep = !gap && !late_;
      }
      if (!keep) {
        if (late_) {
          context_->metrics()->late_rows +=
              partial_input() ? batch.columns.back()->At<int64_t>(rows[k]) : 1;
        }
        continue;
      }
      kept_.rows.push_back(rows[k]);
      slice_ends_[out++] = slice;
    }
    slice_ends_.resize(out);
    if (out == static_cast<size_t>(rows.count())) return rows;
    return Rows::Of(kept_.rows.data(), static_cast<int32_t>(out));
  }

  Status Add(const Batch& batch, const Rows& rows) {
    // Keys and the slice; the key group stays that of the keys alone.
    hashes_.resize(static_cast<size_t>(rows.count()));
    data::HashRows(batch, node_.keys, rows, hashes_.data());
    auto slices = Column::Make(data::Type::Bigint().WithNullable(false), batch.size);
    for (int32_t k = 0; k < rows.count(); ++k) {
      const int64_t slice = slice_ends_[static_cast<size_t>(k)];
      slices->mutable_values<int64_t>()[rows[k]] = slice;
      uint64_t& h = hashes_[static_cast<size_t>(k)];
      h = (h & 0xFFFFFFFF00000000u) |
          (data::CombineHash(h, static_cast<uint64_t>(slice)) & 0xFFFFFFFFu);
    }
    std::vector<const Column*> keys;
    for (const int key : node_.keys) keys.push_back(batch.columns[static_cast<size_t>(key)].get());
    keys.push_back(slices.get());
    if (has_start()) keys.push_back(batch.columns[static_cast<size_t>(node_.attached_start)].get());
    table_->Find(keys, rows, hashes_.data(), &states_);
    for (uint8_t* row : states_) {
      state::RowHeader* h = state::HeaderOf(row);
      if (h->stamp != state::RowHeader::kNew) continue;
      h->stamp = state::RowHeader::kRestored;
      List(row);
    }
    if (partial_input()) return AddPartials(batch, rows);
    const int8_t* signs = nullptr;
    if (!batch.insert_only()) {
      signs_.clear();
      rows.ForEach([&](int32_t row) {
        signs_.push_back(static_cast<int8_t>(data::SignOf(batch.kind(row))));
      });
      signs = signs_.data();
    }
    if (node_.input_retracts) {
      for (int32_t k = 0; k < rows.count(); ++k) {
        *table_->RecordCount(states_[static_cast<size_t>(k)]) += signs == nullptr ? 1 : signs[k];
      }
    }
    return table_->aggregates().Update(batch, rows, signs, states_.data());
  }

  Status AddPartials(const Batch& batch, const Rows& rows) {
    int column = num_keys() + 1;
    if (node_.input_retracts) {
      const auto counts = data::DecodeDictionary(batch.columns[static_cast<size_t>(column++)]);
      const data::ColumnView<int64_t> v(*counts);
      for (int32_t k = 0; k < rows.count(); ++k) {
        *table_->RecordCount(states_[static_cast<size_t>(k)]) += v[rows[k]];
      }
    }
    return table_->aggregates().UpdatePartial(batch, column, rows, states_.data());
  }

  // The first end after `slice` of a window that has not fired.
  std::optional<int64_t> FirstUnfired(int64_t slice) const {
    const int64_t last = LastWindowEnd(slice);
    for (int64_t e = FirstWindowEnd(slice); e <= last; e += slicer_->interval()) {
      if (e <= fired_until_) continue;
      if (progress_ != INT64_MIN && slicer_->IsFired(e, progress_)) continue;
      return e;
    }
    return std::nullopt;
  }

  std::optional<int64_t> NextWindowEnd() const {
    std::optional<int64_t> best;
    for (const auto& [slice, s] : slices_) {
      if (best && slice >= *best) break;
      const std::optional<int64_t> e = FirstUnfired(slice);
      if (e && (!best || *e < *best)) best = e;
    }
    return best;
  }

  Status Fire(int64_t end) {
    firing_ = true;
    firing_end_ = end;
    fired_until_ = end;
    next_row_ = {};
    next_merged_ = {};
    auto first =
        node_.attached ? slices_.find(end) : slices_.upper_bound(slicer_->WindowStart(end));
    std::vector<Slice*> parts;
    for (auto it = first; it != slices_.end() && it->first <= end; ++it) {
      parts.push_back(&it->second);
    }
    firing_merged_ = parts.size() > 1;
    firing_slice_ = parts.size() == 1 ? first : slices_.end();
    if (!firing_merged_) return table_->memory_status();
    // Flink merges a hopping window's slices from the latest one on; LISTAGG shows it.
    if (node_.window.kind == graph::WindowKind::kHop) std::ranges::reverse(parts);
    for (Slice* part : parts) {
      Slice::Cursor cursor;
      for (auto rows = part->Next(&cursor, kPieceOfRows); !rows.empty();
           rows = part->Next(&cursor, kPieceOfRows)) {
        TW_RETURN_IF_ERROR(Merge(rows));
      }
    }
    return table_->memory_status();
  }

  // The next rows of the firing window, those without records included; empty at its end.
  const std::vector<uint8_t*>& NextFired() {
    rows_.clear();
    const auto most = static_cast<size_t>(context_->batch_rows());
    if (firing_merged_) merged_->table().NextRows(&next_merged_, most, &rows_);
    while (firing_slice_ != slices_.end() && rows_.size() < most) {
      const auto some = firing_slice_->second.Next(&next_row_, most - rows_.size());
      if (some.empty()) break;
      rows_.insert(rows_.end(), some.begin(), some.end());
    }
    return rows_;
  }

  // Rows that nobody needs any more are freed as they are sent: that brings them back to memory
  // once instead of twice.
  Progress SendFired() {
    GroupTable* table = firing_merged_ ? merged_.get() : table_.get();
    const int64_t start = slicer_->WindowStart(firing_end_);
    const bool last =
        firing_slice_ != slices_.end() && LastWindowEnd(firing_slice_->first) <= firing_end_;
    while (!context_->output_full()) {
      const std::vector<uint8_t*>& rows = NextFired();
      if (rows.empty()) {
        if (last) firing_slice_->second.Clear();
        return Progress::kDone;
      }
      if (last) table->table().BringBack(rows);
      fired_.clear();
      for (uint8_t* row : rows) {
        if (node_.input_retracts && *table->RecordCount(row) == 0) continue;
        fired_.push_back({row, has_start() ? StartOf(row) / start_unit_ : start, firing_end_});
      }
      if (!fired_.empty()) output_.Send(context_, table, *slicer_, fired_);
      if (last) table->table().EraseAll(rows);
    }
    return Progress::kMore;
  }

  // Merges rows of slices into the table of the firing window.
  Status Merge(std::span<uint8_t* const> rows) {
    const auto n = static_cast<int32_t>(rows.size());
    std::vector<ColumnPtr> columns;
    std::vector<const Column*> keys;
    for (int i = 0; i < num_keys(); ++i) {
      columns.push_back(table_->table().EmitKey(i, rows.data(), n));
    }
    // One slice of its own, so that the layout is that of the slices' rows.
    auto slice = Column::Make(data::Type::Bigint().WithNullable(false), n);
    std::fill_n(slice->mutable_values<int64_t>(), n, firing_end_);
    columns.push_back(std::move(slice));
    for (const auto& c : columns) keys.push_back(c.get());
    hashes_.assign(static_cast<size_t>(n), data::kEmptyRowHash);
    for (int i = 0; i < num_keys(); ++i) {
      data::HashColumn(*columns[static_cast<size_t>(i)], Rows::All(n), hashes_.data());
    }
    std::vector<uint8_t*> into;
    merged_->Find(keys, Rows::All(n), hashes_.data(), &into);
    if (node_.input_retracts) {
      for (size_t k = 0; k < rows.size(); ++k) {
        *merged_->RecordCount(into[k]) += *table_->RecordCount(rows[k]);
      }
    }
    TW_RETURN_IF_ERROR(merged_->aggregates().MergeStates(into.data(), rows.data(), n));
    return merged_->memory_status();
  }

  // Frees the slices whose last window is at or before `end`.
  void FreeUpTo(int64_t end) {
    for (auto it = slices_.begin(); it != slices_.end() && it->first <= end;) {
      if (LastWindowEnd(it->first) > end) {
        ++it;
        continue;
      }
      Slice::Cursor cursor;
      for (auto rows = it->second.Next(&cursor, kPieceOfRows); !rows.empty();
           rows = it->second.Next(&cursor, kPieceOfRows)) {
        table_->table().EraseAll(rows);
      }
      it = slices_.erase(it);
    }
    listed_ = slices_.end();
  }

  void ArmClock() {
    if (const auto end = NextWindowEnd()) context_->WakeAt(slicer_->FiringTime(*end));
  }

  const WindowAggregateNode& node_;
  const GroupTableOptions options_;
  std::optional<WindowSlicer> slicer_;
  std::unique_ptr<GroupTable> table_;
  std::unique_ptr<GroupTable> merged_;  // the firing window, where it has several slices
  std::map<int64_t, Slice> slices_;
  std::map<int64_t, Slice>::iterator listed_ = slices_.end();  // whom List has added to last
  /// The watermark (or clock) whose windows have all fired.
  int64_t progress_ = INT64_MIN;
  bool has_progress_ = false;
  int64_t target_ = INT64_MIN;       // the watermark that is being worked off
  int64_t fired_until_ = INT64_MIN;  // the last window end that has fired for it
  bool forward_watermark_ = false;
  bool firing_ = false;
  int64_t firing_end_ = 0;
  bool firing_merged_ = false;  // its rows are those of merged_, else of firing_slice_, if any
  std::map<int64_t, Slice>::iterator firing_slice_;
  Slice::Cursor next_row_;
  state::KeyedTable::Cursor next_merged_;
  WindowOutput output_;
  int64_t start_unit_ = 1;
  // Scratch.
  std::vector<int64_t> slice_ends_;
  std::vector<uint64_t> hashes_;
  std::vector<uint8_t*> states_;
  std::vector<int8_t> signs_;
  std::vector<uint8_t*> rows_;  // that are being sent
  std::vector<FiredRow> fired_;
  RowList kept_;
  bool late_ = false;
};

}  // namespace

Result<std::unique_ptr<Operator>> MakeSliceAggregate(const graph::Graph& graph,
                                                     const graph::Node& node) {
  const auto& spec = std::get<WindowAggregateNode>(node.spec);
  const data::Schema& input = graph.nodes[static_cast<size_t>(node.inputs[0].from)].output;
  GroupTableOptions o;
  for (const int key : spec.keys) {
    o.key_types.push_back(input[static_cast<size_t>(key)].type);
    o.schema.keys.push_back({input[static_cast<size_t>(key)].name, {}, {}});
  }
  // A slice is a window of its own, or a piece that several windows share.
  const bool whole = spec.attached || spec.window.kind == graph::WindowKind::kTumble;
  const std::string prefix = whole ? "window" : "slice";
  const auto slice_key = static_cast<int32_t>(o.key_types.size());
  o.key_types.push_back(data::Type::Bigint().WithNullable(false));
  o.schema.keys.push_back({prefix + "_end", {}, data::Type::Timestamp(3).WithNullable(false)});
  if (HasStart(spec)) {
    o.key_types.push_back(input[static_cast<size_t>(spec.attached_start)].type);
    o.schema.keys.push_back({"window_start", {}, {}});
  } else if (!spec.attached) {
    const bool hops = spec.window.kind == graph::WindowKind::kHop;
    const int64_t length = whole  ? spec.window.size_ms
                           : hops ? std::gcd(spec.window.size_ms, spec.window.slide_ms)
                                  : spec.window.slide_ms;
    o.schema.shifted.push_back({prefix + "_start", slice_key, -length});
  }
  o.aggregates = spec.aggregates;
  o.counts_records = spec.input_retracts;
  return std::unique_ptr<Operator>(new SliceAggregate(spec, std::move(o), node.output));
}

}  // namespace thalweg::operators
