#include "state/owned_sets.h"

#include "state/value_codec.h"

namespace thalweg::state {
namespace {

KeyedTableOptions TableOptions(const std::vector<data::Type>& value_types, int32_t entry_bytes,
                               data::KeyGroupRange groups, int max_parallelism) {
  KeyedTableOptions o;
  o.key_types.push_back(data::Type::Bigint());  // the owner's address
  o.key_types.insert(o.key_types.end(), value_types.begin(), value_types.end());
  o.value_bytes = entry_bytes;
  o.groups = groups;
  o.max_parallelism = max_parallelism;
  return o;
}

}  // namespace

OwnedSets::OwnedSets(std::vector<data::Type> value_types, int32_t entry_bytes,
                     data::KeyGroupRange groups, int max_parallelism, StateMemory* memory)
    : value_types_(std::move(value_types)),
      entry_bytes_(entry_bytes),
      table_(TableOptions(value_types_, entry_bytes + static_cast<int32_t>(sizeof(Links)), groups,
                          max_parallelism),
             memory) {}

void OwnedSets::Append(Chain* chain, uint8_t* entry) {
  HeaderOf(entry)->stamp = RowHeader::kRestored;
  LinksOf(entry)->previous = chain->tail;
  LinksOf(entry)->next = nullptr;
  if (chain->tail == nullptr) {
    chain->head = entry;
  } else {
    LinksOf(chain->tail)->next = entry;
  }
  chain->tail = entry;
}

void OwnedSets::FindOrInsert(std::span<const data::Column* const> values, const data::Rows& rows,
                             uint8_t* const* owners, int32_t chain_offset, uint8_t** entries) {
  const int32_t n = rows.count();
  if (n == 0) return;
  hashes_.resize(static_cast<size_t>(n));
  auto owner_column = data::Column::Make(data::Type::Bigint(), values[0]->size());
  auto* owner_values = owner_column->mutable_values<int64_t>();
  for (int32_t k = 0; k < n; ++k) {
    owner_values[rows[k]] = reinterpret_cast<int64_t>(owners[k]);
    hashes_[static_cast<size_t>(k)] = HeaderOf(owners[k])->hash;
  }
  std::vector<const data::Column*> keys{owner_column.get()};
  for (const data::Column* v : values) {
    data::HashColumn(*v, rows, hashes_.data());
    keys.push_back(v);
  }
  // The owner's key group, the value's spread.
  for (int32_t k = 0; k < n; ++k) {
    uint64_t& h = hashes_[static_cast<size_t>(k)];
    h = (HeaderOf(owners[k])->hash & 0xFFFFFFFF00000000u) | (h >> 32);
  }
  table_.FindOrInsert(keys, rows, hashes_.data(), entries);
  for (int32_t k = 0; k < n; ++k) {
    if (HeaderOf(entries[k])->stamp == RowHeader::kNew) {
      Append(ChainOf(owners[k], chain_offset), entries[k]);
    }
  }
}

void OwnedSets::Erase(uint8_t* owner, int32_t chain_offset, uint8_t* entry) {
  Chain* chain = ChainOf(owner, chain_offset);
  const Links links = *LinksOf(entry);
  (links.previous != nullptr ? LinksOf(links.previous)->next : chain->head) = links.next;
  (links.next != nullptr ? LinksOf(links.next)->previous : chain->tail) = links.previous;
  table_.Erase(entry);
}

void OwnedSets::Clear(uint8_t* owner, int32_t chain_offset) {
  Chain* chain = ChainOf(owner, chain_offset);
  for (uint8_t* e = chain->head; e != nullptr;) {
    uint8_t* next = NextOf(e);
    table_.Erase(e);
    e = next;
  }
  *chain = Chain{};
}

void OwnedSets::Save(const uint8_t* owner, int32_t chain_offset, std::string* out) const {
  std::vector<uint8_t*> entries;
  std::vector<int32_t> all;
  for (uint8_t* e = ChainOf(const_cast<uint8_t*>(owner), chain_offset)->head; e != nullptr;
       e = NextOf(e)) {
    all.push_back(static_cast<int32_t>(entries.size()));
    entries.push_back(e);
  }
  const auto n = static_cast<int32_t>(entries.size());
  AppendFixed(n, out);
  for (size_t i = 0; i < value_types_.size(); ++i) {
    EncodeRows(*EmitValues(static_cast<int>(i), entries.data(), n), all.data(), n, out);
  }
  for (uint8_t* e : entries) {
    out->append(reinterpret_cast<const char*>(EntryBytes(e)), static_cast<size_t>(entry_bytes_));
  }
}

Status OwnedSets::Load(uint8_t* owner, int32_t chain_offset, ByteReader* in) {
  *ChainOf(owner, chain_offset) = Chain{};
  const auto n = in->Fixed<int32_t>();
  if (!in->ok() || n < 0) return Status::BadData("state is truncated: a set is cut off");
  std::vector<data::ColumnPtr> columns;
  std::vector<const data::Column*> values;
  for (const data::Type& t : value_types_) {
    TW_ASSIGN_OR_RETURN(auto c, DecodeRows(t, n, in));
    columns.push_back(std::move(c));
    values.push_back(columns.back().get());
  }
  std::vector<uint8_t*> owners(static_cast<size_t>(n), owner);
  std::vector<uint8_t*> entries(static_cast<size_t>(n));
  FindOrInsert(values, data::Rows::All(n), owners.data(), chain_offset, entries.data());
  for (uint8_t* e : entries) {
    const char* bytes = in->Raw(static_cast<size_t>(entry_bytes_));
    if (bytes == nullptr) return Status::BadData("state is truncated: a set's entry is cut off");
    std::memcpy(EntryBytes(e), bytes, static_cast<size_t>(entry_bytes_));
  }
  return Status::OK();
}

}  // namespace thalweg::state
