#include "runtime/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/checksum.h"
#include "operators/sink_coordinator.h"
#include "operators/source_coordinator.h"
#include "runtime/checkpoint/checkpoint_coordinator.h"
#include "runtime/checkpoint_storage.h"
#include "runtime/exchange/channel.h"
#include "runtime/task/worker.h"

namespace thalweg::runtime {
namespace {

std::string MakeLineage() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

}  // namespace

Job::Job(graph::Graph graph, JobOptions options)
    : graph_(std::move(graph)),
      options_(std::move(options)),
      pool_(std::make_shared<MemoryPool>(options_.name,
                                         options_.pool ? options_.pool : MemoryPool::Process(),
                                         options_.memory_limit)) {}

Job::~Job() {
  abort_ = true;
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  for (auto& w : wiring_.workers) {
    w->wakeup()->Notify();
    w->Join();
  }
  if (coordinator_) coordinator_->Close();
  if (discovery_.joinable()) discovery_.join();
}

Result<std::unique_ptr<Job>> Job::Create(graph::Graph graph, JobOptions options) {
  auto job = std::unique_ptr<Job>(new Job(std::move(graph), std::move(options)));
  TW_ASSIGN_OR_RETURN(job->wiring_, WireJob(job->graph_, job->options_, job->pool_.get()));
  return job;
}

bool Job::bounded() const {
  return std::ranges::all_of(wiring_.sources, [](const auto& s) { return !s || s->bounded(); });
}

const NodeSnapshot* Job::RestoredNode(size_t node) const {
  const int index = restored_ ? fit_.nodes[node].snapshot : -1;
  return index < 0 ? nullptr : &restored_->manifest.nodes[static_cast<size_t>(index)];
}

bool Job::commits() const {
  return std::any_of(wiring_.sinks.begin(), wiring_.sinks.end(),
                     [](const auto& s) { return s && s->commits(); });
}

void Job::EnableCheckpoints(CheckpointOptions options, int64_t generation,
                            std::shared_ptr<const RestoredJob> restored) {
  checkpoints_ = std::move(options);
  generation_ = generation;
  restored_ = std::move(restored);
  if (restored_) fit_ = FitOf(restored_->manifest, graph_);
}

Status Job::FinishPublication() {
  TW_RETURN_IF_ERROR(TakeOver());
  TW_RETURN_IF_ERROR(RestoreSinks());
  return coordinator_->Finish();
}

Status Job::RestoreSinks() {
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (!wiring_.sinks[i]) continue;
    const NodeSnapshot* snapshot = RestoredNode(i);
    const std::string& uid = graph_.nodes[i].uid;
    Status s = wiring_.sinks[i]->Restore(
        OwnershipOf(uid), snapshot != nullptr ? snapshot->entries : operators::OperatorState(),
        restored_ ? PendingOf(restored_->manifest, uid)
                  : std::vector<operators::SinkCoordinator::Sealed>());
    if (s.ok()) s = wiring_.sinks[i]->RemoveUnpublished(finished_lineages_);
    if (!s.ok()) return s.WithContext(graph_.nodes[i].name);
  }
  for (DepartedSink& d : departed_) {
    const std::string& uid = d.snapshot->uid;
    Status s =
        d.sink->Restore(OwnershipOf(uid), d.snapshot->entries, PendingOf(restored_->manifest, uid));
    if (s.ok()) s = d.sink->SealLeftOpen(d.snapshot->entries);
    if (s.ok()) s = d.sink->RemoveUnpublished(finished_lineages_);
    if (!s.ok()) return s.WithContext(d.snapshot->name + ", which the job no longer has");
  }
  return Status::OK();
}

connectors::Ownership Job::OwnershipOf(const std::string& uid) const {
  // Two sinks of one job may write to the same place.
  connectors::Ownership owner{
      .lineage = fmt::format("{}{:08x}", lineage_, static_cast<uint32_t>(Checksum64(uid))),
      .generation = generation_,
      .restored_epoch = restored_epoch_};
  if (has_checkpoints()) owner.notice = checkpoints_.log;
  return owner;
}

