#include "state/table_schema.h"

namespace thalweg::state {
namespace {
using data::Type;
using data::TypeRoot;
using Reader = thalweg::ByteReader;

constexpr int kDeepest = 100;

// The numbers are the format's, whatever becomes of the enum.
uint64_t NumberOf(TypeRoot root) { return static_cast<uint64_t>(root); }
static_assert(static_cast<int>(TypeRoot::kChar) == 1 && static_cast<int>(TypeRoot::kBigint) == 10 &&
              static_cast<int>(TypeRoot::kTimestampLtz) == 16 &&
              static_cast<int>(TypeRoot::kRow) == 22);

bool ReadSmall(Reader* in, int32_t* v) {
  int64_t wide = 0;
  if (!in->GetSigned(&wide) || wide < INT32_MIN || wide > INT32_MAX) return false;
  *v = static_cast<int32_t>(wide);
  return true;
}

bool MakeType(TypeRoot root, int32_t p, int32_t s, data::IntervalResolution r,
              std::vector<data::Field> children, Type* out) {
  const size_t wanted = root == TypeRoot::kMap                                    ? 2
                        : root == TypeRoot::kArray || root == TypeRoot::kMultiset ? 1
                        : root == TypeRoot::kRow                                  ? children.size()
                                                                                  : 0;
  if (children.size() != wanted) return false;
  switch (root) {
    case TypeRoot::kNull:
      *out = Type::Null();
      return true;
    case TypeRoot::kChar:
      *out = Type::Char(p);
      return true;
    case TypeRoot::kVarchar:
      *out = Type::Varchar(p);
      return true;
    case TypeRoot::kBoolean:
      *out = Type::Boolean();
      return true;
    case TypeRoot::kBinary:
      *out = Type::Binary(p);
      return true;
    case TypeRoot::kVarbinary:
      *out = Type::Varbinary(p);
      return true;
    case TypeRoot::kDecimal:
      *out = Type::Decimal(p, s);
      return true;
    case TypeRoot::kTinyint:
      *out = Type::Tinyint();
      return true;
    case TypeRoot::kSmallint:
      *out = Type::Smallint();
      return true;
    case TypeRoot::kInt:
      *out = Type::Int();
      return true;
    case TypeRoot::kBigint:
      *out = Type::Bigint();
      return true;
    case TypeRoot::kFloat:
      *out = Type::Float();
      return true;
    case TypeRoot::kDouble:
      *out = Type::Double();
      return true;
    case TypeRoot::kDate:
      *out = Type::Date();
      return true;
    case TypeRoot::kTime:
      *out = Type::Time(p);
      return true;
    case TypeRoot::kTimestamp:
      *out = Type::Timestamp(p);
      return true;
    case TypeRoot::kTimestampLtz:
      *out = Type::TimestampLtz(p);
      return true;
    case TypeRoot::kIntervalYearMonth:
      *out = Type::IntervalYearMonth(r, p);
      return true;
    case TypeRoot::kIntervalDayTime:
      *out = Type::IntervalDayTime(r, p, s);
      return true;
    case TypeRoot::kArray:
      *out = Type::Array(std::move(children[0].type));
      return true;
    case TypeRoot::kMap:
      *out = Type::Map(std::move(children[0].type), std::move(children[1].type));
      return true;
    case TypeRoot::kMultiset:
      *out = Type::Multiset(std::move(children[0].type));
      return true;
    case TypeRoot::kRow:
      *out = Type::Row(std::move(children));
      return true;
  }
  return false;
}

bool ReadTypeAt(Reader* in, int depth, Type* type) {
  uint64_t root = 0, nullable = 0, resolution = 0, children = 0;
  int32_t p = 0, s = 0;
  if (depth > kDeepest || !in->GetVarint(&root) || root > NumberOf(TypeRoot::kRow) ||
      !in->GetVarint(&nullable) || !ReadSmall(in, &p) || !ReadSmall(in, &s) ||
      !in->GetVarint(&resolution) ||
      resolution > static_cast<uint64_t>(data::IntervalResolution::kSecond) ||
      !in->GetVarint(&children)) {
    return false;
  }
  std::vector<data::Field> fields;
  for (uint64_t i = 0; i < children; ++i) {
    data::Field f;
    if (!in->GetString(&f.name) || !ReadTypeAt(in, depth + 1, &f.type)) return false;
    fields.push_back(std::move(f));
  }
  if (!MakeType(static_cast<TypeRoot>(root), p, s,
                static_cast<data::IntervalResolution>(resolution), std::move(fields), type)) {
    return false;
  }
  *type = type->WithNullable(nullable != 0);
  return true;
}

void Append(const FieldSchema& f, std::string* out) {
  for (const std::string* s : {&f.identity, &f.codec, &f.name, &f.alias}) PutString(*s, out);
  AppendType(f.type, out);
  PutSigned(f.offset, out);
  PutSigned(f.bytes, out);
  PutSigned(f.part, out);
  PutVarint(f.internal ? 1 : 0, out);
  PutVarint(f.tails.size(), out);
  for (const TailPart& t : f.tails) {
    PutVarint(static_cast<uint64_t>(t.kind), out);
    PutSigned(t.offset, out);
  }
  PutVarint(f.members.size(), out);
  for (const std::string& m : f.members) PutString(m, out);
}

bool Read(Reader* in, FieldSchema* f) {
  for (std::string* s : {&f->identity, &f->codec, &f->name, &f->alias}) {
    if (!in->GetString(s)) return false;
  }
  uint64_t n = 0;
  uint64_t internal = 0;
  if (!ReadType(in, &f->type) || !ReadSmall(in, &f->offset) || !ReadSmall(in, &f->bytes) ||
      !ReadSmall(in, &f->part) || !in->GetVarint(&internal) || !in->GetVarint(&n)) {
    return false;
  }
  f->internal = internal != 0;
  for (uint64_t i = 0; i < n; ++i) {
    uint64_t kind = 0;
    TailPart t;
    if (!in->GetVarint(&kind) || kind < 1 || kind > 2 || !ReadSmall(in, &t.offset)) return false;
    t.kind = static_cast<TailPart::Kind>(kind);
    f->tails.push_back(t);
  }
  if (!in->GetVarint(&n)) return false;
  for (uint64_t i = 0; i < n; ++i) {
    std::string member;
    if (!in->GetString(&member)) return false;
    f->members.push_back(std::move(member));
  }
  return true;
}

// All offsets within the row: who reads a row by a schema need not look again.
bool Fits(const TableSchema& t) {
  if (t.row_bytes < 0 || t.value_offset < 0 || t.value_offset > t.row_bytes) return false;
  if (t.live_offset >= 0 && (t.live_offset < t.value_offset || t.live_offset + 4 > t.row_bytes)) {
    return false;
  }
  for (const FieldSchema& f : t.fields) {
    if (f.offset < t.value_offset || f.bytes < 0 || f.bytes > t.row_bytes - f.offset) return false;
    if (f.codec == "bits" && (f.bytes != 8 || f.members.size() > 64)) return false;
    for (const TailPart& p : f.tails) {
      if (p.offset < f.offset || p.offset + 16 > f.offset + f.bytes) return false;
    }
  }
  for (const ShiftedKey& s : t.shifted) {
    if (s.key < 0 || static_cast<size_t>(s.key) >= t.keys.size()) return false;
  }
  return true;
}

}  // namespace

void AppendType(const Type& type, std::string* out) {
  PutVarint(NumberOf(type.root()), out);
  PutVarint(type.nullable() ? 1 : 0, out);
  PutSigned(type.precision(), out);
  PutSigned(type.scale(), out);
  PutVarint(static_cast<uint64_t>(type.interval_resolution()), out);
  PutVarint(static_cast<uint64_t>(type.num_children()), out);
  for (int i = 0; i < type.num_children(); ++i) {
    PutString(type.root() == TypeRoot::kRow ? type.fields()[static_cast<size_t>(i)].name : "", out);
    AppendType(type.child(i), out);
  }
}

bool ReadType(Reader* in, Type* type) { return ReadTypeAt(in, 0, type); }

const FieldSchema* TableSchema::FindField(std::string_view wanted) const {
  for (const FieldSchema& f : fields) {
    if (f.identity == wanted) return &f;
  }
  return nullptr;
}

void TableSchema::AppendTo(std::string* out) const {
  for (const std::string* s : {&name, &identity, &label, &definition}) PutString(*s, out);
  PutVarint(layout, out);
  PutSigned(row_bytes, out);
  PutSigned(value_offset, out);
  PutSigned(live_offset, out);
  PutVarint(keys.size(), out);
  for (const KeySchema& k : keys) {
    PutString(k.name, out);
    AppendType(k.type, out);
    AppendType(k.shown, out);
  }
  PutVarint(shifted.size(), out);
  for (const ShiftedKey& s : shifted) {
    PutString(s.name, out);
    PutSigned(s.key, out);
    PutSigned(s.add_ms, out);
  }
  PutVarint(fields.size(), out);
  for (const FieldSchema& f : fields) Append(f, out);
}

bool TableSchema::ReadFrom(Reader* in) {
  for (std::string* s : {&name, &identity, &label, &definition}) {
    if (!in->GetString(s)) return false;
  }
  uint64_t n = 0;
  if (!in->GetVarint(&layout) || !ReadSmall(in, &row_bytes) || !ReadSmall(in, &value_offset) ||
      !ReadSmall(in, &live_offset) || !in->GetVarint(&n)) {
    return false;
  }
  for (uint64_t i = 0; i < n; ++i) {
    KeySchema k;
    if (!in->GetString(&k.name) || !ReadType(in, &k.type) || !ReadType(in, &k.shown)) return false;
    keys.push_back(std::move(k));
  }
  if (!in->GetVarint(&n)) return false;
  for (uint64_t i = 0; i < n; ++i) {
    ShiftedKey s;
    if (!in->GetString(&s.name) || !ReadSmall(in, &s.key) || !in->GetSigned(&s.add_ms)) {
      return false;
    }
    shifted.push_back(std::move(s));
  }
  if (!in->GetVarint(&n)) return false;
  for (uint64_t i = 0; i < n; ++i) {
    FieldSchema f;
    if (!Read(in, &f)) return false;
    fields.push_back(std::move(f));
  }
  return Fits(*this);
}

}  // namespace thalweg::state
