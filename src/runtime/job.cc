#include "runtime/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/checksum.h"
#include "operators/registry.h"
#include "operators/sink_coordinator.h"
#include "operators/source_coordinator.h"
#include "runtime/checkpoint/checkpoint_coordinator.h"
#include "runtime/checkpoint_storage.h"
#include "runtime/exchange/channel.h"
#include "runtime/task/worker.h"
#include "state/extent_space.h"

namespace thalweg::runtime {
namespace {

// Direct edges stay inside a worker; two batches let a step finish before the next one begins.
constexpr int kDirectElements = 8;

int ParallelismOf(const graph::Node& node, const JobOptions& options) {
  return node.parallelism > 0 ? node.parallelism : options.parallelism;
}

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
  for (auto& w : workers_) {
    w->wakeup()->Notify();
    w->Join();
  }
  if (coordinator_) coordinator_->Close();
  if (discovery_.joinable()) discovery_.join();
}

Result<std::unique_ptr<Job>> Job::Create(graph::Graph graph, JobOptions options) {
  auto job = std::unique_ptr<Job>(new Job(std::move(graph), std::move(options)));
  TW_RETURN_IF_ERROR(job->Build());
  return job;
}

Status Job::Build() {
  const size_t n = graph_.nodes.size();
  int workers = 1;
  for (const graph::Node& node : graph_.nodes) {
    workers = std::max(workers, ParallelismOf(node, options_));
  }
  for (int w = 0; w < workers; ++w) {
    workers_.push_back(std::make_unique<Worker>(w, options_.clock, options_.eval));
  }

  sources_.resize(n);
  sinks_.resize(n);
  for (size_t i = 0; i < n; ++i) {
    if (const auto* scan = std::get_if<graph::ScanNode>(&graph_.nodes[i].spec)) {
      TW_ASSIGN_OR_RETURN(sources_[i], operators::SourceCoordinator::Make(*scan, graph_.streaming,
                                                                          options_.local_time_zone,
                                                                          options_.file_system));
      bounded_ &= sources_[i]->bounded();
    } else if (const auto* sink = std::get_if<graph::SinkNode>(&graph_.nodes[i].spec)) {
      TW_ASSIGN_OR_RETURN(
          sinks_[i], operators::SinkCoordinator::Make(
                         *sink, graph_.streaming, options_.local_time_zone, options_.file_system,
                         options_.collector, options_.result_sink));
    }
  }

  // Channels, per edge: [consumer subtask][producer subtask], and each producer's outputs.
  std::vector<std::vector<std::vector<std::vector<Channel*>>>> inputs(n);  // node, input, consumer
  std::vector<std::vector<std::vector<Output>>> outputs(n);                // node, subtask
  for (size_t i = 0; i < n; ++i) {
    outputs[i].resize(static_cast<size_t>(ParallelismOf(graph_.nodes[i], options_)));
  }
  for (size_t i = 0; i < n; ++i) {
    const graph::Node& node = graph_.nodes[i];
    const int consumers = ParallelismOf(node, options_);
    for (const graph::Edge& edge : node.inputs) {
      const int producers = ParallelismOf(graph_.nodes[static_cast<size_t>(edge.from)], options_);
      auto distribution = edge.distribution;
      if (distribution == graph::Distribution::kForward && producers != consumers) {
        distribution = graph::Distribution::kRebalance;
      }
      std::vector<std::vector<Channel*>> by_consumer(static_cast<size_t>(consumers));
      for (int p = 0; p < producers; ++p) {
        std::vector<Channel*> targets;
        const bool direct = distribution == graph::Distribution::kForward;
        for (int c = direct ? p : 0; c < (direct ? p + 1 : consumers); ++c) {
          const bool same_worker = p == c;
          channels_.push_back(std::make_unique<Channel>(
              direct ? kDirectElements : options_.channel_elements, options_.channel_bytes,
              same_worker ? nullptr : workers_[static_cast<size_t>(p)]->wakeup(),
              same_worker ? nullptr : workers_[static_cast<size_t>(c)]->wakeup()));
          targets.push_back(channels_.back().get());
          by_consumer[static_cast<size_t>(c)].push_back(channels_.back().get());
        }
        outputs[static_cast<size_t>(edge.from)][static_cast<size_t>(p)].emplace_back(
            distribution, edge.keys, std::move(targets), options_.max_parallelism);
      }
      inputs[i].push_back(std::move(by_consumer));
    }
  }

  for (size_t i = 0; i < n; ++i) {
    const graph::Node& node = graph_.nodes[i];
    const int parallelism = ParallelismOf(node, options_);
    for (int s = 0; s < parallelism; ++s) {
      Worker* worker = workers_[static_cast<size_t>(s)].get();
      std::unique_ptr<operators::Operator> op;
      if (sources_[i]) {
        TW_ASSIGN_OR_RETURN(
            op, operators::MakeSourceOperator(std::get<graph::ScanNode>(node.spec), sources_[i],
                                              [worker] { worker->wakeup()->Notify(); }));
      } else if (sinks_[i]) {
        op = operators::MakeSinkOperator(node, sinks_[i], options_.name);
      } else {
        TW_ASSIGN_OR_RETURN(op, operators::MakeOperator(graph_, node));
      }
      std::vector<std::vector<Channel*>> gate;
      for (auto& by_consumer : inputs[i]) gate.push_back(by_consumer[static_cast<size_t>(s)]);
      SubtaskConfig config;
      config.name = node.name;
      config.node = static_cast<int>(i);
      config.subtask = s;
      config.parallelism = parallelism;
      config.max_parallelism = options_.max_parallelism;
      config.batch_rows = options_.batch_rows;
      worker->Add(std::make_unique<Subtask>(
          std::move(config), std::move(op), InputGate(std::move(gate)),
          std::move(outputs[i][static_cast<size_t>(s)]), worker->eval(), pool_.get()));
    }
    if (sources_[i]) {
      sources_[i]->OnSplits([this] {
        for (auto& w : workers_) w->wakeup()->Notify();
      });
    }
  }
  return Status::OK();
}

const NodeSnapshot* Job::RestoredNode(size_t node) const {
  const int index = restored_ ? fit_.nodes[node].snapshot : -1;
  return index < 0 ? nullptr : &restored_->manifest.nodes[static_cast<size_t>(index)];
}

bool Job::commits() const {
  return std::any_of(sinks_.begin(), sinks_.end(), [](const auto& s) { return s && s->commits(); });
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
    if (!sinks_[i]) continue;
    const NodeSnapshot* snapshot = RestoredNode(i);
    const std::string& uid = graph_.nodes[i].uid;
    Status s = sinks_[i]->Restore(
        OwnershipOf(uid), snapshot != nullptr ? snapshot->entries : operators::OperatorState(),
        restored_ ? PendingOf(restored_->manifest, uid)
                  : std::vector<operators::SinkCoordinator::Sealed>());
    if (s.ok()) s = sinks_[i]->RemoveUnpublished(finished_lineages_);
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
    if (sources_[i] && snapshot != nullptr) {
      if (Status s = sources_[i]->Restore(snapshot->entries); !s.ok()) {
        return s.WithContext(node.name);
      }
    }
    CheckpointedJob::Node described{.uid = node.uid,
                                    .name = node.name,
                                    .family = node.family,
                                    .parallelism = ParallelismOf(node, options_),
                                    .source = sources_[i].get(),
                                    .sink = sinks_[i].get(),
                                    .injects_barriers = node.inputs.empty()};
    if (sinks_[i] && sinks_[i]->commits() && !std::get<graph::SinkNode>(node.spec).collect) {
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
    for (auto& w : workers_) {
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
    for (auto& w : workers_) w->wakeup()->Notify();
  };
  std::lock_guard lock(mutex_);
  coordinator_ =
      std::make_unique<CheckpointCoordinator>(checkpoints_, std::move(job), options_.clock);
  each_subtask(
      [this](Subtask* s) { s->ReportTo(coordinator_.get(), checkpoints_.batches_per_checkpoint); });
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
  std::vector<Status> opened(workers_.size());
  const auto open = [&](size_t worker) {
    for (const auto& subtask : workers_[worker]->subtasks()) {
      if ((sinks_[static_cast<size_t>(subtask->node())] != nullptr) != sinks) continue;
      opened[worker] = OpenSubtask(subtask.get());
      if (!opened[worker].ok()) {
        opened[worker] = opened[worker].WithContext(subtask->name());
        return;
      }
    }
  };
  std::vector<std::thread> others;
  for (size_t w = 1; w < workers_.size(); ++w) {
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
  for (auto& s : sources_) {
    if (!s) continue;
    TW_RETURN_IF_ERROR(s->Discover());
    discovers |= s->discovery_interval_ms() > 0;
  }
  if (coordinator_) {
    coordinator_->Start();
    std::lock_guard lock(mutex_);
    if (stop_asked_) coordinator_->RequestStop();
  }
  running_workers_ = workers_.size();
  for (auto& w : workers_) {
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
    for (auto& s : sources_) {
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
    for (auto& s : sources_) {
      if (!s || s->discovery_interval_ms() <= 0) continue;
      if (Status status = s->Discover(); !status.ok()) {
        Fail(std::move(status));
        return;
      }
    }
  }
}

void Job::Fail(Status status) {
  if (status.code() == StatusCode::kResourceExhausted) status = NameLargestHolders(status);
  {
    std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
    abort_ = true;
    changed_.notify_all();
  }
  for (auto& w : workers_) w->wakeup()->Notify();
}

// The limit is shared, so whoever meets it first is seldom the one to blame.
Status Job::NameLargestHolders(const Status& status) const {
  constexpr size_t kNamed = 3;
  constexpr size_t kNameLength = 120;
  std::vector<NodeStats> nodes = stats().nodes;
  std::sort(nodes.begin(), nodes.end(),
            [](const NodeStats& a, const NodeStats& b) { return a.state_bytes > b.state_bytes; });
  std::string holders;
  for (size_t i = 0; i < std::min(kNamed, nodes.size()) && nodes[i].state_bytes > 0; ++i) {
    holders += fmt::format("\n  {}  {}", FormatBytes(nodes[i].state_bytes),
                           nodes[i].name.substr(0, kNameLength));
  }
  std::string message = status.message();
  // Whoever holds no state does not know that others' could have made room.
  const Status paging = state::ExtentSpace::Process()->failure();
  if (!paging.ok() && message.find(paging.message()) == std::string::npos) {
    message += "; state cannot be paged to disk: " + paging.message();
  }
  return Status::ResourceExhausted(message + "\nThe largest holders of memory:" + holders);
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
  for (auto& w : workers_) w->wakeup()->Notify();
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
  for (auto& w : workers_) w->Join();
  if (coordinator_) coordinator_->Close();
  if (discovery_.joinable()) discovery_.join();
  {
    std::lock_guard lock(mutex_);
    TW_RETURN_IF_ERROR(status_);
  }
  if (ended_by_checkpoint_) return Status::OK();
  if (coordinator_) return coordinator_->Finish();
  for (auto& s : sinks_) {
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
  JobStats stats;
  for (const graph::Node& node : graph_.nodes) stats.nodes.push_back({node.name});
  int64_t sink_watermark = INT64_MAX;
  for (const auto& w : workers_) {
    for (const auto& subtask : w->subtasks()) {
      const Subtask& s = *subtask;
      const size_t i = static_cast<size_t>(s.node());
      NodeStats& node = stats.nodes[i];
      const SubtaskCounters& c = s.counters();
      const bool first = &w == &workers_.front();
      node.rows_in += c.rows_in;
      node.rows_out += c.rows_out;
      node.late_rows += c.late_rows;
      node.skipped_rows += c.skipped_rows;
      node.watermark_ms =
          first ? c.watermark_ms.load() : std::min(node.watermark_ms, c.watermark_ms.load());
      node.state_bytes += s.memory().used();
      if (sources_[i]) stats.source_rows += c.rows_out;
      if (sinks_[i]) {
        stats.sink_rows += c.rows_in;
        sink_watermark = std::min(sink_watermark, c.watermark_ms.load());
      }
    }
  }
  if (std::lock_guard lock(mutex_); coordinator_) {
    const CheckpointCoordinator::Progress p = coordinator_->progress();
    stats.checkpoints = p.completed;
    stats.failed_checkpoints = p.failed;
    stats.last_checkpoint = p.last_epoch;
    stats.last_checkpoint_ms = p.last_end_ms;
  }
  stats.watermark_ms = sink_watermark == INT64_MAX ? INT64_MIN : sink_watermark;
  return stats;
}

}  // namespace thalweg::runtime
