// Snapshots of a KeyedTable: which rows are dirty, writing them while steps go on, reading them
// back.
//
// A partition's cursor parts its places: those before it are written, and of the others a row is
// still to be written unless its epoch is the current one (then it was copied when it was marked,
// or it has come since).
#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <utility>

#include "state/keyed_table.h"
#include "state/snapshot/column_packing.h"
#include "state/string_ref.h"

namespace thalweg::state {
namespace {

constexpr uint32_t kLargestPlace = RowHeader::kDuplicate - 1;
/// Rows whose index slots are asked for ahead.
constexpr size_t kAhead = 32;
/// Rows that are hashed at once.
constexpr size_t kHashed = 1024;
/// Rows that are written at once, at least those of a word of bits.
constexpr uint32_t kWalked = kMostPackedRows;
static_assert(kWalked >= 64);

size_t Words(uint32_t places) { return (size_t{places} + 63) / 64; }

bool Test(const std::vector<uint64_t>& bits, uint32_t place) {
  const size_t word = (place - 1) / 64;
  return word < bits.size() && (bits[word] >> ((place - 1) % 64) & 1) != 0;
}

void Set(std::vector<uint64_t>* bits, uint32_t place) {
  const size_t word = (place - 1) / 64;
  if (word >= bits->size()) bits->resize(std::max(word + 1, bits->size() * 2));
  (*bits)[word] |= uint64_t{1} << (place - 1) % 64;
}

/// The places after `first` up to `last`.
void SetRange(uint32_t first, uint32_t last, std::vector<uint64_t>* bits) {
  for (uint32_t i = first; i < last;) {
    const uint32_t end = std::min(last, (i / 64 + 1) * 64);
    (*bits)[i / 64] |= (~uint64_t{0} >> (64 - (end - i))) << i % 64;
    i = end;
  }
}

}  // namespace

void KeyedTable::StartTracking() {
  epoch_ = 1;
  for (auto& p : partitions_) {
    if (p == nullptr) continue;
    p->dirty.assign(Words(p->end), 0);
    p->known = p->used;
  }
}

void KeyedTable::Mark(Partition* p, uint8_t* row) {
  RowHeader* h = HeaderOf(row);
  const uint32_t place = h->place();
  if (place >= p->cursor && (base_ ? h->stamp != RowHeader::kFree : Test(p->frozen, place))) {
    if (!p->ahead.begun()) p->ahead.Begin(name_, &p->ahead_bytes);
    WriteRow(row, &p->ahead);
    if (p->ahead.bytes() >= block_bytes_) {
      SealAhead(p, &ahead_);
      ChargeSnapshot();
    }
  }
  h->epoch = epoch_;
  p->dirty[(place - 1) / 64] |= uint64_t{1} << (place - 1) % 64;
}

void KeyedTable::BeginSnapshot(bool base) {
  if (epoch_ == 0) StartTracking();
  for (auto& p : partitions_) {
    if (p == nullptr) continue;
    SetRange(p->known, p->used, &p->dirty);
    p->known = p->used;
    p->dirty.swap(p->frozen);
    p->dirty.resize(p->frozen.size());  // zeros: EndSnapshot has cleared it
    p->cursor = p->used > 0 ? 1 : kNoPlace;
  }
  ++epoch_;
  base_ = base;
  walked_ = 0;
  ChargeSnapshot();
}

void KeyedTable::ChargeSnapshot() {
  size_t bytes = ahead_.capacity();
  for (const auto& p : partitions_) {
    if (p == nullptr) continue;
    bytes += p->ahead_bytes.capacity() + p->ahead.allocated() +
             (p->dirty.capacity() + p->frozen.capacity()) * 8;
  }
  memory_->ChargeBeside(static_cast<int64_t>(bytes) - snapshot_charge_);
  snapshot_charge_ = static_cast<int64_t>(bytes);
}

void KeyedTable::EndSnapshot(bool durable) {
  for (auto& p : partitions_) {
    if (p == nullptr) continue;
    for (size_t i = 0; i < p->frozen.size(); ++i) {
      if (!durable) p->dirty[i] |= p->frozen[i];
      p->frozen[i] = 0;
    }
    p->cursor = kNoPlace;
    p->ReleaseAhead();
  }
  walk_.Release();
  std::string().swap(ahead_);
  ChargeSnapshot();
}

void KeyedTable::WriteRow(const uint8_t* row, BlockBuilder* block) {
  if (HeaderOf(row)->stamp == RowHeader::kFree) {
    block->AddFreed(HeaderOf(row)->place());
    return;
  }
  tail_.clear();
  if (has_tails_) {
    for (int i = 0; i < layout_.num_keys(); ++i) {
      if (!layout_.key_is_string(i)) continue;
      reinterpret_cast<const StringRef*>(row + layout_.key_offset(i))->Save(&tail_);
    }
  }
  for (const OwnedField* f : owned_) f->Save(row, &tail_);
  const uint64_t hash = options_.hash_rows == nullptr ? HeaderOf(row)->hash : 0;
  block->AddRow(hash, row, static_cast<size_t>(layout_.row_bytes()), tail_);
}

// Those of the walk's next rows that a step has not copied already; moves some to the front.
void KeyedTable::WriteRows(std::span<const uint8_t*> rows) {
  const bool tails = has_tails_ || !owned_.empty();
  size_t n = 0;
  for (const uint8_t* row : rows) {
    if (HeaderOf(row)->epoch == epoch_) continue;
    if (tails || HeaderOf(row)->stamp == RowHeader::kFree) {
      WriteRow(row, &walk_);
    } else {
      rows[n++] = row;
    }
  }
  walk_.AddRows(rows.first(n), options_.hash_rows == nullptr,
                static_cast<size_t>(layout_.row_bytes()));
}

BlockHeader KeyedTable::HeaderOfBlock(const Partition& p) const {
  BlockHeader h{};
  h.key_group = static_cast<uint32_t>(p.group);
  h.row_bytes = static_cast<uint32_t>(layout_.row_bytes());
  h.layout = layout_id_;
  return h;
}

void KeyedTable::SealAhead(Partition* p, std::string* out) {
  if (!p->ahead.begun()) return;
  p->ahead.Seal(HeaderOfBlock(*p));
  out->append(p->ahead_bytes);
  p->ahead_bytes.clear();
}

// Walking costs, too: rows and words that are passed over take a little of the budget.
void KeyedTable::WriteBase(Partition* p, int64_t* budget) {
  uint32_t place = p->cursor;
  const int64_t cost = layout_.row_bytes() / 8;
  const uint32_t most = has_tails_ || !owned_.empty() ? 1 : kWalked;  // a tail may be long
  while (place <= p->used) {
    if (walk_.bytes() >= block_bytes_ || *budget <= 0) break;
    const uint8_t* rows[kWalked];
    size_t n = 0;
    for (const uint32_t end = place + std::min(p->used - place + 1, most); place < end; ++place) {
      const uint8_t* row = RowAt(*p, place);
      if (HeaderOf(row)->stamp != RowHeader::kFree && HeaderOf(row)->epoch != epoch_) {
        rows[n++] = row;
      } else {
        *budget -= cost;
      }
    }
    WriteRows({rows, n});
  }
  p->cursor = place <= p->used ? place : kNoPlace;
}

void KeyedTable::WriteDelta(Partition* p, int64_t* budget) {
  const size_t words = p->frozen.size();
  const size_t most = has_tails_ || !owned_.empty() ? 1 : kWalked;  // a tail may be long
  size_t word = (p->cursor - 1) / 64;
  const uint8_t* rows[kWalked];
  size_t n = 0;
  for (; word < words; ++word) {
    if (walk_.bytes() >= block_bytes_ || *budget <= 0) break;
    --*budget;
    for (uint64_t bits = p->frozen[word]; bits != 0; bits &= bits - 1) {
      rows[n] = RowAt(
          *p, static_cast<uint32_t>(word * 64) + static_cast<uint32_t>(std::countr_zero(bits)) + 1);
      __builtin_prefetch(rows[n]);
      __builtin_prefetch(rows[n] + 64);
      ++n;
    }
    const uint64_t next = word + 1 < words ? p->frozen[word + 1] : 0;
    if (n + static_cast<size_t>(std::popcount(next)) > most) WriteRows({rows, std::exchange(n, 0)});
  }
  WriteRows({rows, n});
  p->cursor = word < words ? static_cast<uint32_t>(word * 64) + 1 : kNoPlace;
}

void KeyedTable::TakeAhead(int64_t* budget, std::string* out) {
  if (ahead_.empty()) return;
  *budget -= static_cast<int64_t>(ahead_.size());
  out->append(ahead_);
  std::string().swap(ahead_);
  ChargeSnapshot();
}

bool KeyedTable::ContinueSnapshot(int64_t* budget, std::string* out) {
  TakeAhead(budget, out);
  for (; walked_ < partitions_.size(); ++walked_) {
    Partition* p = partitions_[walked_].get();
    while (p != nullptr && p->cursor != kNoPlace) {
      if (*budget <= 0) return false;
      memory_->Trim();
      const size_t before = out->size();
      SealAhead(p, out);
      walk_.Begin(name_, out);
      if (base_) {
        WriteBase(p, budget);
      } else {
        WriteDelta(p, budget);
      }
      walk_.Seal(HeaderOfBlock(*p));
      *budget -= static_cast<int64_t>(out->size() - before);
    }
    if (p != nullptr) p->ReleaseAhead();
  }
  return true;
}

// Until FinishLoad, a partition's `frozen` holds the places that a newer block has decided, and
// `dirty` those that are in use.
Status KeyedTable::LoadBlock(const BlockHeader& h, std::string_view body) {
  const RowConversion* conversion = h.layout == converted_layout_ ? conversion_.get() : nullptr;
  const int32_t stored_bytes =
      conversion != nullptr ? conversion->from_row_bytes() : layout_.row_bytes();
  if ((h.layout != layout_id_ && conversion == nullptr) ||
      h.row_bytes != static_cast<uint32_t>(stored_bytes)) {
    return Status::BadData(
        fmt::format("its rows of {} bytes do not fit the operator, which has rows of {} bytes with "
                    "{}: keys or aggregates have changed",
                    h.row_bytes, layout_.row_bytes(), options_.values));
  }
  Partition* p = &PartitionOfGroup(static_cast<int>(h.key_group));
  memory_->Trim();
  BlockContents block(h, body);
  for (uint32_t i = 0; i < block.num_freed(); ++i) {
    const uint32_t place = block.FreedPlace(i);
    if (place == 0 || place > kLargestPlace) return Status::BadData("a place is out of range");
    Set(&p->frozen, place);
  }
  std::string converted;
  std::string converted_tail;
  for (uint32_t i = 0; i < block.num_rows(); ++i) {
    const char* image;
    std::string_view owned;
    TW_RETURN_IF_ERROR(block.NextRow(&image, &owned));
    RowHeader saved;
    std::memcpy(&saved, image, sizeof(saved));
    if (options_.hash_rows == nullptr &&
        data::KeyGroupOf(saved.hash, options_.max_parallelism) != static_cast<int>(h.key_group)) {
      return Status::BadData("a row stands in the wrong key group");
    }
    if (Test(p->frozen, saved.place())) continue;
    Set(&p->frozen, saved.place());
    while (p->end < saved.place()) {
      OpenPage(p);
      TW_RETURN_IF_ERROR(memory_->status());
    }
    if (conversion != nullptr) {
      TW_RETURN_IF_ERROR(conversion->Convert(image, owned, &converted, &converted_tail));
      image = converted.data();
      owned = converted_tail;
    }
    TW_RETURN_IF_ERROR(LoadRow(p, image, owned));
    Set(&p->dirty, saved.place());
  }
  return block.CheckEnd();
}

Status KeyedTable::LoadRow(Partition* p, const char* image, std::string_view tail) {
  RowHeader saved;
  std::memcpy(&saved, image, sizeof(saved));
  uint8_t* row = RowAt(*p, saved.place());
  std::memcpy(row, image, static_cast<size_t>(layout_.row_bytes()));
  *HeaderOf(row) = {saved.hash, RowHeader::kRestored, 0, saved.place_bits, 0};
  p->used = std::max(p->used, saved.place());
  ++p->live;
  if (!has_tails_ && owned_.empty()) return Status::OK();
  ByteReader in(tail);
  if (has_tails_) {
    for (int i = 0; i < layout_.num_keys(); ++i) {
      if (!layout_.key_is_string(i)) continue;
      auto* s = reinterpret_cast<StringRef*>(row + layout_.key_offset(i));
      if (!s->Load(p->slab.get(), &in)) return Status::BadData("a row's key is cut off");
    }
  }
  for (OwnedField* f : owned_) TW_RETURN_IF_ERROR(f->Load(row, p->slab.get(), &in));
  if (!in.ok() || in.remaining() != 0) {
    return Status::BadData("what a row owns is cut off or has bytes to spare");
  }
  return Status::OK();
}

// The rows of one partition.
void KeyedTable::IndexRows(int key_group, std::span<uint8_t* const> rows) {
  if (options_.hash_rows != nullptr) {
    uint64_t hashes[kHashed];
    options_.hash_rows(*this, key_group, rows.data(), static_cast<int32_t>(rows.size()), hashes);
    for (size_t i = 0; i < rows.size(); ++i) HeaderOf(rows[i])->hash = hashes[i];
  }
  while (!rows.empty()) {
    const auto next = rows.first(std::min(rows.size(), kAhead));
    rows = rows.subspan(next.size());
    for (const uint8_t* row : next) index_.PrefetchSlot(HeaderOf(row)->hash);
    if (memory_->watched()) [[unlikely]] {
      for (const uint8_t* row : next) index_.TouchSlot(HeaderOf(row)->hash);
      memory_->Trim();
    }
    for (uint8_t* row : next) {
      if (!HeaderOf(row)->duplicate()) index_.Insert(HeaderOf(row)->hash, row);
    }
  }
}

void KeyedTable::FinishLoad(bool track) {
  index_.Reserve(num_rows());
  std::vector<uint8_t*> rows;
  for (auto& p : partitions_) {
    if (p == nullptr) continue;
    if (p->used < p->end) p->next = RowAt(*p, p->used + 1);
    uint8_t** last_free = &p->free;  // the lowest place is handed out first
    for (uint32_t place = 1; place <= p->used; ++place) {
      uint8_t* row = RowAt(*p, place);
      if (!Test(p->dirty, place)) {
        *HeaderOf(row) = {0, RowHeader::kFree, 0, place, 0};
        std::memcpy(last_free, &row, sizeof(row));
        last_free = reinterpret_cast<uint8_t**>(row);
        continue;
      }
      rows.push_back(row);
      if (rows.size() < kHashed) continue;
      IndexRows(p->group, rows);
      rows.clear();
    }
    IndexRows(p->group, rows);
    rows.clear();
    p->dirty = {};
    p->frozen = {};
  }
  conversion_ = nullptr;
  if (track) StartTracking();
}

void KeyedTable::SetSchema(TableSchema schema) {
  TW_CHECK(schema.keys.size() == options_.key_types.size(), "a schema of other keys");
  schema_ = std::move(schema);
}

TableSchema KeyedTable::schema() const {
  TableSchema s = schema_;
  s.name = name_;
  if (s.identity.empty()) s.identity = name_;
  s.layout = layout_id_;
  s.row_bytes = layout_.row_bytes();
  s.value_offset = layout_.value_offset();
  s.keys.resize(options_.key_types.size());
  for (size_t i = 0; i < s.keys.size(); ++i) {
    KeySchema& key = s.keys[i];
    key.type = options_.key_types[i];
    if (key.name.empty()) key.name = fmt::format("k{}", i);
    if (key.shown.root() == data::TypeRoot::kNull) key.shown = key.type;
  }
  return s;
}

}  // namespace thalweg::state
