#include "runtime/checkpoint/checkpoint_coordinator.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>

#include "base/memory.h"
#include "runtime/checkpoint/checkpoint_decisions.h"
#include "runtime/savepoint.h"

namespace thalweg::runtime {
namespace {

/// The clock is looked at no less often, in real milliseconds.
constexpr int64_t kLongestWaitMs = 100;
/// A process that was stopped and has been overtaken finds out so soon after it comes back.
constexpr std::chrono::seconds kOwnerCheckInterval{1};

}  // namespace

CheckpointCoordinator::CheckpointCoordinator(CheckpointOptions options, CheckpointedJob job,
                                             Clock* clock)
    : options_(std::move(options)),
      job_(std::move(job)),
      clock_(clock),
      storage_(options_.file_system, options_.folder),
      inbox_(job_.pool, job_.wake_workers),
      epoch_(job_.epoch),
      coordinator_entries_(job_.nodes.size()),
      frozen_(job_.nodes.size()),
      ended_entries_(job_.nodes.size()) {
  for (const auto& n : job_.nodes) ended_.emplace_back(static_cast<size_t>(n.parallelism));
}

CheckpointCoordinator::~CheckpointCoordinator() { Close(); }

void CheckpointCoordinator::Start() {
  begin_ms_ = end_ms_ = clock_->NowMs();
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "checkpoint");
    Run();
  });
}

void CheckpointCoordinator::Close() {
  inbox_.Close();
  if (thread_.joinable()) thread_.join();
}

CheckpointCoordinator::Progress CheckpointCoordinator::progress() const {
  std::lock_guard lock(mutex_);
  return progress_;
}

bool CheckpointCoordinator::SourcesLive() const {
  for (size_t n = 0; n < job_.nodes.size(); ++n) {
    if (!job_.nodes[n].injects_barriers) continue;
    if (std::count(ended_[n].begin(), ended_[n].end(), false) > 0) return true;
  }
  return false;
}

void CheckpointCoordinator::Run() {
  for (;;) {
    TriggerFacts facts;
    facts.running = pending_ != nullptr;
    facts.sources_live = SourcesLive();
    facts.requested = stop_requested_ || wanted_ || !requested_.empty();
    facts.suspended = stopping_ || failed_;
    facts.last_begin_ms = begin_ms_;
    facts.last_end_ms = end_ms_;
    const int64_t due = NextTriggerMs(options_, facts);
    auto events = inbox_.Take(std::clamp<int64_t>(due - clock_->NowMs(), 0, kLongestWaitMs));
    if (!events) break;
    TakeRequests();
    const int64_t now = clock_->NowMs();
    for (CheckpointEvent& event : *events) {
      const auto bytes = static_cast<int64_t>(event.bytes.size());
      if (Status s = Handle(std::move(event)); !s.ok()) Fail(s, now);
      inbox_.Written(bytes);
    }
    if (pending_ != nullptr) {
      ResumeSources();
      if (pending_->complete()) {
        Complete(now);
      } else if (now - begin_ms_ > options_.timeout_ms) {
        const int node = pending_->FirstMissingNode();
        Fail(Status::Io(fmt::format(
                 "not finished after {} ms (execution.checkpointing.timeout); waiting for {}",
                 options_.timeout_ms, job_.nodes[static_cast<size_t>(node)].name)),
             now);
      }
    } else if (!events->empty() || now < due) {
      continue;  // facts may have changed
    } else {
      Trigger(now);
    }
  }
  const Status ended = Status::Cancelled("the job ended before the savepoint was made");
  Answer(&due_, ended);
  Answer(&requested_, ended);
}

Status CheckpointCoordinator::Handle(CheckpointEvent event) {
  using Kind = CheckpointEvent::Kind;
  const auto node = static_cast<size_t>(event.node);
  const bool current = pending_ != nullptr && event.epoch == pending_->epoch();
  switch (event.kind) {
    case Kind::kChunk:
      return current ? pending_->AddChunk(event.node, event.subtask, std::move(event.bytes))
                     : Status::OK();
    case Kind::kSnapshot:
      return current ? pending_->Acknowledge(event.node, event.subtask, std::move(event.snapshot))
                     : Status::OK();
    case Kind::kEnded:
      ended_[node][static_cast<size_t>(event.subtask)] = true;
      std::move(event.snapshot.entries.begin(), event.snapshot.entries.end(),
                std::back_inserter(ended_entries_[node]));
      if (pending_ != nullptr) pending_->Exclude(event.node, event.subtask);
      return Status::OK();
    case Kind::kWanted:
      wanted_ = true;
      return Status::OK();
    case Kind::kStop:
      stop_requested_ = true;
      if (!options_.savepoint_on_stop.empty()) {
        requested_.push_back({"", options_.savepoint_on_stop, AfterSavepoint::kStop});
      }
      return Status::OK();
  }
  return Status::OK();
}

