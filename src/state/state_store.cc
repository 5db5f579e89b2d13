#include "state/state_store.h"

namespace thalweg::state {

StateStore::StateStore(std::string owner) : owner_(std::move(owner)) {}
StateStore::~StateStore() = default;

Status StateStore::Restore(std::vector<std::shared_ptr<const StateSegment>> segments, bool) {
  if (segments.empty()) return Status::OK();
  return Status::NotSupported("restoring tables");
}
Status StateStore::AddTable(std::string name, KeyedTable*) {
  return Status::NotSupported("table " + name + " of " + owner_);
}
void StateStore::RemoveTable(const KeyedTable*) {}
Status StateStore::FinishOpen() { return Status::OK(); }

void StateStore::BeginSnapshot(bool full) {
  running_ = true;
  is_base_ = full || needs_base_;
  written_ = 0;
}
Status StateStore::ContinueSnapshot(int64_t, std::string*, bool* done) {
  *done = true;
  return Status::OK();
}
void StateStore::FinishSnapshot() {
  running_ = false;
  needs_base_ = false;
}
void StateStore::AbortSnapshot() { running_ = false; }

std::vector<StateStore::TableInfo> StateStore::Tables() const { return {}; }
int64_t StateStore::live_bytes() const { return 0; }

}  // namespace thalweg::state
