// Snapshots of a KeyedTable: which rows are dirty, writing them while steps go on, reading them
// back.
//
// A partition's cursor parts its places: those before it are written, and of the others a row is
// still to be written unless its epoch is the current one (then it was copied when it was marked,
// or it has come since).
#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "state/keyed_table.h"
#include "state/string_ref.h"

namespace thalweg::state {
namespace {

constexpr uint32_t kLargestPlace = RowHeader::kDuplicate - 1;
/// Rows whose index slots are asked for ahead.
constexpr size_t kAhead = 32;

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

}  // namespace

void KeyedTable::StartTracking() {
  epoch_ = 1;
  for (auto& p : partitions_) {
    if (p != nullptr) p->dirty.assign(Words(p->end), 0);
  }
}

void KeyedTable::Mark(Partition* p, uint8_t* row) {
  RowHeader* h = HeaderOf(row);
  const uint32_t place = h->place();
  if (place >= p->cursor && (base_ ? h->stamp != RowHeader::kFree : Test(p->frozen, place))) {
    WriteRow(p, row);
    if (p->block.bytes() >= block_bytes_) {
      Seal(p, &ahead_);
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
    bytes += p->block.allocated() + (p->dirty.capacity() + p->frozen.capacity()) * 8;
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
    p->block.Release();
  }
  std::string().swap(ahead_);
  ChargeSnapshot();
}

void KeyedTable::WriteRow(Partition* p, const uint8_t* row) {
  const RowHeader& h = *HeaderOf(row);
  if (h.stamp == RowHeader::kFree) {
    p->block.AddFreed(h.place());
    return;
  }
  std::string* out = p->block.AddRow();
  const size_t start = out->size();
  out->append(reinterpret_cast<const char*>(row), static_cast<size_t>(layout_.row_bytes()));
  const size_t tail = out->size();
  if (has_tails_) {
    for (int i = 0; i < layout_.num_keys(); ++i) {
      if (!layout_.key_is_string(i)) continue;
      reinterpret_cast<const StringRef*>(row + layout_.key_offset(i))->Save(out);
    }
  }
  for (const OwnedField* f : owned_) f->Save(row, out);
  const RowHeader saved{h.hash, 0, static_cast<uint32_t>(out->size() - tail), h.place_bits, 0};
  std::memcpy(out->data() + start, &saved, sizeof(saved));
}

void KeyedTable::Seal(Partition* p, std::string* out) {
  if (p->block.empty()) return;
  BlockHeader h{};
  h.key_group = static_cast<uint32_t>(p->group);
  h.row_bytes = static_cast<uint32_t>(layout_.row_bytes());
  h.layout = layout_id_;
  p->block.Seal(h, name_, out);
}

// Walking costs, too: rows and words that are passed over take a little of the budget.
void KeyedTable::WriteBase(Partition* p, int64_t* budget) {
  uint32_t place = p->cursor;
  const int64_t cost = layout_.row_bytes() / 8;
  for (; place <= p->used; ++place) {
    if (p->block.bytes() >= block_bytes_ || *budget <= 0) break;
    const uint8_t* row = RowAt(*p, place);
    if (HeaderOf(row)->stamp != RowHeader::kFree && HeaderOf(row)->epoch != epoch_) {
      WriteRow(p, row);
    } else {
      *budget -= cost;
    }
  }
  p->cursor = place <= p->used ? place : kNoPlace;
}

void KeyedTable::WriteDelta(Partition* p, int64_t* budget) {
  const size_t words = p->frozen.size();
  size_t word = (p->cursor - 1) / 64;
  for (; word < words; ++word) {
    if (p->block.bytes() >= block_bytes_ || *budget <= 0) break;
    --*budget;
    const uint8_t* rows[64];
    size_t n = 0;
    for (uint64_t bits = p->frozen[word]; bits != 0; bits &= bits - 1) {
      rows[n] = RowAt(
          *p, static_cast<uint32_t>(word * 64) + static_cast<uint32_t>(std::countr_zero(bits)) + 1);
      __builtin_prefetch(rows[n]);
      __builtin_prefetch(rows[n] + 64);
      ++n;
    }
    for (size_t i = 0; i < n; ++i) {
      if (HeaderOf(rows[i])->epoch != epoch_) WriteRow(p, rows[i]);
    }
  }
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
      if (base_) {
        WriteBase(p, budget);
      } else {
        WriteDelta(p, budget);
      }
      const size_t before = out->size();
      if (p->cursor == kNoPlace || p->block.bytes() >= block_bytes_) Seal(p, out);
      *budget -= static_cast<int64_t>(out->size() - before);
    }
    if (p != nullptr) p->block.Release();
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
  ByteReader in(body);
  for (uint32_t i = 0; i < h.freed; ++i) {
    const auto place = in.Fixed<uint32_t>();
    if (place == 0 || place > kLargestPlace) return Status::BadData("a place is out of range");
    Set(&p->frozen, place);
  }
  const auto row_bytes = static_cast<size_t>(stored_bytes);
  std::string converted;
  std::string converted_tail;
  for (uint32_t i = 0; i < h.rows; ++i) {
    const char* image = in.Raw(row_bytes);
    if (image == nullptr) return Status::BadData("a row is cut off");
    RowHeader saved;
    std::memcpy(&saved, image, sizeof(saved));
    const char* tail = in.Raw(saved.group);
    if (tail == nullptr) return Status::BadData("a row's strings are cut off");
    if (saved.place() == 0) return Status::BadData("a place is out of range");
    if (data::KeyGroupOf(saved.hash, options_.max_parallelism) != static_cast<int>(h.key_group)) {
      return Status::BadData("a row stands in the wrong key group");
    }
    if (Test(p->frozen, saved.place())) continue;
    Set(&p->frozen, saved.place());
    while (p->end < saved.place()) {
      OpenPage(p);
      TW_RETURN_IF_ERROR(memory_->status());
    }
    std::string_view owned(tail, saved.group);
    if (conversion != nullptr) {
      TW_RETURN_IF_ERROR(conversion->Convert(image, owned, &converted, &converted_tail));
      image = converted.data();
      owned = converted_tail;
    }
    TW_RETURN_IF_ERROR(LoadRow(p, image, owned));
    Set(&p->dirty, saved.place());
  }
  return in.remaining() == 0 ? Status::OK() : Status::BadData("a block has bytes to spare");
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

void KeyedTable::FinishLoad(bool track) {
  index_.Reserve(num_rows());
  for (auto& p : partitions_) {
    if (p == nullptr) continue;
    if (p->used < p->end) p->next = RowAt(*p, p->used + 1);
    uint8_t* rows[kAhead];
    size_t n = 0;
    const auto insert = [&] {
      if (memory_->watched()) [[unlikely]] {
        for (size_t i = 0; i < n; ++i) index_.TouchSlot(HeaderOf(rows[i])->hash);
        memory_->Trim();
      }
      for (size_t i = 0; i < n; ++i) index_.Insert(HeaderOf(rows[i])->hash, rows[i]);
      n = 0;
    };
    uint8_t** last_free = &p->free;  // the lowest place is handed out first
    for (uint32_t place = 1; place <= p->used; ++place) {
      uint8_t* row = RowAt(*p, place);
      if (!Test(p->dirty, place)) {
        *HeaderOf(row) = {0, RowHeader::kFree, 0, place, 0};
        std::memcpy(last_free, &row, sizeof(row));
        last_free = reinterpret_cast<uint8_t**>(row);
        continue;
      }
      if (HeaderOf(row)->duplicate()) continue;
      index_.PrefetchSlot(HeaderOf(row)->hash);
      rows[n++] = row;
      if (n == kAhead) insert();
    }
    insert();
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