Status Job::MakeDepartedSinks() {
  for (const int index : fit_.departed) {
    const NodeSnapshot& snapshot = restored_->manifest.nodes[static_cast<size_t>(index)];
    auto made = MakeDepartedSink(snapshot, options_.local_time_zone, options_.file_system);
    if (!made.ok()) {
      return made.status().WithContext(snapshot.name + ", which the job no longer has");
    }
    departed_.push_back(std::move(*made));
  }
  return Status::OK();
}

// A history can be gone on with while a checkpoint of it is left; what is restored from it now may
// still lie in its unpublished files.
Result<std::vector<std::string>> Job::FinishedLineages(const CheckpointStorage& storage,
                                                       const OwnerRecord& record) const {
  std::vector<std::string> finished = record.ended;
  if (finished.empty()) return finished;
  if (restored_) std::erase(finished, restored_->manifest.lineage);
  TW_ASSIGN_OR_RETURN(const auto checkpoints, storage.List());
  for (const CheckpointInfo& info : checkpoints) {
    const auto manifest = LoadManifest(checkpoints_.file_system, info.path);
    if (manifest.ok()) std::erase(finished, manifest->lineage);
  }
  return finished;
}

Status Job::TakeOver() {
  const RestoredJob* restored = restored_.get();
  if (restored != nullptr) {
    TW_RETURN_IF_ERROR(CheckKeyGroups(*restored, options_.max_parallelism));
    TW_RETURN_IF_ERROR(MakeDepartedSinks());
  }
  lineage_ = MakeLineage();
  restored_epoch_ = 0;
  std::optional<CheckpointInfo> gone_on_with;
  if (restored != nullptr && restored->continues) {
    const Manifest& m = restored->manifest;
    lineage_ = m.lineage;
    restored_epoch_ = m.epoch;
    gone_on_with = {m.generation, m.epoch, restored->path};
  }
  OwnerRecord record;
  if (has_checkpoints()) {
    CheckpointStorage storage(checkpoints_.file_system, checkpoints_.folder);
    TW_ASSIGN_OR_RETURN(
        record, storage.Begin(generation_, lineage_, gone_on_with ? &*gone_on_with : nullptr,
                              checkpoints_.log));
    TW_ASSIGN_OR_RETURN(finished_lineages_, FinishedLineages(storage, record));
  }
  CheckpointedJob job{.name = options_.name,
                      .lineage = lineage_,
                      .generation = generation_,
                      .epoch = restored_epoch_,
                      .max_parallelism = options_.max_parallelism,
                      .pool = pool_.get()};
  for (const std::string& ended : record.ended) {
    if (std::ranges::count(finished_lineages_, ended) == 0) job.ended_lineages.push_back(ended);
  }
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const graph::Node& node = graph_.nodes[i];
    const NodeSnapshot* snapshot = RestoredNode(i);
    if (wiring_.sources[i] && snapshot != nullptr) {
      if (Status s = wiring_.sources[i]->Restore(snapshot->entries); !s.ok()) {
        return s.WithContext(node.name);
      }
    }
    CheckpointedJob::Node described{.uid = node.uid,
                                    .name = node.name,
                                    .family = node.family,
                                    .parallelism = ParallelismOf(node, options_),
                                    .source = wiring_.sources[i].get(),
                                    .sink = wiring_.sinks[i].get(),
                                    .injects_barriers = node.inputs.empty()};
    if (wiring_.sinks[i] && wiring_.sinks[i]->commits() &&
        !std::get<graph::SinkNode>(node.spec).collect) {
      described.stored_sink = StoredSink{std::get<graph::SinkNode>(node.spec), graph_.streaming};
    }
    if (snapshot != nullptr && ExtendsSegments(*snapshot, i)) {
      described.segments = snapshot->segments;
    }
    job.nodes.push_back(std::move(described));
  }
  for (const DepartedSink& d : departed_) {
    job.departed.push_back({.uid = d.snapshot->uid,
                            .name = d.snapshot->name,
                            .sink = d.sink.get(),
                            .stored_sink = d.snapshot->sink,
                            .input_ended = restored->manifest.final});
  }
  if (!has_checkpoints()) return Status::OK();
  const auto each_subtask = [this](const auto& call) {
    for (auto& w : wiring_.workers) {
      for (const auto& subtask : w->subtasks()) call(subtask.get());
      w->wakeup()->Notify();
    }
  };
  job.inject_barriers = [each_subtask](int64_t n, bool suspend) {
    each_subtask([&](Subtask* s) {
      if (s->is_source()) s->RequestBarrier(n, suspend);
    });
  };
  job.notify = [each_subtask](int64_t n, bool durable) {
    each_subtask([&](Subtask* s) { s->NotifyCheckpoint(n, durable); });
  };
  job.drain = [each_subtask] { each_subtask([](Subtask* s) { s->Drain(); }); };
  job.wake_workers = [each_subtask] { each_subtask([](Subtask*) {}); };
  job.fail = [this](Status s) { Fail(std::move(s)); };
  job.end = [this] {
    ended_by_checkpoint_ = true;
    abort_ = true;
    for (auto& w : wiring_.workers) w->wakeup()->Notify();
  };
  std::lock_guard lock(mutex_);
  coordinator_ =
      std::make_unique<CheckpointCoordinator>(checkpoints_, std::move(job), options_.clock);
  each_subtask([this](Subtask* s) {
    s->ReportTo(coordinator_->receiver(), checkpoints_.batches_per_checkpoint);
  });
  return Status::OK();
}

