#include "state/row_conversion.h"

#include <fmt/format.h>

#include <cstring>

#include "state/row_layout.h"
#include "state/snapshot/byte_stream.h"
#include "state/string_ref.h"
#include "state/value_codec.h"

namespace thalweg::state {
namespace {

constexpr std::string_view kBits = "bits";
constexpr std::string_view kColumns = "columns";

Status CutOff() { return Status::BadData("what a row owns is cut off"); }

uint32_t SizeAt(const char* image, int32_t offset) {
  uint32_t size;
  std::memcpy(&size, image + offset, sizeof(size));
  return size;
}

/// Moves over what one field has in the tail.
bool Skip(const FieldSchema& field, const char* image, ByteReader* in) {
  for (const TailPart& part : field.tails) {
    if (part.kind == TailPart::Kind::kString) {
      const uint32_t size = SizeAt(image, part.offset);
      if (size > StringRef::kInline) in->Raw(size);
    } else {
      const auto n = in->Fixed<uint32_t>();
      for (uint32_t i = 0; i < n && in->ok(); ++i) in->Bytes();
    }
  }
  return in->ok();
}

bool SameKeys(const TableSchema& a, const TableSchema& b) {
  if (a.keys.size() != b.keys.size() || a.value_offset != b.value_offset) return false;
  for (size_t i = 0; i < a.keys.size(); ++i) {
    if (!a.keys[i].type.EqualsIgnoringNullability(b.keys[i].type)) return false;
  }
  return true;
}

std::string KeyTypes(const TableSchema& t) {
  std::string out;
  for (const KeySchema& k : t.keys) {
    out += (out.empty() ? "" : ", ") + k.name + " " + k.shown.WithNullable(true).ToSummary();
  }
  return "(" + out + ")";
}

int IndexOf(const std::vector<std::string>& names, std::string_view name) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return -1;
}

/// The field of `from` that `field` goes on with, whatever its codec; -1: none.
int SourceOf(const TableSchema& from, const FieldSchema& field) {
  for (const std::string* identity : {&field.identity, &field.same_as}) {
    if (identity->empty()) continue;
    for (size_t i = 0; i < from.fields.size(); ++i) {
      if (from.fields[i].identity == *identity) return static_cast<int>(i);
    }
  }
  return -1;
}

/// Rows of input columns: the reason why `to` cannot be made of `from`, or empty.
std::string CompareColumns(const FieldSchema& from, const FieldSchema& to,
                           std::vector<std::string>* dropped) {
  const auto& old_fields = from.type.fields();
  const auto& fields = to.type.fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    const int at = IndexOf(from.members, to.members[i]);
    if (at < 0) return fmt::format("its rows have no column {}", fields[i].name);
    const data::Type& was = old_fields[static_cast<size_t>(at)].type;
    if (!was.EqualsIgnoringNullability(fields[i].type)) {
      return fmt::format("the column {} of its rows was of {} and is of {}", fields[i].name,
                         was.ToSummary(), fields[i].type.ToSummary());
    }
  }
  for (size_t i = 0; i < old_fields.size(); ++i) {
    if (IndexOf(to.members, from.members[i]) < 0) dropped->push_back(old_fields[i].name);
  }
  return "";
}

bool SameRows(const TableSchema& a, const TableSchema& b) {
  if (a.layout != b.layout || a.fields.size() != b.fields.size()) return false;
  for (size_t i = 0; i < a.fields.size(); ++i) {
    const FieldSchema& f = a.fields[i];
    const FieldSchema& g = b.fields[i];
    if (f.identity != g.identity || f.codec != g.codec || f.offset != g.offset ||
        f.bytes != g.bytes || f.members != g.members) {
      return false;
    }
  }
  return true;
}

bool AreColumns(const FieldSchema& f) {
  return f.codec == kColumns && f.type.root() == data::TypeRoot::kRow && f.tails.size() == 1 &&
         f.members.size() == f.type.fields().size();
}

}  // namespace

SchemaChange CompareSchemas(const TableSchema& from, const TableSchema& to) {
  SchemaChange change;
  change.same_rows = SameRows(from, to);
  if (!SameKeys(from, to)) {
    change.impossible = fmt::format("its keys were {} and are {}", KeyTypes(from), KeyTypes(to));
    return change;
  }
  std::vector<bool> used(from.fields.size());
  for (const FieldSchema& f : to.fields) {
    const int at = SourceOf(from, f);
    if (at < 0) {
      if (!f.required.empty()) change.impossible = f.required;
      if (!f.internal) change.added.push_back(f.name);
      continue;
    }
    const FieldSchema& source = from.fields[static_cast<size_t>(at)];
    used[static_cast<size_t>(at)] = true;
    if (AreColumns(f) && AreColumns(source)) {
      const std::string reason = CompareColumns(source, f, &change.dropped);
      if (!reason.empty()) change.impossible = reason;
    } else if (source.codec != f.codec) {
      if (!f.required.empty()) change.impossible = f.required;
      if (!f.internal) {
        change.changed.push_back(fmt::format("{} (it was {})", f.name, source.codec));
      }
    }
  }
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i] && !from.fields[i].internal) change.dropped.push_back(from.fields[i].name);
  }
  return change;
}

