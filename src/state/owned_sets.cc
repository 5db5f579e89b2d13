#include "state/owned_sets.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace thalweg::state {
namespace {

KeyedTableOptions TableOptions(const std::vector<data::Type>& value_types, int32_t value_bytes,
                               data::KeyGroupRange groups, int max_parallelism,
                               RowHasher hash_rows) {
  KeyedTableOptions o;
  o.key_types.push_back(data::Type::Bigint());  // the owner's place
  o.key_types.insert(o.key_types.end(), value_types.begin(), value_types.end());
  o.value_bytes = value_bytes;
  o.groups = groups;
  o.max_parallelism = max_parallelism;
  o.values = "set";
  o.hash_rows = std::move(hash_rows);
  return o;
}

/// What an entry's hash begins with; the values are combined with it. Owners of equal places are
/// told apart by the key group.
uint64_t OwnerBits(int key_group, int64_t place) {
  return static_cast<uint64_t>(key_group) << 32 | static_cast<uint64_t>(place);
}

}  // namespace

OwnedSets::OwnedSets(std::vector<data::Type> value_types, int32_t entry_bytes, Erases erases,
                     data::KeyGroupRange groups, int max_parallelism, StateMemory* memory)
    : erases_entries_(erases == Erases::kEntries),
      max_parallelism_(max_parallelism),
      in_key_group_(groups, max_parallelism),
      table_(TableOptions(value_types, entry_bytes + static_cast<int32_t>(sizeof(Links)), groups,
                          max_parallelism, std::bind_front(&OwnedSets::HashEntries, this)),
             memory) {}

void OwnedSets::HashEntries(const KeyedTable& table, int key_group, uint8_t* const* entries,
                            int32_t count, uint64_t* hashes) const {
  const data::ColumnPtr owners = table.EmitKey(0, entries, count);
  for (int32_t k = 0; k < count; ++k) {
    hashes[k] = OwnerBits(key_group, owners->values<int64_t>()[k]);
  }
  for (int i = 1; i < table.layout().num_keys(); ++i) {
    data::HashColumn(*table.EmitKey(i, entries, count), data::Rows::All(count), hashes);
  }
  for (int32_t k = 0; k < count; ++k) hashes[k] = in_key_group_.Of(key_group, hashes[k]);
}

OwnedSets::Links* OwnedSets::LinksAt(const uint8_t* owner, uint32_t place) {
  uint8_t* entry = EntryAt(owner, place);
  table_.MarkDirty(entry);
  return LinksOf(entry);
}

void OwnedSets::Append(uint8_t* owner, Chain* chain, uint8_t* entry) {
  HeaderOf(entry)->stamp = RowHeader::kRestored;
  const uint32_t place = HeaderOf(entry)->place();
  *LinksOf(entry) = {chain->tail, 0};
  if (chain->tail == 0) {
    chain->head = place;
  } else if (erases_entries_) {
    LinksAt(owner, chain->tail)->next = place;
  }
  chain->tail = place;
}

void OwnedSets::FindOrInsert(std::span<const data::Column* const> values, const data::Rows& rows,
                             uint8_t* const* owners, int32_t chain_offset, uint8_t** entries) {
  const int32_t n = rows.count();
  if (n == 0) return;
  hashes_.resize(static_cast<size_t>(n));
  auto owner_column = data::Column::Make(data::Type::Bigint(), values[0]->size());
  auto* owner_values = owner_column->mutable_values<int64_t>();
  const auto group_of = [&](int32_t k) {
    return data::KeyGroupOf(HeaderOf(owners[k])->hash, max_parallelism_);
  };
  for (int32_t k = 0; k < n; ++k) {
    const uint32_t place = HeaderOf(owners[k])->place();
    owner_values[rows[k]] = place;
    hashes_[static_cast<size_t>(k)] = OwnerBits(group_of(k), place);
  }
  std::vector<const data::Column*> keys{owner_column.get()};
  for (const data::Column* v : values) {
    data::HashColumn(*v, rows, hashes_.data());
    keys.push_back(v);
  }
  for (int32_t k = 0; k < n; ++k) {
    uint64_t& h = hashes_[static_cast<size_t>(k)];
    h = in_key_group_.Of(group_of(k), h);
  }
  table_.FindOrInsert(keys, rows, hashes_.data(), entries, KeyedTable::Access::kRead);
  for (int32_t k = 0; k < n; ++k) {
    if (HeaderOf(entries[k])->stamp == RowHeader::kNew) {
      Append(owners[k], ChainOf(owners[k], chain_offset), entries[k]);
    }
  }
}

void OwnedSets::Erase(uint8_t* owner, int32_t chain_offset, uint8_t* entry) {
  TW_CHECK(erases_entries_, "an entry whose neighbours are not known");
  Chain* chain = ChainOf(owner, chain_offset);
  const Links links = *LinksOf(entry);
  (links.previous != 0 ? LinksAt(owner, links.previous)->next : chain->head) = links.next;
  (links.next != 0 ? LinksAt(owner, links.next)->previous : chain->tail) = links.previous;
  table_.Erase(entry);
}

void OwnedSets::Clear(uint8_t* owner, int32_t chain_offset) {
  Chain* chain = ChainOf(owner, chain_offset);
  for (uint32_t place = chain->tail; place != 0;) {
    uint8_t* entry = EntryAt(owner, place);
    place = LinksOf(entry)->previous;
    table_.Erase(entry);
  }
  *chain = Chain{};
}

void OwnedSets::CollectEntries(uint8_t* owner, int32_t chain_offset,
                               std::vector<uint8_t*>* entries) const {
  const size_t first = entries->size();
  for (uint32_t place = ChainOf(owner, chain_offset)->tail; place != 0;) {
    uint8_t* entry = EntryAt(owner, place);
    entries->push_back(entry);
    place = LinksOf(entry)->previous;
  }
  std::reverse(entries->begin() + static_cast<std::ptrdiff_t>(first), entries->end());
}

}  // namespace thalweg::state