// Otherwise the first snapshots are complete ones, in the folder of this job and cut as it is.
bool Job::ExtendsSegments(const NodeSnapshot& snapshot, size_t node) const {
  return restored_->continues && has_checkpoints() && fit_.nodes[node].same_rows &&
         snapshot.parallelism == ParallelismOf(graph_.nodes[node], options_);
}

Status Job::OpenSubtask(Subtask* subtask) {
  const auto node = static_cast<size_t>(subtask->node());
  const NodeSnapshot* snapshot = RestoredNode(node);
  if (snapshot == nullptr) return subtask->Open({});
  const int parallelism = ParallelismOf(graph_.nodes[node], options_);
  std::vector<std::shared_ptr<const state::StateSegment>> segments;
  for (const StateSegment* s :
       SegmentsFor(*snapshot, subtask->index(), parallelism, options_.max_parallelism)) {
    TW_ASSIGN_OR_RETURN(auto segment, OpenSegment(checkpoints_.file_system, restored_->folder, *s));
    segments.push_back(std::move(segment));
  }
  return subtask->Open(
      EntriesFor(*snapshot, subtask->index(), parallelism, options_.max_parallelism),
      std::move(segments), ExtendsSegments(*snapshot, node), snapshot->tables);
}

// Each worker's subtasks on a thread of their own, since restored state takes a while to load.
Status Job::OpenSubtasks(bool sinks) {
  std::vector<Status> opened(wiring_.workers.size());
  const auto open = [&](size_t worker) {
    for (const auto& subtask : wiring_.workers[worker]->subtasks()) {
      if ((wiring_.sinks[static_cast<size_t>(subtask->node())] != nullptr) != sinks) continue;
      opened[worker] = OpenSubtask(subtask.get());
      if (!opened[worker].ok()) {
        opened[worker] = opened[worker].WithContext(subtask->name());
        return;
      }
    }
  };
  std::vector<std::thread> others;
  for (size_t w = 1; w < wiring_.workers.size(); ++w) {
    if (restored_) {
      others.emplace_back(open, w);
    } else {
      open(w);
    }
  }
  open(0);
  for (std::thread& t : others) t.join();
  for (Status& s : opened) TW_RETURN_IF_ERROR(std::move(s));
  return Status::OK();
}

