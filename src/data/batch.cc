#include "data/batch.h"

#include <cstring>

#include "data/gather.h"

namespace thalweg::data {

Batch Batch::Compact() const {
  if (!selection) return *this;
  Batch out;
  out.size = selected_count;
  const Rows r = rows();
  for (const auto& c : columns) {
    out.columns.push_back(c->encoding() == Encoding::kConstant ? c->Slice(0, selected_count)
                                                               : Gather(*c, r));
  }
  if (kinds) {
    auto k = Buffer::Allocate(selected_count);
    for (int32_t i = 0; i < selected_count; ++i) k->mutable_data()[i] = kinds->data()[r[i]];
    out.kinds = std::move(k);
  }
  return out;
}

int64_t Batch::Bytes() const {
  int64_t n = kinds ? size : 0;
  for (const auto& c : columns) n += c->EstimatedBytes();
  return n;
}

Batch ConcatBatches(const std::vector<Batch>& batches) {
  if (batches.size() == 1) return batches[0].Compact();
  Batch out;
  std::vector<Batch> compact;
  bool kinds = false;
  for (const auto& b : batches) {
    if (b.empty()) continue;
    compact.push_back(b.Compact());
    out.size += compact.back().size;
    kinds |= compact.back().kinds != nullptr;
  }
  if (compact.empty()) return batches.empty() ? out : batches[0].Compact();
  for (size_t j = 0; j < compact[0].columns.size(); ++j) {
    std::vector<ColumnPtr> parts;
    for (const auto& b : compact) parts.push_back(b.columns[j]);
    out.columns.push_back(Concat(parts));
  }
  if (kinds) {
    auto k = Buffer::Allocate(out.size);
    uint8_t* to = k->mutable_data();
    for (const auto& b : compact) {
      if (b.kinds) {
        std::memcpy(to, b.kinds->data(), static_cast<size_t>(b.size));
      } else {
        std::memset(to, static_cast<int>(RowKind::kInsert), static_cast<size_t>(b.size));
      }
      to += b.size;
    }
    out.kinds = std::move(k);
  }
  return out;
}

}  // namespace thalweg::data