void CheckpointCoordinator::Trigger(int64_t now_ms) {
  begin_ms_ = now_ms;
  ++epoch_;
  std::vector<int> parallelism;
  for (const auto& n : job_.nodes) parallelism.push_back(n.parallelism);
  pending_ = std::make_unique<PendingCheckpoint>(&storage_, job_.generation, epoch_, parallelism,
                                                 options_.inline_bytes);
  for (size_t n = 0; n < ended_.size(); ++n) {
    for (size_t s = 0; s < ended_[n].size(); ++s) {
      if (ended_[n][s]) pending_->Exclude(static_cast<int>(n), static_cast<int>(s));
    }
  }
  due_ = std::move(requested_);
  requested_.clear();
  wanted_ = false;
  stopping_ = stop_requested_;
  for (size_t n = 0; n < job_.nodes.size(); ++n) {
    coordinator_entries_[n].clear();
    if (job_.nodes[n].sink != nullptr && !due_.empty()) job_.nodes[n].sink->RollAt(epoch_);
    if (job_.nodes[n].source == nullptr) continue;
    if (Status s = job_.nodes[n].source->Snapshot(&coordinator_entries_[n]); !s.ok()) {
      Fail(s, now_ms);
      return;
    }
    frozen_[n] = true;
  }
  job_.inject_barriers(epoch_, stopping_);
}

void CheckpointCoordinator::ResumeSources() {
  for (size_t n = 0; n < job_.nodes.size(); ++n) {
    if (!frozen_[n]) continue;
    if (pending_ != nullptr && !pending_->NodeComplete(static_cast<int>(n))) continue;
    frozen_[n] = false;
    job_.nodes[n].source->Resume();
  }
}

Manifest CheckpointCoordinator::EmptyManifest(int64_t epoch) const {
  Manifest m;
  m.job = job_.name;
  m.lineage = job_.lineage;
  m.generation = job_.generation;
  m.epoch = epoch;
  m.created_ms = clock_->NowMs();
  m.max_parallelism = job_.max_parallelism;
  return m;
}

Result<Manifest> CheckpointCoordinator::MakeManifest() {
  Manifest m = EmptyManifest(epoch_);
  for (size_t n = 0; n < job_.nodes.size(); ++n) {
    const CheckpointedJob::Node& node = job_.nodes[n];
    NodeSnapshot snapshot;
    snapshot.uid = node.uid;
    snapshot.name = node.name;
    snapshot.family = node.family;
    snapshot.segments = node.segments;
    snapshot.entries = coordinator_entries_[n];
    snapshot.entries.insert(snapshot.entries.end(), ended_entries_[n].begin(),
                            ended_entries_[n].end());
    pending_->AppendTo(static_cast<int>(n), job_.max_parallelism, &snapshot);
    if (node.sink != nullptr) TW_RETURN_IF_ERROR(AddOutput(node, epoch_, &snapshot, &m));
    m.nodes.push_back(std::move(snapshot));
  }
  TW_RETURN_IF_ERROR(AddDeparted(epoch_, &m));
  return m;
}

Status CheckpointCoordinator::AddOutput(const CheckpointedJob::Node& node, int64_t epoch,
                                        NodeSnapshot* snapshot, Manifest* manifest) {
  snapshot->sink = node.stored_sink;
  TW_RETURN_IF_ERROR(node.sink->Prepare(epoch));
  TW_RETURN_IF_ERROR(node.sink->Snapshot(&snapshot->entries));
  for (auto& s : node.sink->Pending(epoch)) {
    manifest->pending.push_back({node.uid, s.epoch, s.watermark_ms, std::move(s.committables)});
  }
  return Status::OK();
}

