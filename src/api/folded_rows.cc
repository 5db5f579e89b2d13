#include "api/folded_rows.h"

#include <utility>

namespace thalweg::api {
namespace {

// Unambiguous: every cell is preceded by its length, NULL by an impossible one.
std::string Serialize(const TextRow& row) {
  std::string out;
  for (const TextCell& cell : row) {
    const int64_t size = cell ? static_cast<int64_t>(cell->size()) : -1;
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    if (cell) out += *cell;
  }
  return out;
}

}  // namespace

Status FoldedRows::Apply(const TextRow& row, int sign) {
  std::string key = Serialize(row);
  if (sign > 0) {
    places_.emplace(std::move(key), entries_.size());
    entries_.push_back(Entry{row, true});
    ++size_;
    return Status::OK();
  }
  const auto place = places_.find(key);
  if (place == places_.end())
    return Status::Internal("a result takes back a row that it never contained");
  entries_[place->second].present = false;
  entries_[place->second].row.clear();
  places_.erase(place);
  --size_;
  if (entries_.size() > 1024 && static_cast<int64_t>(entries_.size()) > 4 * size_) DropAbsent();
  return Status::OK();
}

void FoldedRows::DropAbsent() {
  std::erase_if(entries_, [](const Entry& entry) { return !entry.present; });
  places_.clear();
  for (size_t i = 0; i < entries_.size(); ++i) places_.emplace(Serialize(entries_[i].row), i);
}

}  // namespace thalweg::api
