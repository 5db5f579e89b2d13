#include "data/hash.h"

#include <bit>
#include <cstring>
#include <type_traits>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace thalweg::data {
namespace {

template <typename T>
uint64_t BitsOf(const T& v) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return HashBytes(v);
  } else if constexpr (std::is_same_v<T, __int128>) {
    return CombineHash(static_cast<uint64_t>(v),
                       static_cast<uint64_t>(static_cast<unsigned __int128>(v) >> 64));
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<uint64_t>(static_cast<int64_t>(v));
  } else if constexpr (sizeof(T) == 4) {
    uint32_t u;
    std::memcpy(&u, &v, 4);
    return u;
  } else {
    uint64_t u;
    std::memcpy(&u, &v, 8);
    return u;
  }
}

/// Bits of one value of any type, children included.
uint64_t ValueBits(const Column& column, int32_t row);

uint64_t ListBits(const Column& s, int32_t i) {
  const int32_t begin = s.offsets()[i];
  const int32_t end = s.offsets()[i + 1];
  uint64_t h = CombineHash(kEmptyRowHash, static_cast<uint64_t>(end - begin));
  for (const auto& child : s.children()) {
    for (int32_t j = begin; j < end; ++j) h = CombineHash(h, ValueBits(*child, j));
  }
  return h;
}

uint64_t ValueBits(const Column& column, int32_t row) {
  const Column& s = column.storage();
  const int32_t i = column.StorageIndex(row);
  if (s.validity() != nullptr && s.validity()[i] == 0) return kNullHashBits;
  switch (s.physical()) {
    case PhysicalType::kBool:
      return BitsOf(s.values<uint8_t>()[i]);
    case PhysicalType::kInt8:
      return BitsOf(s.values<int8_t>()[i]);
    case PhysicalType::kInt16:
      return BitsOf(s.values<int16_t>()[i]);
    case PhysicalType::kInt32:
      return BitsOf(s.values<int32_t>()[i]);
    case PhysicalType::kInt64:
      return BitsOf(s.values<int64_t>()[i]);
    case PhysicalType::kInt128:
      return BitsOf(s.values<__int128>()[i]);
    case PhysicalType::kFloat:
      return BitsOf(s.values<float>()[i]);
    case PhysicalType::kDouble:
      return BitsOf(s.values<double>()[i]);
    case PhysicalType::kString:
      return BitsOf(s.values<std::string_view>()[i]);
    case PhysicalType::kList:
      return ListBits(s, i);
    case PhysicalType::kRow: {
      uint64_t h = kEmptyRowHash;
      for (const auto& child : s.children()) h = CombineHash(h, ValueBits(*child, i));
      return h;
    }
    case PhysicalType::kNull:
      return kNullHashBits;
  }
  return kNullHashBits;
}

template <typename T>
void HashFlat(const Column& c, const Rows& rows, uint64_t* hashes) {
  const T* v = c.values<T>();
  const uint8_t* valid = c.validity();
  const int32_t n = rows.count();
  if (valid == nullptr && rows.dense()) {
    for (int32_t i = 0; i < n; ++i) hashes[i] = CombineHash(hashes[i], BitsOf(v[i]));
  } else if (valid == nullptr) {
    const int32_t* index = rows.indices();
    for (int32_t k = 0; k < n; ++k) hashes[k] = CombineHash(hashes[k], BitsOf(v[index[k]]));
  } else {
    for (int32_t k = 0; k < n; ++k) {
      const int32_t i = rows[k];
      hashes[k] = CombineHash(hashes[k], valid[i] != 0 ? BitsOf(v[i]) : kNullHashBits);
    }
  }
}

void HashNested(const Column& c, const Rows& rows, uint64_t* hashes) {
  for (int32_t k = 0; k < rows.count(); ++k) {
    hashes[k] = CombineHash(hashes[k], ValueBits(c, rows[k]));
  }
}

void HashConstant(const Column& c, const Rows& rows, uint64_t* hashes) {
  if (rows.empty()) return;
  const uint64_t bits = ValueBits(c, 0);
  for (int32_t k = 0; k < rows.count(); ++k) hashes[k] = CombineHash(hashes[k], bits);
}

// Each entry once, if there are not more entries than rows.
void HashDictionary(const Column& c, const Rows& rows, uint64_t* hashes) {
  const Column& d = *c.dictionary();
  if (d.size() > rows.count()) return HashNested(c, rows, hashes);
  std::vector<uint64_t> bits(static_cast<size_t>(d.size()));
  for (int32_t i = 0; i < d.size(); ++i) bits[static_cast<size_t>(i)] = ValueBits(d, i);
  const int32_t* index = c.indices();
  for (int32_t k = 0; k < rows.count(); ++k) {
    hashes[k] = CombineHash(hashes[k], bits[static_cast<size_t>(index[rows[k]])]);
  }
}

}  // namespace

uint64_t HashBytes(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

void HashColumn(const Column& c, const Rows& rows, uint64_t* hashes) {
  if (c.encoding() == Encoding::kConstant) return HashConstant(c, rows, hashes);
  if (c.encoding() == Encoding::kDictionary) return HashDictionary(c, rows, hashes);
  switch (c.physical()) {
    case PhysicalType::kBool:
      return HashFlat<uint8_t>(c, rows, hashes);
    case PhysicalType::kInt8:
      return HashFlat<int8_t>(c, rows, hashes);
    case PhysicalType::kInt16:
      return HashFlat<int16_t>(c, rows, hashes);
    case PhysicalType::kInt32:
      return HashFlat<int32_t>(c, rows, hashes);
    case PhysicalType::kInt64:
      return HashFlat<int64_t>(c, rows, hashes);
    case PhysicalType::kInt128:
      return HashFlat<__int128>(c, rows, hashes);
    case PhysicalType::kFloat:
      return HashFlat<float>(c, rows, hashes);
    case PhysicalType::kDouble:
      return HashFlat<double>(c, rows, hashes);
    case PhysicalType::kString:
      return HashFlat<std::string_view>(c, rows, hashes);
    case PhysicalType::kList:
    case PhysicalType::kRow:
    case PhysicalType::kNull:
      return HashNested(c, rows, hashes);
  }
}

KeyGroupHashes::KeyGroupHashes(KeyGroupRange groups, int max_parallelism)
    : groups_(groups),
      shift_(33 - std::bit_width((uint64_t{1} << 32) / static_cast<uint64_t>(max_parallelism))) {
  const auto max = static_cast<uint64_t>(max_parallelism);
  for (int g = groups.first; g < groups.end; ++g) {
    first_.push_back(((static_cast<uint64_t>(g) << 32) + max - 1) / max);
  }
}

void HashRows(const Batch& batch, std::span<const int> keys, const Rows& rows, uint64_t* hashes) {
  for (int32_t k = 0; k < rows.count(); ++k) hashes[k] = kEmptyRowHash;
  for (const int key : keys) {
    HashColumn(*batch.columns[static_cast<size_t>(key)], rows, hashes);
  }
}

}  // namespace thalweg::data
