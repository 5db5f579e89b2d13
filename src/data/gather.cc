#include "data/gather.h"

#include <cstring>

namespace thalweg::data {
namespace {

/// Calls f(k, storage_index) for each result row; -1 marks NULL.
template <typename F>
void ForEachStorage(const Column& c, const int32_t* indices, int32_t count, F&& f) {
  switch (c.encoding()) {
    case Encoding::kFlat:
      for (int32_t k = 0; k < count; ++k) f(k, indices[k]);
      break;
    case Encoding::kConstant:
      for (int32_t k = 0; k < count; ++k) f(k, indices[k] < 0 ? -1 : 0);
      break;
    case Encoding::kDictionary: {
      const int32_t* d = c.indices();
      for (int32_t k = 0; k < count; ++k) f(k, indices[k] < 0 ? -1 : d[indices[k]]);
      break;
    }
  }
}

template <typename T>
void GatherValues(const Column& c, const int32_t* indices, int32_t count, Column* out) {
  const T* in = c.storage().values<T>();
  T* to = out->mutable_values<T>();
  ForEachStorage(c, indices, count, [&](int32_t k, int32_t i) { to[k] = i < 0 ? T{} : in[i]; });
}

bool AnyNegative(const int32_t* indices, int32_t count) {
  int32_t bits = 0;
  for (int32_t k = 0; k < count; ++k) bits |= indices[k];
  return bits < 0;
}

void GatherValidity(const Column& c, const int32_t* indices, int32_t count, Column* out) {
  const uint8_t* valid = c.storage().validity();
  if (valid == nullptr && !AnyNegative(indices, count)) return;
  uint8_t* to = out->MutableValidity();
  ForEachStorage(c, indices, count, [&](int32_t k, int32_t i) {
    to[k] = i >= 0 && (valid == nullptr || valid[i] != 0);
  });
}

ColumnPtr GatherList(const Column& c, const int32_t* indices, int32_t count) {
  const Column& s = c.storage();
  const int32_t* in = s.offsets();
  const uint8_t* valid = s.validity();
  auto offsets = Buffer::Allocate(static_cast<int64_t>(count + 1) * 4);
  int32_t* to = offsets->as<int32_t>();
  to[0] = 0;
  std::vector<int32_t> child_indices;
  ForEachStorage(c, indices, count, [&](int32_t k, int32_t i) {
    if (i >= 0 && (valid == nullptr || valid[i] != 0)) {
      for (int32_t j = in[i]; j < in[i + 1]; ++j) child_indices.push_back(j);
    }
    to[k + 1] = static_cast<int32_t>(child_indices.size());
  });
  std::vector<ColumnPtr> children;
  for (const auto& child : s.children()) {
    children.push_back(
        Gather(*child, child_indices.data(), static_cast<int32_t>(child_indices.size())));
  }
  auto out = Column::MakeList(c.type(), count, std::move(offsets), std::move(children));
  GatherValidity(c, indices, count, out.get());
  return out;
}

ColumnPtr GatherRow(const Column& c, const int32_t* indices, int32_t count) {
  std::vector<int32_t> storage(static_cast<size_t>(count));
  ForEachStorage(c, indices, count,
                 [&](int32_t k, int32_t i) { storage[static_cast<size_t>(k)] = i; });
  std::vector<ColumnPtr> children;
  for (const auto& child : c.storage().children()) {
    children.push_back(Gather(*child, storage.data(), count));
  }
  auto out = Column::MakeRow(c.type(), count, std::move(children));
  GatherValidity(c, indices, count, out.get());
  return out;
}

}  // namespace

ColumnPtr Gather(const Column& column, const int32_t* indices, int32_t count) {
  if (column.physical() == PhysicalType::kList) return GatherList(column, indices, count);
  if (column.physical() == PhysicalType::kRow) return GatherRow(column, indices, count);
  auto out = Column::Make(column.type(), count);
  switch (PhysicalWidth(column.physical())) {
    case 1:
      GatherValues<uint8_t>(column, indices, count, out.get());
      break;
    case 2:
      GatherValues<uint16_t>(column, indices, count, out.get());
      break;
    case 4:
      GatherValues<uint32_t>(column, indices, count, out.get());
      break;
    case 8:
      GatherValues<uint64_t>(column, indices, count, out.get());
      break;
    case 16:
      if (column.physical() == PhysicalType::kString) {
        GatherValues<std::string_view>(column, indices, count, out.get());
        out->AddOwnersOf(column);
      } else {
        GatherValues<__int128>(column, indices, count, out.get());
      }
      break;
    default:
      return out;  // NULL type: Make has marked every row
  }
  GatherValidity(column, indices, count, out.get());
  return out;
}

namespace {

ColumnPtr ConcatLists(std::span<const ColumnPtr> columns, int32_t total) {
  auto offsets = Buffer::Allocate(static_cast<int64_t>(total + 1) * 4);
  int32_t* to = offsets->as<int32_t>();
  to[0] = 0;
  int32_t row = 0;
  std::vector<std::vector<ColumnPtr>> parts(columns[0]->children().size());
  for (const auto& c : columns) {
    const int32_t first = c->offsets()[0];
    for (int32_t i = 0; i < c->size(); ++i, ++row) {
      to[row + 1] = to[row] + (c->offsets()[i + 1] - c->offsets()[i]);
    }
    for (size_t j = 0; j < parts.size(); ++j) {
      parts[j].push_back(c->children()[j]->Slice(first, c->offsets()[c->size()] - first));
    }
  }
  std::vector<ColumnPtr> children;
  for (auto& p : parts) children.push_back(Concat(p));
  return Column::MakeList(columns[0]->type(), total, std::move(offsets), std::move(children));
}

}  // namespace

ColumnPtr Concat(std::span<const ColumnPtr> columns) {
  if (columns.size() == 1) return Flatten(columns[0]);
  std::vector<ColumnPtr> flat;
  int32_t total = 0;
  bool nulls = false;
  for (const auto& c : columns) {
    flat.push_back(Flatten(c));
    total += c->size();
    nulls |= flat.back()->validity() != nullptr;
  }
  std::shared_ptr<Column> out;
  const PhysicalType physical = flat[0]->physical();
  if (physical == PhysicalType::kList) {
    out = std::const_pointer_cast<Column>(ConcatLists(flat, total));
  } else if (physical == PhysicalType::kRow) {
    std::vector<ColumnPtr> children;
    for (size_t j = 0; j < flat[0]->children().size(); ++j) {
      std::vector<ColumnPtr> parts;
      for (const auto& c : flat) parts.push_back(c->children()[j]);
      children.push_back(Concat(parts));
    }
    out = Column::MakeRow(flat[0]->type(), total, std::move(children));
  } else {
    out = Column::Make(flat[0]->type(), total);
    const int width = PhysicalWidth(physical);
    uint8_t* to = out->mutable_values<uint8_t>();
    for (const auto& c : flat) {
      const size_t bytes = static_cast<size_t>(c->size()) * static_cast<size_t>(width);
      if (bytes > 0) std::memcpy(to, c->values<uint8_t>(), bytes);
      to += bytes;
      if (physical == PhysicalType::kString) out->AddOwnersOf(*c);
    }
  }
  if (nulls) {
    uint8_t* to = out->MutableValidity();
    for (const auto& c : flat) {
      if (c->validity() != nullptr) {
        std::memcpy(to, c->validity(), static_cast<size_t>(c->size()));
      }
      to += c->size();
    }
  }
  return out;
}

namespace {

void CopyStrings(const Column& c, Column* out) {
  int64_t bytes = 0;
  for (int32_t i = 0; i < c.size(); ++i) {
    if (!c.IsNull(i)) bytes += static_cast<int64_t>(c.values<std::string_view>()[i].size());
  }
  auto buffer = Buffer::Allocate(bytes);
  char* to = buffer->as<char>();
  auto* values = out->mutable_values<std::string_view>();
  for (int32_t i = 0; i < c.size(); ++i) {
    const std::string_view v = c.IsNull(i) ? std::string_view() : c.values<std::string_view>()[i];
    if (!v.empty()) std::memcpy(to, v.data(), v.size());
    values[i] = std::string_view(to, v.size());
    to += v.size();
  }
  out->AddOwner(std::move(buffer));
}

}  // namespace

ColumnPtr DeepCopy(const ColumnPtr& column) {
  const ColumnPtr flat = Flatten(column);
  const Column& c = *flat;
  std::vector<ColumnPtr> children;
  for (const auto& child : c.children()) children.push_back(child);
  std::shared_ptr<Column> out;
  if (c.physical() == PhysicalType::kList) {
    const int32_t first = c.offsets()[0];
    const int32_t last = c.offsets()[c.size()];
    auto offsets = Buffer::Allocate(static_cast<int64_t>(c.size() + 1) * 4);
    for (int32_t i = 0; i <= c.size(); ++i) offsets->as<int32_t>()[i] = c.offsets()[i] - first;
    for (auto& child : children) child = DeepCopy(child->Slice(first, last - first));
    out = Column::MakeList(c.type(), c.size(), std::move(offsets), std::move(children));
  } else if (c.physical() == PhysicalType::kRow) {
    for (auto& child : children) child = DeepCopy(child);
    out = Column::MakeRow(c.type(), c.size(), std::move(children));
  } else {
    out = Column::Make(c.type(), c.size());
    const int width = PhysicalWidth(c.physical());
    if (c.physical() == PhysicalType::kString) {
      CopyStrings(c, out.get());
    } else if (width > 0 && c.size() > 0) {
      std::memcpy(out->mutable_values<uint8_t>(), c.values<uint8_t>(),
                  static_cast<size_t>(c.size()) * static_cast<size_t>(width));
    }
  }
  if (c.validity() != nullptr) {
    std::memcpy(out->MutableValidity(), c.validity(), static_cast<size_t>(c.size()));
  }
  return out;
}

}  // namespace thalweg::data
