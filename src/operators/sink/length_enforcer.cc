#include "operators/sink/length_enforcer.h"

#include <fmt/format.h>

#include <cstring>

#include "data/string_arena.h"

namespace thalweg::operators {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

int64_t CodePoints(std::string_view s) {
  int64_t n = 0;
  for (char c : s) n += !IsContinuation(c);
  return n;
}

/// Bytes of the first `count` code points.
size_t BytesOfPrefix(std::string_view s, int64_t count) {
  size_t i = 0;
  for (; i < s.size(); ++i) {
    if (!IsContinuation(s[i]) && count-- == 0) break;
  }
  return i;
}

}  // namespace

Result<data::ColumnPtr> ApplyLength(const data::ColumnPtr& column, const data::Rows& rows,
                                    int32_t size, const data::Field& field,
                                    graph::LengthEnforcer mode, const std::string& table) {
  const bool characters = field.type.is_character();
  const bool fixed =
      field.type.root() == data::TypeRoot::kChar || field.type.root() == data::TypeRoot::kBinary;
  const int64_t wanted = field.type.length();
  auto length_of = [&](std::string_view s) {
    return characters ? CodePoints(s) : static_cast<int64_t>(s.size());
  };

  const data::ColumnPtr flat = data::Flatten(column);
  const std::string_view* in = flat->values<std::string_view>();
  bool changes = false;
  for (int32_t k = 0; k < rows.count() && !changes; ++k) {
    const int32_t i = rows[k];
    if (flat->IsNull(i)) continue;
    const int64_t n = length_of(in[i]);
    changes = n > wanted || (fixed && n < wanted);
  }
  if (!changes) return flat;
  if (mode == graph::LengthEnforcer::kError) {
    return Status::BadData(fmt::format(
        "Column '{}' of table {} is {}, however, a value of another length is being written into "
        "it. You can set job configuration 'table.exec.sink.type-length-enforcer'='TRIM_PAD' to "
        "trim or pad such values.",
        field.name, table, field.type.ToSummary()));
  }
  auto out = data::Column::Make(flat->type(), size);
  if (flat->validity() != nullptr) {
    std::memcpy(out->MutableValidity(), flat->validity(), static_cast<size_t>(size));
  }
  data::StringArena arena;
  rows.ForEach([&](int32_t i) {
    if (flat->IsNull(i)) return;
    const int64_t n = length_of(in[i]);
    std::string_view value = in[i];
    if (n > wanted) {
      value =
          value.substr(0, characters ? BytesOfPrefix(value, wanted) : static_cast<size_t>(wanted));
    } else if (fixed && n < wanted) {
      const size_t pad = static_cast<size_t>(wanted - n);
      char* p = arena.Allocate(value.size() + pad);
      if (!value.empty()) std::memcpy(p, value.data(), value.size());
      std::memset(p + value.size(), characters ? ' ' : 0, pad);
      value = {p, value.size() + pad};
    }
    out->mutable_values<std::string_view>()[i] = value;
  });
  out->AddOwnersOf(*flat);
  arena.AttachTo(out.get());
  return data::ColumnPtr(out);
}

}  // namespace thalweg::operators