Status CheckpointCoordinator::AddDeparted(int64_t epoch, Manifest* manifest) {
  for (const auto& node : job_.departed) {
    if (node.sink->Pending(epoch).empty()) continue;
    NodeSnapshot snapshot{.uid = node.uid, .name = node.name, .finished = true};
    TW_RETURN_IF_ERROR(AddOutput(node, epoch, &snapshot, manifest));
    manifest->nodes.push_back(std::move(snapshot));
  }
  return Status::OK();
}

Status CheckpointCoordinator::Publish(int64_t epoch, bool ended) {
  const auto publish = [&](const CheckpointedJob::Node& n, bool end_of_input) {
    if (n.sink == nullptr) return Status::OK();
    Status s = n.sink->Commit(epoch, end_of_input);
    return s.ok() ? s : s.WithContext(n.name);
  };
  for (const auto& n : job_.nodes) TW_RETURN_IF_ERROR(publish(n, ended));
  for (const auto& n : job_.departed) TW_RETURN_IF_ERROR(publish(n, ended && n.input_ended));
  return Status::OK();
}

Status CheckpointCoordinator::CheckOwner() const {
  TW_ASSIGN_OR_RETURN(const bool owns, storage_.Owns(job_.generation));
  if (!owns) {
    return Status::Cancelled(fmt::format(
        "job {} is owned by another process now: {} holds a generation above {}; this one ends "
        "and publishes nothing more",
        job_.name, storage_.folder(), job_.generation));
  }
  return Status::OK();
}

Status CheckpointCoordinator::MakeDurable(const Manifest& manifest) {
  TW_RETURN_IF_ERROR(CheckOwner());
  return storage_.Publish(manifest);
}

void CheckpointCoordinator::Complete(int64_t now_ms) {
  auto manifest = MakeManifest();
  if (!manifest.ok()) return Fail(manifest.status(), now_ms);
  if (Status s = MakeDurable(*manifest); !s.ok()) return Fail(s, now_ms);
  const int64_t bytes = pending_->bytes();
  const PauseHistogram pauses = pending_->pauses();
  pending_ = nullptr;
  failures_ = 0;
  end_ms_ = clock_->NowMs();
  for (size_t n = 0; n < job_.nodes.size(); ++n) {
    job_.nodes[n].segments = manifest->nodes[n].segments;
  }
  // Whoever took the job over before this manifest was there does not know what it lists.
  if (Status s = CheckOwner(); !s.ok()) {
    Answer(&due_, s);
    return EndJob(s);
  }
  job_.notify(epoch_, true);
  if (Status s = Publish(epoch_, false); !s.ok()) {
    Answer(&due_, s);
    return EndJob(s);
  }
  {
    std::lock_guard lock(mutex_);
    ++progress_.completed;
    progress_.last_epoch = epoch_;
    progress_.last_end_ms = end_ms_;
    progress_.pauses.Add(pauses);
  }
  options_.log(fmt::format("checkpoint {}: {} ms, {} of state written, longest pause {:.1f} ms",
                           epoch_, end_ms_ - begin_ms_, FormatBytes(bytes),
                           static_cast<double>(pauses.longest_us()) / 1000));
  CleanUp();
  WriteSavepoints(*manifest);
  if (stopping_ && drain_) return job_.drain();
  if (stopping_) job_.end();
}

void CheckpointCoordinator::EndJob(Status status) {
  failed_ = true;
  job_.fail(std::move(status));
}

void CheckpointCoordinator::CleanUp() {
  const auto cleaned = storage_.RemoveOld(options_.retained, job_.generation);
  if (!cleaned.ok()) {
    return options_.log("old checkpoints could not be removed: " + cleaned.status().message());
  }
  for (const std::string& path : cleaned->worthless) {
    options_.log(path +
                 ": damaged, or published by an earlier start after this one began; removed");
  }
  std::vector<std::string> over;
  std::erase_if(job_.ended_lineages, [&](const std::string& lineage) {
    if (cleaned->lineages.contains(lineage)) return false;
    over.push_back(lineage);
    return true;
  });
  if (over.empty()) return;
  for (const auto* nodes : {&job_.nodes, &job_.departed}) {
    for (const auto& n : *nodes) {
      if (n.sink == nullptr) continue;
      if (Status s = n.sink->RemoveUnpublished(over); !s.ok()) {
        options_.log("unpublished output of an earlier start could not be removed: " + s.message());
      }
    }
  }
}