Result<RowConversion> RowConversion::Make(const TableSchema& from, const TableSchema& to) {
  const SchemaChange change = CompareSchemas(from, to);
  if (!change.impossible.empty()) return Status::NotSupported(change.impossible);
  RowConversion c(from, to);
  std::vector<data::Type> types;
  for (const KeySchema& k : from.keys) types.push_back(k.type);
  const RowLayout layout(types, from.row_bytes - from.value_offset);
  if (layout.value_offset() != from.value_offset) {
    return Status::NotSupported("its keys stand elsewhere");
  }
  for (int i = 0; i < layout.num_keys(); ++i) {
    if (layout.key_is_string(i)) c.key_strings_.push_back(layout.key_offset(i));
  }
  for (const FieldSchema& f : to.fields) {
    int at = SourceOf(from, f);
    if (at >= 0) {
      const FieldSchema& source = from.fields[static_cast<size_t>(at)];
      if (source.codec != f.codec || source.bytes != f.bytes) at = -1;
    }
    c.sources_.push_back(at);
  }
  return c;
}

Status RowConversion::Convert(const char* image, std::string_view tail, std::string* new_image,
                              std::string* new_tail) const {
  new_image->assign(image, static_cast<size_t>(from_.value_offset));
  new_image->resize(static_cast<size_t>(to_.row_bytes));
  new_tail->clear();
  ByteReader in(tail);
  for (const int offset : key_strings_) {
    const uint32_t size = SizeAt(image, offset);
    if (size > StringRef::kInline) in.Raw(size);
  }
  if (!in.ok()) return CutOff();
  const auto position = [&] { return tail.size() - in.remaining(); };
  new_tail->append(tail.substr(0, position()));
  std::vector<std::string_view> tails;
  for (const FieldSchema& f : from_.fields) {
    const size_t begin = position();
    if (!Skip(f, image, &in)) return CutOff();
    tails.push_back(tail.substr(begin, position() - begin));
  }
  if (in.remaining() != 0) return Status::BadData("a row has bytes to spare");
  for (size_t i = 0; i < to_.fields.size(); ++i) {
    const FieldSchema& f = to_.fields[i];
    if (sources_[i] < 0) {
      for (const TailPart& p : f.tails) {
        if (p.kind == TailPart::Kind::kList) AppendFixed(uint32_t{0}, new_tail);
      }
      continue;
    }
    const auto at = static_cast<size_t>(sources_[i]);
    const FieldSchema& source = from_.fields[at];
    char* to = new_image->data() + f.offset;
    if (f.codec == kBits) {
      uint64_t bits;
      uint64_t moved = 0;
      std::memcpy(&bits, image + source.offset, sizeof(bits));
      for (size_t m = 0; m < f.members.size(); ++m) {
        const int was = IndexOf(source.members, f.members[m]);
        if (was >= 0) moved |= (bits >> was & 1) << m;
      }
      std::memcpy(to, &moved, sizeof(moved));
    } else if (AreColumns(f) && f.members != source.members) {
      TW_RETURN_IF_ERROR(ConvertColumns(source, f, image, tails[at], new_image, new_tail));
    } else {
      std::memcpy(to, image + source.offset, static_cast<size_t>(f.bytes));
      new_tail->append(tails[at]);
    }
  }
  return Status::OK();
}

// Column by column as EncodeRow has written them.
Status RowConversion::ConvertColumns(const FieldSchema& from, const FieldSchema& to,
                                     const char* image, std::string_view tail,
                                     std::string* new_image, std::string* new_tail) const {
  const uint32_t size = SizeAt(image, from.tails[0].offset);
  const std::string_view bytes =
      size <= StringRef::kInline ? std::string_view(image + from.tails[0].offset + 4, size) : tail;
  ByteReader in(bytes);
  std::vector<std::string_view> columns;
  for (const data::Field& f : from.type.fields()) {
    const size_t begin = bytes.size() - in.remaining();
    TW_RETURN_IF_ERROR(DecodeRows(f.type, 1, &in).status());
    columns.push_back(bytes.substr(begin, bytes.size() - in.remaining() - begin));
  }
  std::string row;
  for (const std::string& member : to.members) {
    row += columns[static_cast<size_t>(IndexOf(from.members, member))];
  }
  const auto new_size = static_cast<uint32_t>(row.size());
  char* ref = new_image->data() + to.tails[0].offset;
  std::memcpy(ref, &new_size, sizeof(new_size));
  if (new_size <= StringRef::kInline) {
    std::memcpy(ref + 4, row.data(), row.size());
  } else {
    new_tail->append(row);
  }
  return Status::OK();
}

}  // namespace thalweg::state
