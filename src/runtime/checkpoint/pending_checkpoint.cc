#include "runtime/checkpoint/pending_checkpoint.h"

#include <algorithm>

#include "base/failpoint.h"

namespace thalweg::runtime {

PendingCheckpoint::PendingCheckpoint(CheckpointStorage* storage, int64_t generation, int64_t epoch,
                                     const std::vector<int>& parallelism, int64_t inline_bytes)
    : storage_(storage),
      generation_(generation),
      epoch_(epoch),  // Failpoints of state files are of no use if there are none.
      inline_bytes_(TW_HAS_FAILPOINTS ? 0 : inline_bytes) {
  for (const int p : parallelism) {
    nodes_.emplace_back();
    nodes_.back().missing = p;
    nodes_.back().parts.resize(static_cast<size_t>(p));
    missing_ += p;
  }
}

Status PendingCheckpoint::AddChunk(int node, int subtask, std::string bytes) {
  Part& part = PartOf(node, subtask);
  if (part.done) return Status::OK();
  part.size += static_cast<int64_t>(bytes.size());
  bytes_ += static_cast<int64_t>(bytes.size());
  if (part.file.empty() && part.size <= inline_bytes_) {
    part.bytes += bytes;
    return Status::OK();
  }
  if (part.file.empty()) {
    part.file = CheckpointStorage::StateFileName(generation_, epoch_, node, subtask);
    TW_ASSIGN_OR_RETURN(part.open, storage_->file_system()->CreateUncached(
                                       JoinPath(storage_->folder(), part.file)));
    TW_FAILPOINT("state:created");
    TW_RETURN_IF_ERROR(part.open->Append(part.bytes));
    part.bytes.clear();
  }
  return part.open->Append(bytes);
}

Status PendingCheckpoint::Acknowledge(int node, int subtask, SubtaskSnapshot snapshot) {
  Part& part = PartOf(node, subtask);
  if (part.done) return Status::OK();
  part.snapshot = std::move(snapshot);
  pauses_.Add(part.snapshot.pauses);
  if (part.open != nullptr) {
    TW_FAILPOINT("state:written");
    TW_RETURN_IF_ERROR(part.open->Sync());
    TW_FAILPOINT("state:synced");
    TW_RETURN_IF_ERROR(part.open->Close());
    part.open = nullptr;
  }
  Done(node, &part);
  return Status::OK();
}

void PendingCheckpoint::Exclude(int node, int subtask) {
  Part& part = PartOf(node, subtask);
  if (part.done) return;
  part.ended = true;
  Done(node, &part);
}

void PendingCheckpoint::Done(int node, Part* part) {
  part->done = true;
  --nodes_[static_cast<size_t>(node)].missing;
  --missing_;
}

int PendingCheckpoint::FirstMissingNode() const {
  for (size_t n = 0; n < nodes_.size(); ++n) {
    if (nodes_[n].missing > 0) return static_cast<int>(n);
  }
  return -1;
}

void PendingCheckpoint::AppendTo(int node, int max_parallelism, NodeSnapshot* out) const {
  const std::vector<Part>& parts = nodes_[static_cast<size_t>(node)].parts;
  const int parallelism = static_cast<int>(parts.size());
  out->parallelism = parallelism;
  out->finished = std::all_of(parts.begin(), parts.end(), [](const Part& p) { return p.ended; });
  out->state_rows = out->state_bytes = 0;
  out->table_rows.clear();
  for (int s = 0; s < parallelism; ++s) {
    const Part& part = parts[static_cast<size_t>(s)];
    // Operators without keys hold all groups in their only subtask.
    const data::KeyGroupRange groups = data::KeyGroupsOf(s, parallelism, max_parallelism);
    out->entries.insert(out->entries.end(), part.snapshot.entries.begin(),
                        part.snapshot.entries.end());
    if (part.snapshot.tables != nullptr) out->tables = *part.snapshot.tables;
    out->state_rows += part.snapshot.state_rows;
    const std::vector<int64_t>& rows = part.snapshot.table_rows;
    if (out->table_rows.size() < rows.size()) out->table_rows.resize(rows.size());
    for (size_t t = 0; t < rows.size(); ++t) out->table_rows[t] += rows[t];
    out->state_bytes += part.snapshot.state_bytes;
    if (part.ended || part.snapshot.base) {
      std::erase_if(out->segments, [&](const StateSegment& old) {
        return old.groups.first >= groups.first && old.groups.end <= groups.end;
      });
    }
    if (part.ended || part.size == 0) continue;
    out->segments.push_back({part.file, part.bytes, part.size, epoch_, part.snapshot.base, groups});
  }
}

void PendingCheckpoint::Discard() {
  for (Node& n : nodes_) {
    for (Part& p : n.parts) {
      p.open = nullptr;
      if (!p.file.empty()) {
        (void)storage_->file_system()->RemoveFile(JoinPath(storage_->folder(), p.file));
      }
    }
  }
}

}  // namespace thalweg::runtime
