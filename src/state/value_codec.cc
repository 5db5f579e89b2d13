#include "state/value_codec.h"

#include <vector>

#include "data/gather.h"
#include "data/string_arena.h"

namespace thalweg::state {
namespace {
using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::PhysicalType;
using data::StringArena;
using data::Type;

// The types of a list's children (a MULTISET's second child is its counts).
std::vector<Type> ListChildTypes(const Type& type) {
  if (type.root() == data::TypeRoot::kMap) return {type.child(0), type.child(1)};
  if (type.root() == data::TypeRoot::kMultiset) return {type.child(0), Type::Int()};
  return {type.child(0)};
}

Status Truncated() { return Status::BadData("state is truncated: a value is cut off"); }

}  // namespace

void EncodeRows(const Column& column, const int32_t* indices, int32_t count, std::string* out) {
  const Column& s = column.storage();
  std::vector<int32_t> at(static_cast<size_t>(count));  // storage index, -1: NULL
  for (int32_t k = 0; k < count; ++k) {
    int32_t i = indices[k] < 0 ? -1 : column.StorageIndex(indices[k]);
    if (i >= 0 && s.validity() != nullptr && s.validity()[i] == 0) i = -1;
    at[static_cast<size_t>(k)] = i;
    out->push_back(i >= 0 ? 1 : 0);
  }
  switch (s.physical()) {
    case PhysicalType::kString:
      for (const int32_t i : at) {
        if (i >= 0) AppendBytes(s.values<std::string_view>()[i], out);
      }
      return;
    case PhysicalType::kList: {
      std::vector<int32_t> children;
      for (const int32_t i : at) {
        if (i < 0) continue;
        AppendFixed(s.offsets()[i + 1] - s.offsets()[i], out);
        for (int32_t j = s.offsets()[i]; j < s.offsets()[i + 1]; ++j) children.push_back(j);
      }
      for (const auto& c : s.children()) {
        EncodeRows(*c, children.data(), static_cast<int32_t>(children.size()), out);
      }
      return;
    }
    case PhysicalType::kRow:
      for (const auto& c : s.children()) EncodeRows(*c, at.data(), count, out);
      return;
    case PhysicalType::kNull:
      return;
    default: {
      const auto width = static_cast<size_t>(data::PhysicalWidth(s.physical()));
      const char* values = s.values<char>();
      for (const int32_t i : at) {
        if (i >= 0) out->append(values + static_cast<size_t>(i) * width, width);
      }
    }
  }
}

void EncodeRow(const Column& column, int32_t row, std::string* out) {
  const Column& s = column.storage();
  const PhysicalType physical = s.physical();
  if (physical == PhysicalType::kList || physical == PhysicalType::kRow || row < 0) {
    return EncodeRows(column, &row, 1, out);
  }
  const int32_t i = column.StorageIndex(row);
  const bool valid = s.validity() == nullptr || s.validity()[i] != 0;
  out->push_back(valid ? 1 : 0);
  if (!valid || physical == PhysicalType::kNull) return;
  if (physical == PhysicalType::kString) {
    AppendBytes(s.values<std::string_view>()[i], out);
    return;
  }
  const auto width = static_cast<size_t>(data::PhysicalWidth(physical));
  out->append(s.values<char>() + static_cast<size_t>(i) * width, width);
}

Result<ColumnPtr> DecodeEach(const Type& type, std::span<ByteReader> rows) {
  const PhysicalType physical = data::PhysicalTypeOf(type);
  if (physical == PhysicalType::kList || physical == PhysicalType::kRow) {
    std::vector<ColumnPtr> parts;
    for (ByteReader& in : rows) {
      TW_ASSIGN_OR_RETURN(auto part, DecodeRows(type, 1, &in));
      parts.push_back(std::move(part));
    }
    return data::Concat(parts);
  }
  auto out = Column::Make(type, static_cast<int32_t>(rows.size()));
  const auto width = static_cast<size_t>(data::PhysicalWidth(physical));
  StringArena arena;
  for (size_t k = 0; k < rows.size(); ++k) {
    ByteReader& in = rows[k];
    const bool valid = in.Fixed<uint8_t>() != 0;
    if (!valid) out->SetNull(static_cast<int32_t>(k));
    if (physical == PhysicalType::kString) {
      out->mutable_values<std::string_view>()[k] =
          valid ? arena.Add(in.Bytes()) : std::string_view();
    } else if (physical != PhysicalType::kNull) {
      char* to = out->mutable_values<char>() + k * width;
      const char* from = valid ? in.Raw(width) : nullptr;
      if (from != nullptr) {
        std::memcpy(to, from, width);
      } else {
        std::memset(to, 0, width);
      }
    }
    if (!in.ok()) return Truncated();
  }
  arena.AttachTo(out.get());
  return ColumnPtr(std::move(out));
}

Result<ColumnPtr> DecodeRows(const Type& type, int32_t count, ByteReader* in) {
  const char* valid = in->Raw(static_cast<size_t>(count));
  if (valid == nullptr) return Truncated();
  std::shared_ptr<Column> out;
  const PhysicalType physical = data::PhysicalTypeOf(type);
  if (physical == PhysicalType::kList) {
    auto offsets = Buffer::Allocate((static_cast<int64_t>(count) + 1) * 4);
    int32_t* to = offsets->as<int32_t>();
    to[0] = 0;
    for (int32_t k = 0; k < count; ++k) {
      const int32_t n = valid[k] != 0 ? in->Fixed<int32_t>() : 0;
      if (n < 0 || static_cast<size_t>(n) > in->remaining()) return Truncated();
      to[k + 1] = to[k] + n;
    }
    if (!in->ok()) return Truncated();
    const int32_t total = to[count];
    std::vector<ColumnPtr> children;
    for (const Type& t : ListChildTypes(type)) {
      TW_ASSIGN_OR_RETURN(auto child, DecodeRows(t, total, in));
      children.push_back(std::move(child));
    }
    out = Column::MakeList(type, count, std::move(offsets), std::move(children));
  } else if (physical == PhysicalType::kRow) {
    std::vector<ColumnPtr> children;
    for (int i = 0; i < type.num_children(); ++i) {
      TW_ASSIGN_OR_RETURN(auto child, DecodeRows(type.child(i), count, in));
      children.push_back(std::move(child));
    }
    out = Column::MakeRow(type, count, std::move(children));
  } else {
    out = Column::Make(type, count);
    if (physical == PhysicalType::kString) {
      StringArena arena;
      auto* values = out->mutable_values<std::string_view>();
      for (int32_t k = 0; k < count; ++k) {
        values[k] = valid[k] != 0 ? arena.Add(in->Bytes()) : std::string_view();
      }
      arena.AttachTo(out.get());
    } else if (physical != PhysicalType::kNull) {
      const auto width = static_cast<size_t>(data::PhysicalWidth(physical));
      char* values = out->mutable_values<char>();
      for (int32_t k = 0; k < count; ++k) {
        char* to = values + static_cast<size_t>(k) * width;
        const char* p = valid[k] != 0 ? in->Raw(width) : nullptr;
        if (p != nullptr) {
          std::memcpy(to, p, width);
        } else {
          std::memset(to, 0, width);
        }
      }
    }
  }
  if (!in->ok()) return Truncated();
  for (int32_t k = 0; k < count; ++k) {
    if (valid[k] == 0) out->SetNull(k);
  }
  return ColumnPtr(std::move(out));
}

}  // namespace thalweg::state
