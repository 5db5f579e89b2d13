#include "operators/sink_coordinator.h"

#include <algorithm>

#include "connectors/registry.h"

namespace thalweg::operators {

Result<std::shared_ptr<SinkCoordinator>> SinkCoordinator::Make(
    const graph::SinkNode& node, bool streaming, const std::string& local_time_zone,
    FileSystem* file_system, Collector collector,
    std::shared_ptr<connectors::TableSink> result_sink) {
  auto c = std::make_shared<SinkCoordinator>();
  if (node.collect) {
    c->collector_ = std::move(collector);
    c->sink_ = std::move(result_sink);
    if (c->sink_ != nullptr) {
      TW_ASSIGN_OR_RETURN(c->committer_, c->sink_->MakeCommitter());
    }
    return c;
  }
  connectors::ConnectorTable table{node.table, node.physical, node.primary_key, node.partition_keys,
                                   node.options};
  connectors::ConnectorContext context;
  context.streaming = streaming;
  context.local_time_zone = local_time_zone;
  context.file_system = file_system;
  TW_ASSIGN_OR_RETURN(c->sink_, connectors::MakeSink(table, context));
  if (node.overwrite) TW_RETURN_IF_ERROR(c->sink_->ApplyOverwrite());
  TW_ASSIGN_OR_RETURN(c->committer_, c->sink_->MakeCommitter());
  return c;
}

Status SinkCoordinator::Restore(const connectors::Ownership& owner, const OperatorState& entries,
                                std::vector<Sealed> pending) {
  restored_epoch_ = owner.restored_epoch;
  if (sink_ == nullptr) return Status::OK();
  std::vector<std::string> known;
  for (const Sealed& s : pending) {
    known.insert(known.end(), s.committables.begin(), s.committables.end());
  }
  for (const StateEntry& e : entries) {
    if (e.name == kWriterState) known.push_back(e.bytes);
  }
  TW_RETURN_IF_ERROR(sink_->TakeOver(owner, known));
  if (!committer_) return Status::OK();
  for (const StateEntry& e : entries) {
    if (e.name == kCommitterState) TW_RETURN_IF_ERROR(committer_->Restore(e.bytes));
  }
  for (Sealed& s : pending) sealed_.emplace(s.epoch, std::move(s));
  return Commit(kEveryEpoch, false);
}

Status SinkCoordinator::SealLeftOpen(const OperatorState& entries) {
  std::vector<std::string> open;
  for (const StateEntry& e : entries) {
    if (e.name == kWriterState) open.push_back(e.bytes);
  }
  if (open.empty()) return Status::OK();
  const int64_t epoch = restored_epoch_ + 1;
  TW_ASSIGN_OR_RETURN(const auto writer, sink_->MakeWriter({}));
  Status status = writer->Restore(open);
  std::string sealed;
  if (status.ok()) {
    auto bytes = writer->Seal(epoch, true);
    status = bytes.status();
    if (bytes.ok()) sealed = *std::move(bytes);
  }
  if (!status.ok()) {
    writer->Abort();
    return status;
  }
  // How far time had come is not known here: nothing is complete because of these rows.
  AddSealed(epoch, INT64_MIN, std::move(sealed));
  return Status::OK();
}

Status SinkCoordinator::RemoveUnpublished(const std::vector<std::string>& lineages) {
  if (sink_ == nullptr || lineages.empty()) return Status::OK();
  return sink_->RemoveUnpublished(lineages);
}

void SinkCoordinator::RollAt(int64_t epoch) {
  std::lock_guard lock(mutex_);
  roll_at_ = epoch;
}

bool SinkCoordinator::RollsAt(int64_t epoch) {
  std::lock_guard lock(mutex_);
  return roll_at_ == epoch;
}

void SinkCoordinator::AddSealed(int64_t epoch, int64_t watermark_ms, std::string committable) {
  std::lock_guard lock(mutex_);
  Sealed& s = sealed_[epoch];
  s.epoch = epoch;
  s.watermark_ms = std::min(s.watermark_ms, watermark_ms);
  if (!committable.empty()) s.committables.push_back(std::move(committable));
}

std::vector<SinkCoordinator::Sealed> SinkCoordinator::Pending(int64_t epoch) {
  std::lock_guard lock(mutex_);
  std::vector<Sealed> pending;
  for (const auto& [e, sealed] : sealed_) {
    if (e <= epoch) pending.push_back(sealed);
  }
  return pending;
}

Status SinkCoordinator::Prepare(int64_t epoch) {
  if (!committer_) return Status::OK();
  for (Sealed& s : Pending(epoch)) {
    const size_t count = s.committables.size();
    TW_ASSIGN_OR_RETURN(auto prepared, committer_->Prepare(std::move(s.committables)));
    std::lock_guard lock(mutex_);
    std::vector<std::string>& all = sealed_[s.epoch].committables;
    TW_CHECK(all.size() == count, "an epoch is prepared when all its writers have sealed it");
    all = std::move(prepared);
  }
  return Status::OK();
}

Status SinkCoordinator::Snapshot(OperatorState* state) {
  if (!committer_) return Status::OK();
  std::string bytes = committer_->Snapshot();
  if (!bytes.empty()) {
    state->push_back({kCommitterState, StateEntry::kOneSubtask, std::move(bytes)});
  }
  return Status::OK();
}

Status SinkCoordinator::Commit(int64_t epoch, bool end_of_input) {
  if (!committer_) return Status::OK();
  std::vector<Sealed> pending = Pending(epoch);
  if (pending.empty() && end_of_input) pending.push_back({epoch, INT64_MAX, {}});
  for (size_t i = 0; i < pending.size(); ++i) {
    const Sealed& s = pending[i];
    TW_RETURN_IF_ERROR(committer_->Commit(s.epoch, s.committables, s.watermark_ms,
                                          end_of_input && i + 1 == pending.size()));
    std::lock_guard lock(mutex_);
    sealed_.erase(s.epoch);
  }
  return Status::OK();
}

}  // namespace thalweg::operators
