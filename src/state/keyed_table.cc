#include "state/keyed_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "state/string_ref.h"

namespace thalweg::state {
namespace {
using data::PhysicalType;

constexpr int32_t kFirstPageBytes = 512;
constexpr int32_t kLargestPageBytes = 64 << 10;
/// Of a snapshot; smaller where memory is scarce, as every key group fills one.
constexpr int64_t kLargestBlock = 64 << 10;
constexpr int64_t kSmallestBlock = 4 << 10;
/// Rows whose cache misses overlap.
constexpr size_t kBlock = 64;

}  // namespace

KeyedTable::KeyedTable(KeyedTableOptions options, StateMemory* memory)
    : options_(std::move(options)),
      layout_(options_.key_types, options_.value_bytes),
      memory_(memory),
      index_(memory),
      arena_(memory) {
  partitions_.resize(static_cast<size_t>(std::max(1, options_.groups.size())));
  const int32_t bytes = layout_.row_bytes();
  const auto log_of = [&](int32_t page_bytes) {
    return std::bit_width(static_cast<uint32_t>(std::max(2, page_bytes / bytes))) - 1;
  };
  first_page_log_ = log_of(kFirstPageBytes);
  page_log_ = log_of(kLargestPageBytes);
  std::string layout = options_.values + ";" + std::to_string(bytes);
  for (const data::Type& type : options_.key_types) layout += ";" + type.ToString();
  layout_id_ = data::HashBytes(layout);
  for (int i = 0; i < layout_.num_keys(); ++i) has_tails_ |= layout_.key_is_string(i);
  const auto groups = static_cast<int64_t>(partitions_.size());
  block_bytes_ = static_cast<size_t>(
      std::clamp(memory_->limit() / 64 / groups, kSmallestBlock, kLargestBlock));
}

// Owned memory is in the slabs and dies with them.
KeyedTable::~KeyedTable() { memory_->ChargeBeside(-snapshot_charge_); }

int64_t KeyedTable::num_rows() const {
  int64_t rows = 0;
  for (const auto& p : partitions_) rows += p == nullptr ? 0 : p->live;
  return rows;
}

int64_t KeyedTable::live_bytes() const {
  int64_t bytes = num_rows() * layout_.row_bytes();
  for (const auto& p : partitions_) bytes += p == nullptr ? 0 : p->slab->allocated();
  return bytes;
}

KeyedTable::Partition& KeyedTable::PartitionOfGroup(int group) {
  TW_CHECK(options_.groups.contains(group), fmt::format("key group {} is not ours", group));
  auto& p = partitions_[static_cast<size_t>(group - options_.groups.first)];
  if (p == nullptr) p = std::make_unique<Partition>(group, memory_);
  return *p;
}

void KeyedTable::OpenPage(Partition* p) {
  if (p->open_page == p->pages.size()) {
    p->pages.push_back(arena_.Allocate(PageBytes(p->open_page)));
  }
  p->next = p->pages[p->open_page];
  p->end += RowsOfPage(p->open_page);
  ++p->open_page;
  if (epoch_ != 0) p->dirty.resize(std::max(p->dirty.size(), size_t{(p->end + 63) / 64}));
}

template <typename F>
void KeyedTable::ForEachRow(const Partition& p, F f) const {
  uint32_t left = p.used;
  for (size_t i = 0; left > 0; ++i) {
    const uint32_t rows = std::min(left, RowsOfPage(i));
    uint8_t* row = p.pages[i];
    memory_->Trim();
    for (uint32_t k = 0; k < rows; ++k, row += layout_.row_bytes()) {
      if (HeaderOf(row)->stamp != RowHeader::kFree) f(row);
    }
    left -= rows;
  }
}

uint8_t* KeyedTable::Duplicate(const uint8_t* row) {
  const uint64_t hash = HeaderOf(row)->hash;
  Partition& p = PartitionOf(hash);
  uint8_t* copy = Take(&p, hash);
  HeaderOf(copy)->place_bits |= RowHeader::kDuplicate;
  std::memcpy(copy + sizeof(RowHeader), row + sizeof(RowHeader),
              static_cast<size_t>(layout_.value_offset()) - sizeof(RowHeader));
  for (int i = 0; i < layout_.num_keys(); ++i) {
    if (!layout_.key_is_string(i)) continue;
    const int32_t offset = layout_.key_offset(i);
    reinterpret_cast<StringRef*>(copy + offset)
        ->Store(reinterpret_cast<const StringRef*>(row + offset)->View(), p.slab.get());
  }
  return copy;
}

uint8_t* KeyedTable::FindSameKey(const uint8_t* row) const {
  const uint64_t hash = HeaderOf(row)->hash;
  size_t position = index_.Start(hash);
  while (uint8_t* stored = index_.Next(hash, &position)) {
    if (HeaderOf(stored)->hash != hash) continue;
    bool same = true;
    for (int i = 0; i < layout_.num_keys() && same; ++i) {
      const int32_t offset = layout_.key_offset(i);
      if (layout_.key_is_string(i)) {
        same = reinterpret_cast<const StringRef*>(stored + offset)
                   ->Equals(reinterpret_cast<const StringRef*>(row + offset)->View());
      } else {
        const size_t width = layout_.key_physical(i) == PhysicalType::kInt128 ? 16 : 8;
        same = std::memcmp(stored + offset, row + offset, width) == 0;
      }
      same &= layout_.IsNull(stored, i) == layout_.IsNull(row, i);
    }
    if (same) return stored;
  }
  return nullptr;
}

void KeyedTable::Release(uint8_t* row, Partition* p) {
  if (HeaderOf(row)->epoch != epoch_) Mark(p, row);
  for (OwnedField* f : owned_) f->Free(row, p->slab.get());
  for (int i = 0; i < layout_.num_keys(); ++i) {
    if (layout_.key_is_string(i)) {
      reinterpret_cast<StringRef*>(row + layout_.key_offset(i))->Free(p->slab.get());
    }
  }
  --p->live;
  HeaderOf(row)->stamp = RowHeader::kFree;
  HeaderOf(row)->place_bits = HeaderOf(row)->place();
  std::memcpy(row, &p->free, sizeof(p->free));
  p->free = row;
}

void KeyedTable::FreeRow(uint8_t* row) { Release(row, &PartitionOf(HeaderOf(row)->hash)); }

void KeyedTable::Erase(uint8_t* row) {
  index_.Erase(row);
  FreeRow(row);
}

// A tracked table keeps its pages: the rows' places must be told as free in the next snapshot.
void KeyedTable::ReleaseAll() {
  index_.Reset();
  for (auto& p : partitions_) {
    if (p != nullptr) ForEachRow(*p, [&](uint8_t* row) { Release(row, p.get()); });
  }
}

void KeyedTable::BringBack(std::span<uint8_t* const> rows) const {
  if (!memory_->watched()) return;
  memory_->Trim();
  for (uint8_t* row : rows) memory_->space()->TouchPage(row);
}

void KeyedTable::EraseAll(std::span<uint8_t* const> rows) {
  for (size_t begin = 0; begin < rows.size(); begin += kBlock) {
    const auto block = rows.subspan(begin, std::min(kBlock, rows.size() - begin));
    if (memory_->watched()) [[unlikely]] {
      BringBack(block);
      for (uint8_t* row : block) index_.TouchSlot(HashIndex::HashOf(row));
    }
    for (uint8_t* row : block) __builtin_prefetch(row, 1);
    for (uint8_t* row : block) index_.PrefetchSlot(HashIndex::HashOf(row));
    for (uint8_t* row : block) Erase(row);
  }
}

void KeyedTable::Recycle() {
  if (epoch_ != 0) return ReleaseAll();
  index_.Reset();
  for (OwnedField* f : owned_) f->FreeAll();
  for (auto& p : partitions_) {
    if (p == nullptr) continue;
    p->open_page = 0;
    p->used = 0;
    p->end = 0;
    p->live = 0;
    p->next = nullptr;
    p->free = nullptr;
    if (has_tails_ || !owned_.empty()) p->slab = std::make_unique<Slab>(memory_);
  }
}

void KeyedTable::ResetValues(uint8_t* row) {
  MarkDirty(row);
  Slab* slab = SlabOf(row);
  for (OwnedField* f : owned_) f->Free(row, slab);
  std::memset(ValuesOf(row), 0, static_cast<size_t>(layout_.value_bytes()));
}

void KeyedTable::NextRows(Cursor* cursor, size_t most, std::vector<uint8_t*>* rows) {
  memory_->Trim();
  for (; cursor->partition < partitions_.size(); ++cursor->partition, cursor->place = 1) {
    const Partition* p = partitions_[cursor->partition].get();
    if (p == nullptr) continue;
    while (cursor->place <= p->used) {
      if (most == 0) return;
      uint8_t* row = RowAt(*p, cursor->place++);
      if (HeaderOf(row)->stamp == RowHeader::kFree) continue;
      rows->push_back(row);
      --most;
    }
  }
}

void KeyedTable::CollectRows(std::vector<uint8_t*>* rows) {
  rows->reserve(rows->size() + static_cast<size_t>(num_rows()));
  for (const auto& p : partitions_) {
    if (p != nullptr) ForEachRow(*p, [&](uint8_t* row) { rows->push_back(row); });
  }
}

}  // namespace thalweg::state