// What may still turn out to be damaged is read before anything is published.
Status Job::Start() {
  TW_RETURN_IF_ERROR(TakeOver());
  TW_RETURN_IF_ERROR(OpenSubtasks(false));
  TW_RETURN_IF_ERROR(RestoreSinks());
  TW_RETURN_IF_ERROR(OpenSubtasks(true));
  bool discovers = false;
  for (auto& s : wiring_.sources) {
    if (!s) continue;
    TW_RETURN_IF_ERROR(s->Discover());
    discovers |= s->discovery_interval_ms() > 0;
  }
  if (coordinator_) {
    coordinator_->Start();
    std::lock_guard lock(mutex_);
    if (stop_asked_) coordinator_->RequestStop();
  }
  running_workers_ = wiring_.workers.size();
  for (auto& w : wiring_.workers) {
    w->Start(
        stop_, abort_, [this](Status s) { Fail(std::move(s)); },
        [this] {
          std::lock_guard lock(mutex_);
          --running_workers_;
          changed_.notify_all();
        });
  }
  if (discovers) discovery_ = std::thread([this] { DiscoverLoop(); });
  return Status::OK();
}

void Job::DiscoverLoop() {
  while (!stop_ && !abort_) {
    int64_t interval = INT64_MAX;
    for (auto& s : wiring_.sources) {
      if (s && s->discovery_interval_ms() > 0) {
        interval = std::min(interval, s->discovery_interval_ms());
      }
    }
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(interval),
                        [this] { return stop_ || abort_ || running_workers_ == 0; });
      if (stop_ || abort_ || running_workers_ == 0) return;
    }
    for (auto& s : wiring_.sources) {
      if (!s || s->discovery_interval_ms() <= 0) continue;
      if (Status status = s->Discover(); !status.ok()) {
        Fail(std::move(status));
        return;
      }
    }
  }
}

void Job::Fail(Status status) {
  if (status.code() == StatusCode::kResourceExhausted)
    status = NameLargestHolders(status, stats().nodes);
  {
    std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
    abort_ = true;
    changed_.notify_all();
  }
  for (auto& w : wiring_.workers) w->wakeup()->Notify();
}

void Job::Stop() {
  {
    std::lock_guard lock(mutex_);
    if (has_checkpoints()) {
      if (coordinator_ && !stop_asked_) coordinator_->RequestStop();
      stop_asked_ = true;
      return;
    }
    stop_ = true;
    changed_.notify_all();
  }
  for (auto& w : wiring_.workers) w->wakeup()->Notify();
}

// Whoever takes the job over also removes the files it was writing; that is no failure to restart
// from, since a restart would take it back.
Status Job::Wait() {
  Status status = WaitForEnd();
  if (status.ok() || !has_checkpoints()) return status;
  return CheckpointStorage(checkpoints_.file_system, checkpoints_.folder)
      .ExplainFailure(status, generation_, options_.name);
}

Status Job::WaitForEnd() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return running_workers_ == 0; });
  }
  for (auto& w : wiring_.workers) w->Join();
  if (coordinator_) coordinator_->Close();
  if (discovery_.joinable()) discovery_.join();
  {
    std::lock_guard lock(mutex_);
    TW_RETURN_IF_ERROR(status_);
  }
  if (ended_by_checkpoint_) return Status::OK();
  if (coordinator_) return coordinator_->Finish();
  for (auto& s : wiring_.sinks) {
    if (!s) continue;
    TW_RETURN_IF_ERROR(s->Prepare(operators::SinkCoordinator::kEveryEpoch));
    TW_RETURN_IF_ERROR(s->Commit(operators::SinkCoordinator::kEveryEpoch, !stop_.load()));
  }
  for (DepartedSink& d : departed_) {
    TW_RETURN_IF_ERROR(d.sink->Prepare(operators::SinkCoordinator::kEveryEpoch));
    TW_RETURN_IF_ERROR(d.sink->Commit(operators::SinkCoordinator::kEveryEpoch, false));
  }
  return Status::OK();
}

Status Job::Run() {
  TW_RETURN_IF_ERROR(Start());
  return Wait();
}

JobStats Job::stats() const {
  JobStats stats = StatsOf(graph_, wiring_);
  if (std::lock_guard lock(mutex_); coordinator_) {
    const CheckpointCoordinator::Progress p = coordinator_->progress();
    stats.checkpoints = p.completed;
    stats.failed_checkpoints = p.failed;
    stats.last_checkpoint = p.last_epoch;
    stats.last_checkpoint_ms = p.last_end_ms;
    stats.checkpoint_pauses = p.pauses;
  }
  return stats;
}

}  // namespace thalweg::runtime