void CheckpointCoordinator::Fail(const Status& status, int64_t now_ms) {
  if (pending_ == nullptr) return;
  pending_->Discard();
  const int64_t epoch = pending_->epoch();
  pending_ = nullptr;
  end_ms_ = now_ms;
  ResumeSources();
  job_.notify(epoch, false);
  ++failures_;
  {
    std::lock_guard lock(mutex_);
    ++progress_.failed;
  }
  const bool cancelled = status.code() == StatusCode::kCancelled;
  const bool goes_on = !cancelled && !stopping_ && Tolerates(options_, failures_);
  options_.log(fmt::format("checkpoint {} failed, the job {}: {}", epoch,
                           goes_on ? "goes on" : "ends", status.message()));
  Answer(&due_, status);
  if (goes_on) return;
  if (cancelled) {
    EndJob(status);
  } else if (stopping_) {
    EndJob(status.WithContext("the job could not be stopped with a checkpoint"));
  } else {
    EndJob(status.WithContext(
        fmt::format("{} checkpoints failed in a row, more than "
                    "execution.checkpointing.tolerable-failed-checkpoints allows",
                    failures_)));
  }
}

void CheckpointCoordinator::TakeRequests() {
  const auto real_now = std::chrono::steady_clock::now();
  if (real_now - last_look_ < std::chrono::milliseconds(kLongestWaitMs)) return;
  last_look_ = real_now;
  if (!failed_ && real_now - last_owner_check_ >= kOwnerCheckInterval) {
    last_owner_check_ = real_now;
    // A folder that cannot be read now is the next checkpoint's matter.
    if (Status s = CheckOwner(); s.code() == StatusCode::kCancelled) return EndJob(s);
  }
  auto requests =
      TakeSavepointRequests(options_.file_system, options_.folder, Clock::System()->NowMs());
  if (!requests.ok()) return options_.log("savepoint requests: " + requests.status().message());
  for (SavepointRequest& r : *requests) {
    stop_requested_ |= r.after != AfterSavepoint::kGoOn;
    drain_ |= r.after == AfterSavepoint::kDrain;
    requested_.push_back(std::move(r));
  }
}

void CheckpointCoordinator::Answer(std::vector<SavepointRequest>* requests, const Status& status) {
  for (const SavepointRequest& r : *requests) {
    if (r.id.empty()) continue;  // the stop's own
    Status s = AnswerSavepointRequest(options_.file_system, options_.folder, r.id, status);
    if (!s.ok()) options_.log("savepoint requests: " + s.message());
  }
  requests->clear();
}

void CheckpointCoordinator::WriteSavepoints(const Manifest& manifest) {
  for (SavepointRequest& request : due_) {
    Status s = WriteSavepoint(options_.file_system, manifest, storage_.folder(), request.folder);
    options_.log(s.ok() ? fmt::format("savepoint: {}", request.folder)
                        : fmt::format("savepoint {} failed: {}", request.folder, s.message()));
    // Who stops a job with a savepoint wants the savepoint.
    if (!s.ok() && stopping_) EndJob(s.WithContext("savepoint " + request.folder));
    std::vector<SavepointRequest> one{std::move(request)};
    Answer(&one, s);
  }
  due_.clear();
}

Status CheckpointCoordinator::Finish() {
  if (pending_ != nullptr) pending_->Discard();
  pending_ = nullptr;
  Manifest m = EmptyManifest(++epoch_);
  m.final = true;
  for (const auto& n : job_.nodes) {
    if (n.sink == nullptr || !n.sink->commits()) continue;
    NodeSnapshot snapshot{.uid = n.uid, .name = n.name, .parallelism = n.parallelism};
    snapshot.finished = true;
    TW_RETURN_IF_ERROR(AddOutput(n, operators::SinkCoordinator::kEveryEpoch, &snapshot, &m));
    m.nodes.push_back(std::move(snapshot));
  }
  TW_RETURN_IF_ERROR(AddDeparted(operators::SinkCoordinator::kEveryEpoch, &m));
  TW_RETURN_IF_ERROR(MakeDurable(m));
  TW_RETURN_IF_ERROR(CheckOwner());
  TW_RETURN_IF_ERROR(Publish(operators::SinkCoordinator::kEveryEpoch, true));
  // Nothing is left to publish, whatever becomes of the output's files from now on.
  m.pending.clear();
  TW_RETURN_IF_ERROR(storage_.Publish(m));
  CleanUp();
  return Status::OK();
}

}  // namespace thalweg::runtime
