#include "operators/source_coordinator.h"

#include <algorithm>

#include "connectors/registry.h"

namespace thalweg::operators {

Result<std::shared_ptr<SourceCoordinator>> SourceCoordinator::Make(
    const graph::ScanNode& node, bool streaming, const std::string& local_time_zone,
    FileSystem* file_system) {
  connectors::ConnectorTable table{node.table, node.physical, node.primary_key, node.partition_keys,
                                   node.options};
  connectors::ConnectorContext context;
  context.streaming = streaming;
  context.local_time_zone = local_time_zone;
  context.file_system = file_system;
  TW_ASSIGN_OR_RETURN(auto source, connectors::MakeSource(table, context));
  TW_ASSIGN_OR_RETURN(auto enumerator, source->MakeEnumerator());
  return std::make_shared<SourceCoordinator>(
      std::move(source), std::move(enumerator),
      connectors::ScanSpec{node.columns, node.metadata_keys, node.filters},
      node.watermark.has_value());
}

Status SourceCoordinator::Discover() {
  {
    std::lock_guard lock(mutex_);
    // Restored, and not from a job that watched: what is found only now came after the job's start.
    if (discovered_ && enumerator_->discovery_interval_ms() == 0) return Status::OK();
  }
  std::lock_guard discovery(discovery_);
  TW_ASSIGN_OR_RETURN(std::vector<connectors::Split> splits, enumerator_->Discover());
  {
    std::lock_guard lock(mutex_);
    discovered_ = true;
    for (auto& s : splits) unassigned_.push_back({std::move(s)});
  }
  if (notify_) notify_();
  return Status::OK();
}

std::vector<SplitState> SourceCoordinator::Take(int subtask, int parallelism) {
  std::lock_guard lock(mutex_);
  std::vector<SplitState> out;
  if (frozen_) return out;
  if (!assign_all_) {
    if (next_unassigned_ < unassigned_.size()) {
      out.push_back(std::move(unassigned_[next_unassigned_++]));
    }
    return out;
  }
  assigned_.resize(static_cast<size_t>(parallelism));
  for (; next_unassigned_ < unassigned_.size(); ++next_unassigned_) {
    assigned_[round_robin_++ % assigned_.size()].push_back(
        std::move(unassigned_[next_unassigned_]));
  }
  out.swap(assigned_[static_cast<size_t>(subtask)]);
  if (!out.empty()) ReaderOf(subtask)->reads = true;
  return out;
}

int SourceCoordinator::IdleSubtasksPerSplit(int parallelism) {
  std::lock_guard lock(mutex_);
  const int splits = std::max(1, static_cast<int>(unassigned_.size()));
  return std::max(0, parallelism - splits) / splits;
}

Status SourceCoordinator::Snapshot(OperatorState* state) {
  std::lock_guard discovery(discovery_);
  std::lock_guard lock(mutex_);
  frozen_ = true;
  state->push_back({"enumerator", StateEntry::kNoKeyGroup, enumerator_->Snapshot()});
  if (enumerator_->discovery_interval_ms() > 0) {
    state->push_back({"watched", StateEntry::kNoKeyGroup, ""});
  }
  for (size_t i = next_unassigned_; i < unassigned_.size(); ++i) {
    state->push_back({"split", StateEntry::kNoKeyGroup, unassigned_[i].Encode()});
  }
  for (const auto& splits : assigned_) {
    for (const SplitState& s : splits) {
      state->push_back({"split", StateEntry::kNoKeyGroup, s.Encode()});
    }
  }
  return Status::OK();
}

void SourceCoordinator::Resume() {
  {
    std::lock_guard lock(mutex_);
    frozen_ = false;
  }
  if (notify_) notify_();
}

Status SourceCoordinator::Restore(const OperatorState& state) {
  std::lock_guard lock(mutex_);
  const bool watched =
      std::ranges::any_of(state, [](const StateEntry& e) { return e.name == "watched"; });
  for (const StateEntry& e : state) {
    if (e.name == "enumerator") {
      TW_RETURN_IF_ERROR(enumerator_->Restore(e.bytes));
      discovered_ = !watched;
    }
    if (e.name != "split") continue;
    TW_ASSIGN_OR_RETURN(SplitState split, SplitState::Decode(e.bytes));
    unassigned_.push_back(std::move(split));
  }
  return Status::OK();
}

bool SourceCoordinator::Drained(int subtask) {
  std::lock_guard lock(mutex_);
  return NothingLeftFor(subtask) && enumerator_->discovery_interval_ms() == 0;
}

SourceCoordinator::Others SourceCoordinator::Report(int subtask, bool reads, int64_t watermark) {
  Others others{false, data::kMinWatermark};
  bool followed = false;
  {
    std::lock_guard lock(mutex_);
    Reader* own = ReaderOf(subtask);
    const bool news = own->reads != reads || (reads && own->watermark < watermark);
    *own = {reads, !reads, watermark};
    int64_t lowest = data::kMaxWatermark;
    int64_t highest = data::kMinWatermark;
    for (const Reader& r : readers_) {
      highest = std::max(highest, r.watermark);
      if (r.reads) lowest = std::min(lowest, r.watermark);
      others.reading |= r.reads && &r != own;
      followed |= news && r.follows && &r != own;
    }
    if (SplitsToTake()) {
      others.reading = true;  // and nobody knows yet how far
    } else {
      others.watermark = others.reading ? lowest : highest;
    }
  }
  if (followed && notify_) notify_();
  return others;
}

void SourceCoordinator::Leave(int subtask) {
  {
    std::lock_guard lock(mutex_);
    Reader* own = ReaderOf(subtask);
    own->reads = own->follows = false;
    if (std::ranges::none_of(readers_, &Reader::follows)) return;
  }
  if (notify_) notify_();
}

SourceCoordinator::Reader* SourceCoordinator::ReaderOf(int subtask) {
  if (readers_.size() <= static_cast<size_t>(subtask)) {
    readers_.resize(static_cast<size_t>(subtask) + 1);
  }
  return &readers_[static_cast<size_t>(subtask)];
}

bool SourceCoordinator::SplitsToTake() const {
  return !discovered_ || next_unassigned_ < unassigned_.size() ||
         std::ranges::any_of(assigned_, [](const auto& splits) { return !splits.empty(); });
}

bool SourceCoordinator::NothingLeftFor(int subtask) const {
  // While a snapshot is taken Take gives nothing, though there may be splits for the subtask.
  if (frozen_) return false;
  const auto index = static_cast<size_t>(subtask);
  if (index < assigned_.size() && !assigned_[index].empty()) return false;
  return discovered_ && next_unassigned_ == unassigned_.size();
}

}  // namespace thalweg::operators
