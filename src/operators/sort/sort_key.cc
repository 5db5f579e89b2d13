#include "operators/sort/sort_key.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/memory_charge.h"
#include "state/value_codec.h"

namespace thalweg::operators {
namespace {
using data::PhysicalType;

template <typename U>
void AppendBigEndian(U v, std::string* out) {
  for (int shift = static_cast<int>(sizeof(U)) * 8 - 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(v >> shift & 0xFF));
  }
}
template <typename U>
constexpr U kSign = static_cast<U>(U{1} << (sizeof(U) * 8 - 1));

template <typename U>
void AppendSigned(const data::Column& s, int32_t i, std::string* out) {
  AppendBigEndian<U>(static_cast<U>(s.values<U>()[i] ^ kSign<U>), out);
}
template <typename F, typename U>
void AppendFloat(const data::Column& s, int32_t i, std::string* out) {
  F f = s.values<F>()[i];
  if (f != f) f = std::numeric_limits<F>::quiet_NaN();
  const U u = std::bit_cast<U>(f);
  AppendBigEndian<U>((u & kSign<U>) != 0 ? static_cast<U>(~u) : static_cast<U>(u | kSign<U>), out);
}

void AppendValue(const data::Column& column, int32_t row, std::string* out) {
  const data::Column& s = column.storage();
  const int32_t i = column.StorageIndex(row);
  switch (s.physical()) {
    case PhysicalType::kBool:
      out->push_back(static_cast<char>(s.values<uint8_t>()[i]));
      break;
    case PhysicalType::kInt8:
      AppendSigned<uint8_t>(s, i, out);
      break;
    case PhysicalType::kInt16:
      AppendSigned<uint16_t>(s, i, out);
      break;
    case PhysicalType::kInt32:
      AppendSigned<uint32_t>(s, i, out);
      break;
    case PhysicalType::kInt64:
      AppendSigned<uint64_t>(s, i, out);
      break;
    case PhysicalType::kInt128:
      AppendSigned<unsigned __int128>(s, i, out);
      break;
    case PhysicalType::kFloat:
      AppendFloat<float, uint32_t>(s, i, out);
      break;
    case PhysicalType::kDouble:
      AppendFloat<double, uint64_t>(s, i, out);
      break;
    case PhysicalType::kString:
      // 0 becomes 0 1 and the end is 0 0, so that a prefix sorts before its continuations.
      for (const char c : s.values<std::string_view>()[i]) {
        out->push_back(c);
        if (c == 0) out->push_back(1);
      }
      out->append(2, '\0');
      break;
    default:
      break;  // refused by CheckSortable
  }
}

}  // namespace

Status CheckSortable(const std::vector<graph::SortKey>& keys, const data::Schema& schema) {
  for (const graph::SortKey& key : keys) {
    const data::Type& type = schema[static_cast<size_t>(key.column)].type;
    const PhysicalType p = data::PhysicalTypeOf(type);
    if (p == PhysicalType::kList || p == PhysicalType::kRow) {
      return Status::NotSupported("ORDER BY a column of type " + type.ToString());
    }
  }
  return Status::OK();
}

void AppendSortKey(const std::vector<graph::SortKey>& keys, const data::Batch& batch, int32_t row,
                   std::string* out) {
  for (const graph::SortKey& key : keys) {
    const data::Column& column = *batch.columns[static_cast<size_t>(key.column)];
    const bool null = column.IsNull(row);
    out->push_back(null == key.nulls_last ? 1 : 0);
    if (null) continue;
    const size_t begin = out->size();
    AppendValue(column, row, out);
    if (key.ascending) continue;
    for (size_t i = begin; i < out->size(); ++i) (*out)[i] = static_cast<char>(~(*out)[i]);
  }
}

void AppendRowBytes(const data::Batch& batch, int32_t row, std::string* out) {
  for (const auto& c : batch.columns) state::EncodeRow(*c, row, out);
}

std::vector<int32_t> SortedRows(const std::vector<graph::SortKey>& keys, const data::Batch& batch,
                                int64_t limit) {
  const data::Rows rows = batch.rows();
  std::string bytes;
  std::vector<size_t> begins;
  std::vector<SortEntry> entries;  // row: position in begins
  std::vector<int32_t> row_of;
  rows.ForEach([&](int32_t row) {
    begins.push_back(bytes.size());
    AppendSortKey(keys, batch, row, &bytes);
    row_of.push_back(row);
  });
  begins.push_back(bytes.size());
  entries.reserve(row_of.size());
  MemoryCharge scratch(MemoryPool::Current());
  // The caller's step fails by the limit; what is taken here is as large as the rows themselves.
  (void)scratch.Set(bytes.capacity() + AllocatedBytes(begins) + AllocatedBytes(row_of) +
                    AllocatedBytes(entries));
  for (size_t k = 0; k + 1 < begins.size(); ++k) {
    uint64_t prefix = 0;
    const size_t n = std::min<size_t>(8, begins[k + 1] - begins[k]);
    for (size_t b = 0; b < n; ++b) {
      prefix |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[begins[k] + b])) << (56 - 8 * b);
    }
    entries.push_back({prefix, static_cast<int32_t>(k)});
  }
  const auto less = [&](const SortEntry& a, const SortEntry& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const auto key = [&](int32_t k) {
      const auto i = static_cast<size_t>(k);
      return std::string_view(bytes).substr(begins[i], begins[i + 1] - begins[i]);
    };
    const int order = key(a.row).compare(key(b.row));
    return order != 0 ? order < 0 : a.row < b.row;
  };
  const size_t wanted =
      limit >= 0 ? std::min(entries.size(), static_cast<size_t>(limit)) : entries.size();
  if (wanted < entries.size()) {
    std::nth_element(entries.begin(), entries.begin() + static_cast<int64_t>(wanted), entries.end(),
                     less);
    entries.resize(wanted);
  }
  std::sort(entries.begin(), entries.end(), less);
  std::vector<int32_t> out;
  out.reserve(entries.size());
  for (const SortEntry& e : entries) out.push_back(row_of[static_cast<size_t>(e.row)]);
  return out;
}

}  // namespace thalweg::operators
