#include "operators/sink_coordinator.h"

#include "connectors/registry.h"

namespace thalweg::operators {

Result<std::shared_ptr<SinkCoordinator>> SinkCoordinator::Make(const graph::SinkNode& node,
                                                               bool streaming,
                                                               const std::string& local_time_zone,
                                                               Collector collector) {
  auto c = std::make_shared<SinkCoordinator>();
  if (node.collect) {
    c->collector_ = std::move(collector);
    return c;
  }
  connectors::ConnectorTable table{node.table, node.physical, node.primary_key, node.partition_keys,
                                   node.options};
  connectors::ConnectorContext context;
  context.streaming = streaming;
  context.local_time_zone = local_time_zone;
  TW_ASSIGN_OR_RETURN(c->sink_, connectors::MakeSink(table, context));
  if (node.overwrite) TW_RETURN_IF_ERROR(c->sink_->ApplyOverwrite());
  TW_ASSIGN_OR_RETURN(c->committer_, c->sink_->MakeCommitter());
  return c;
}

void SinkCoordinator::AddCommittable(int64_t epoch, std::string bytes) {
  std::lock_guard lock(mutex_);
  committables_[epoch].push_back(std::move(bytes));
}

Status SinkCoordinator::Commit(int64_t epoch, int64_t watermark_ms, bool end_of_input) {
  if (!committer_) return Status::OK();
  std::vector<std::string> sealed;
  {
    std::lock_guard lock(mutex_);
    sealed = std::move(committables_[epoch]);
    committables_.erase(epoch);
  }
  return committer_->Commit(epoch, sealed, watermark_ms, end_of_input);
}

}  // namespace thalweg::operators
