// Lookups of a KeyedTable: a batch's keys in the form that rows store, probing in blocks whose
// cache misses overlap, comparison column by column, insertion of what is not there.
#include <algorithm>
#include <cstring>

#include "data/gather.h"
#include "data/string_arena.h"
#include "state/keyed_table.h"
#include "state/string_ref.h"
#include "state/value_codec.h"

namespace thalweg::state {
namespace {
using data::Column;
using data::ColumnPtr;
using data::PhysicalType;
using data::Rows;

/// Below this many bytes of rows and slots a table lives in the cache: no prefetching.
constexpr size_t kCachedBytes = 256 << 10;
constexpr int32_t kBlock = 64;

}  // namespace

// Strings and nested values are string_views, all else is read at its physical width.
struct KeyedTable::KeyColumn {
  ColumnPtr holder;  // of a decoded dictionary or encoded nested values; else null
  const Column* column;
  const uint8_t* values;
  const uint8_t* validity;
  int32_t mask;
  PhysicalType physical;
  int32_t offset;

  template <typename T>
  T At(int32_t row) const {
    return reinterpret_cast<const T*>(values)[row & mask];
  }
  bool null(int32_t row) const { return validity != nullptr && validity[row & mask] == 0; }
};

std::vector<KeyedTable::KeyColumn> KeyedTable::Normalise(std::span<const Column* const> keys,
                                                         const Rows& rows) const {
  std::vector<KeyColumn> out;
  for (size_t i = 0; i < keys.size(); ++i) {
    const int key = static_cast<int>(i);
    KeyColumn k;
    k.column = keys[i];
    k.physical = layout_.key_physical(key);
    k.offset = layout_.key_offset(key);
    if (k.physical == PhysicalType::kList || k.physical == PhysicalType::kRow) {
      auto encoded = Column::Make(data::Type::Bytes(), keys[i]->size());
      data::StringArena arena;
      std::string bytes;
      rows.ForEach([&](int32_t row) {
        bytes.clear();
        EncodeRow(*keys[i], row, &bytes);
        encoded->mutable_values<std::string_view>()[row] = arena.Add(bytes);
        if (keys[i]->IsNull(row)) encoded->SetNull(row);
      });
      arena.AttachTo(encoded.get());
      k.physical = PhysicalType::kString;
      k.holder = std::move(encoded);
      k.column = k.holder.get();
    } else if (keys[i]->encoding() == data::Encoding::kDictionary) {
      k.holder = data::Gather(*keys[i]->dictionary(), keys[i]->indices(), keys[i]->size());
      k.column = k.holder.get();
    }
    k.values = k.column->values<uint8_t>();
    k.validity = k.column->validity();
    k.mask = k.column->encoding() == data::Encoding::kConstant ? 0 : -1;
    out.push_back(std::move(k));
  }
  return out;
}

uint8_t* KeyedTable::Take(Partition* p, uint64_t hash) {
  uint8_t* row = p->free;
  uint32_t place;
  if (row != nullptr) {
    if (HeaderOf(row)->epoch != epoch_) Mark(p, row);
    std::memcpy(&p->free, row, sizeof(p->free));
    place = HeaderOf(row)->place();
  } else {
    if (p->used == p->end) OpenPage(p);
    row = p->next;
    p->next += layout_.row_bytes();
    place = ++p->used;
  }
  ++p->live;
  std::memset(row, 0, static_cast<size_t>(layout_.row_bytes()));
  RowHeader* h = HeaderOf(row);
  h->hash = hash;
  h->stamp = RowHeader::kNew;
  h->place_bits = place;
  h->epoch = epoch_;
  return row;
}

uint8_t* KeyedTable::InsertRow(const std::vector<KeyColumn>& keys, int32_t row, uint64_t hash) {
  Partition& p = PartitionOf(hash);
  uint8_t* stored = Take(&p, hash);
  for (size_t i = 0; i < keys.size(); ++i) {
    const KeyColumn& k = keys[i];
    uint8_t* to = stored + k.offset;
    if (k.null(row)) {
      layout_.SetNull(stored, static_cast<int>(i));
      continue;
    }
    if (k.physical == PhysicalType::kString) {
      reinterpret_cast<StringRef*>(to)->Store(k.At<std::string_view>(row), p.slab.get());
    } else {
      const auto width = static_cast<size_t>(data::PhysicalWidth(k.physical));
      std::memcpy(to, k.values + static_cast<size_t>(row & k.mask) * width, width);
    }
  }
  index_.Insert(hash, stored);
  return stored;
}

bool KeyedTable::KeysEqual(const std::vector<KeyColumn>& keys, int32_t row,
                           const uint8_t* stored) const {
  for (size_t i = 0; i < keys.size(); ++i) {
    const KeyColumn& k = keys[i];
    const bool null = layout_.IsNull(stored, static_cast<int>(i));
    if (k.null(row) != null) return false;
    if (null) continue;
    const uint8_t* at = stored + k.offset;
    if (k.physical == PhysicalType::kString) {
      if (!reinterpret_cast<const StringRef*>(at)->Equals(k.At<std::string_view>(row)))
        return false;
    } else {
      const auto width = static_cast<size_t>(data::PhysicalWidth(k.physical));
      if (std::memcmp(at, k.values + static_cast<size_t>(row & k.mask) * width, width) != 0) {
        return false;
      }
    }
  }
  return true;
}

uint8_t* KeyedTable::FindSlow(const std::vector<KeyColumn>& keys, int32_t row,
                              uint64_t hash) const {
  size_t position = index_.Start(hash);
  while (uint8_t* stored = index_.Next(hash, &position)) {
    if (HeaderOf(stored)->hash == hash && KeysEqual(keys, row, stored)) return stored;
  }
  return nullptr;
}

// Blocks of rows: ask for the slots, ask for the rows they point to, then compare.
template <typename Match, typename Insert>
void KeyedTable::Probe(const uint64_t* hashes, int32_t count, uint8_t** out, Match match,
                       Insert insert) {
  for (int32_t begin = 0; begin < count; begin += kBlock) {
    const int32_t end = std::min(count, begin + kBlock);
    const size_t bytes = index_.capacity() * 8 + static_cast<size_t>(index_.count()) *
                                                     static_cast<size_t>(layout_.row_bytes());
    const bool watched = memory_->watched();
    if (watched) [[unlikely]]
      PageIn(hashes, begin, end);
    if (bytes > kCachedBytes) {
      for (int32_t k = begin; k < end; ++k) index_.PrefetchSlot(hashes[k]);
      for (int32_t k = begin; k < end; ++k) __builtin_prefetch(index_.Peek(hashes[k]), 1);
    }
    for (int32_t k = begin; k < end; ++k) {
      size_t position = index_.Start(hashes[k]);
      uint8_t* row;
      do {
        row = index_.Next(hashes[k], &position);
      } while (row != nullptr && !match(row, k));
      out[k] = row != nullptr ? row : insert(k);
    }
    if (marks_found_) {
      for (int32_t k = begin; k < end; ++k) MarkDirty(out[k]);
    }
    if (watched) [[unlikely]]
      CountTouches(out, begin, end);
  }
}

void KeyedTable::PageIn(const uint64_t* hashes, int32_t begin, int32_t end) {
  if (index_.capacity() == 0) return;
  ExtentSpace* space = memory_->space();
  for (int32_t k = begin; k < end; ++k) {
    index_.TouchSlot(hashes[k]);
    uint8_t* row = index_.Peek(hashes[k]);
    if (row != nullptr) space->TouchPage(row);
  }
}

void KeyedTable::CountTouches(uint8_t* const* rows, int32_t begin, int32_t end) const {
  constexpr int32_t kSample = 8;  // which rows are hot shows in every eighth of them
  ExtentSpace* space = memory_->space();
  for (int32_t k = begin; k < end; k += kSample) space->Touch(rows[k]);
  memory_->Trim();
}

template <typename T>
void KeyedTable::ProbeSingle(const std::vector<KeyColumn>& keys, const Rows& rows,
                             const uint64_t* hashes, uint8_t** out) {
  const KeyColumn& key = keys[0];
  const T* values = reinterpret_cast<const T*>(key.values);
  const int32_t offset = key.offset;
  const auto insert = [&](int32_t k) { return InsertRow(keys, rows[k], hashes[k]); };
  if (key.validity == nullptr && rows.dense() && key.mask == -1) {
    Probe(
        hashes, rows.count(), out,
        [=](const uint8_t* row, int32_t k) {
          T v;
          std::memcpy(&v, row + offset, sizeof(T));
          return v == values[k] && RowLayout::NullWord(row, 0) == 0;
        },
        insert);
    return;
  }
  Probe(
      hashes, rows.count(), out,
      [&](const uint8_t* row, int32_t k) {
        const bool null = key.null(rows[k]);
        if (null || RowLayout::NullWord(row, 0) != 0) {
          return null && RowLayout::NullWord(row, 0) != 0;
        }
        T v;
        std::memcpy(&v, row + offset, sizeof(T));
        return v == key.At<T>(rows[k]);
      },
      insert);
}

namespace {

// Whether any of the found rows has another key than the batch's row.
template <typename T, typename Key>
bool AnyDifferent(const Key& key, int index, const RowLayout& layout, const Rows& rows,
                  uint8_t* const* found) {
  bool different = false;
  const int32_t offset = key.offset;
  const int32_t n = rows.count();
  for (int32_t k = 0; k < n; ++k) {
    const bool null = layout.IsNull(found[k], index);
    const int32_t row = rows[k];
    if (key.null(row) || null) {
      different |= key.null(row) != null;
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      different |= !reinterpret_cast<const StringRef*>(found[k] + offset)
                        ->Equals(key.template At<std::string_view>(row));
    } else {
      different |=
          std::memcmp(found[k] + offset,
                      key.values + static_cast<size_t>(row & key.mask) * sizeof(T), sizeof(T)) != 0;
    }
  }
  return different;
}

}  // namespace

void KeyedTable::FindOrInsert(std::span<const Column* const> columns, const Rows& rows,
                              const uint64_t* hashes, uint8_t** out, Access access) {
  if (rows.empty()) return;
  marks_found_ = access == Access::kWrite && epoch_ != 0;
  FindRows(columns, rows, hashes, out);
}

void KeyedTable::FindRows(std::span<const Column* const> columns, const Rows& rows,
                          const uint64_t* hashes, uint8_t** out) {
  const std::vector<KeyColumn> keys = Normalise(columns, rows);
  if (keys.empty()) {  // one global group
    uint8_t* row = FindSlow(keys, 0, hashes[0]);
    if (row == nullptr) row = InsertRow(keys, 0, hashes[0]);
    if (marks_found_) MarkDirty(row);
    std::fill(out, out + rows.count(), row);
    return;
  }
  if (keys.size() == 1) {
    switch (keys[0].physical) {
      case PhysicalType::kInt64:
        return ProbeSingle<int64_t>(keys, rows, hashes, out);
      case PhysicalType::kInt32:
        return ProbeSingle<int32_t>(keys, rows, hashes, out);
      default:
        break;
    }
  }
  // Rows of equal hash first, then one column after the other is compared.
  Probe(
      hashes, rows.count(), out,
      [&](const uint8_t* row, int32_t k) { return HeaderOf(row)->hash == hashes[k]; },
      [&](int32_t k) { return InsertRow(keys, rows[k], hashes[k]); });
  bool different = false;
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto any = [&](auto tag) {
      return AnyDifferent<decltype(tag)>(keys[i], static_cast<int>(i), layout_, rows, out);
    };
    switch (keys[i].physical == PhysicalType::kString ? 0 : data::PhysicalWidth(keys[i].physical)) {
      case 0:
        different |= any(std::string_view());
        break;
      case 1:
        different |= any(uint8_t());
        break;
      case 2:
        different |= any(uint16_t());
        break;
      case 4:
        different |= any(uint32_t());
        break;
      case 8:
        different |= any(uint64_t());
        break;
      default:
        different |= any(static_cast<__int128>(0));
    }
  }
  if (!different) return;
  for (int32_t k = 0; k < rows.count(); ++k) {  // two keys of one 64-bit hash
    if (KeysEqual(keys, rows[k], out[k])) continue;
    out[k] = FindSlow(keys, rows[k], hashes[k]);
    if (out[k] == nullptr) out[k] = InsertRow(keys, rows[k], hashes[k]);
    if (marks_found_) MarkDirty(out[k]);
  }
}

void KeyedTable::Find(std::span<const Column* const> columns, const Rows& rows,
                      const uint64_t* hashes, uint8_t** out) {
  const std::vector<KeyColumn> keys = Normalise(columns, rows);
  for (int32_t k = 0; k < rows.count(); ++k) out[k] = FindSlow(keys, rows[k], hashes[k]);
}

}  // namespace thalweg::state
