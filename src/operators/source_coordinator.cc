#include "operators/source_coordinator.h"

#include "connectors/registry.h"

namespace thalweg::operators {

Result<std::shared_ptr<SourceCoordinator>> SourceCoordinator::Make(
    const graph::ScanNode& node, bool streaming, const std::string& local_time_zone) {
  connectors::ConnectorTable table{node.table, node.physical, node.primary_key, node.partition_keys,
                                   node.options};
  connectors::ConnectorContext context;
  context.streaming = streaming;
  context.local_time_zone = local_time_zone;
  auto c = std::make_shared<SourceCoordinator>();
  TW_ASSIGN_OR_RETURN(c->source_, connectors::MakeSource(table, context));
  TW_ASSIGN_OR_RETURN(c->enumerator_, c->source_->MakeEnumerator());
  c->scan_ = {node.columns, node.metadata_keys, node.filters};
  c->assign_all_ = node.watermark.has_value();
  return c;
}

Status SourceCoordinator::Discover() {
  TW_ASSIGN_OR_RETURN(std::vector<connectors::Split> splits, enumerator_->Discover());
  {
    std::lock_guard lock(mutex_);
    discovered_ = true;
    for (auto& s : splits) unassigned_.push_back(std::move(s));
  }
  if (notify_) notify_();
  return Status::OK();
}

std::vector<connectors::Split> SourceCoordinator::Take(int subtask, int parallelism) {
  std::lock_guard lock(mutex_);
  std::vector<connectors::Split> out;
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
  return out;
}

bool SourceCoordinator::Drained() {
  std::lock_guard lock(mutex_);
  return discovered_ && enumerator_->discovery_interval_ms() == 0 &&
         next_unassigned_ == unassigned_.size();
}

}  // namespace thalweg::operators
