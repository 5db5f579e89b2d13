#include "operators/aggregate/stored_calls.h"

#include <fmt/format.h>

#include <cctype>

#include "base/byte_coding.h"
#include "base/join.h"
#include "state/value_codec.h"

namespace thalweg::operators {
namespace {
using data::Type;
using expr::AggregateCall;
using expr::AggregateKind;
using state::FieldSchema;
using state::TableSchema;

const Type kBigint = Type::Bigint().WithNullable(false);

std::string Columns(const AggregateCall& call) {
  std::vector<std::string> columns;
  for (const int arg : call.args) columns.push_back(std::to_string(arg));
  return Join(columns, ",");
}

std::string IdentityOf(const AggregateCall& call) {
  if (!call.identity.empty()) return call.identity;
  if (call.kind == AggregateKind::kCountStar && call.filter < 0 && !call.distinct) {
    return "COUNT(*)";
  }
  return fmt::format("{}|{}|{}|{}", call.name, static_cast<int>(call.kind), Columns(call),
                     call.filter);
}

std::string FunctionOf(const AggregateCall& call) {
  return call.name.substr(0, call.name.find('('));
}

// Whether the state is another one if rows may be taken back.
bool DependsOnChanges(AggregateKind kind) {
  return kind == AggregateKind::kMin || kind == AggregateKind::kMax ||
         kind == AggregateKind::kFirstValue || kind == AggregateKind::kLastValue ||
         kind == AggregateKind::kListagg;
}

FieldSchema Links(const state::OwnedSets& sets) {
  FieldSchema f;
  f.identity = f.codec = "links";
  f.internal = true;
  f.offset = sets.entry_offset() - 8;
  f.bytes = 8;
  return f;
}

FieldSchema Counter(std::string identity, std::string name, int32_t offset) {
  FieldSchema f;
  f.identity = std::move(identity);
  f.codec = "count";
  f.name = std::move(name);
  f.type = kBigint;
  f.offset = offset;
  f.bytes = 8;
  return f;
}

TableSchema SetSchema(state::OwnedSets& sets) {
  TableSchema t;
  t.definition = kSetDefinition;
  t.keys.push_back({"owner", {}, kBigint});
  const int n = sets.table()->layout().num_keys() - 1;
  for (int i = 0; i < n; ++i) {
    t.keys.push_back({n == 1 ? "value" : fmt::format("value_{}", i), {}, {}});
  }
  t.fields.push_back(Links(sets));
  return t;
}

}  // namespace

std::string ArgumentsIdentity(const AggregateCall& call) {
  if (!call.arguments_identity.empty()) return call.arguments_identity;
  return "columns " + Columns(call);
}

std::string ArgumentTypes(const AggregateCall& call) {
  std::string out;
  for (const Type& t : call.arg_types) {
    out += (out.empty() ? "" : ", ") + t.WithNullable(true).ToSummary();
  }
  return "(" + out + ")";
}

FieldSchema CallField(const AggregateCall& call, int index, bool retracts) {
  FieldSchema f;
  f.identity = IdentityOf(call);
  f.codec = FunctionOf(call) + ArgumentTypes(call);
  if (retracts && DependsOnChanges(call.kind)) f.codec += " of changes";
  // Its sum is a DOUBLE, that of kAvgOfSum a FLOAT.
  if (call.kind == AggregateKind::kAvg && call.arg_types[0].root() == data::TypeRoot::kFloat) {
    f.codec += " in DOUBLE";
  }
  if (call.distinct) f.codec += retracts ? " distinct, counted" : " distinct";
  f.name = call.name;
  for (const char c : FunctionOf(call)) {
    f.alias += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  f.alias += fmt::format("_{}", index);
  f.type = call.result;
  f.part = index;
  if (f.identity == "COUNT(*)") f.same_as = "record_count";
  return f;
}

TableSchema ValuesSchema(const AggregateCall& call, state::OwnedSets* sets) {
  TableSchema t = SetSchema(*sets);
  t.identity = "values of " + IdentityOf(call);
  t.label = "values of " + call.name;
  t.fields.push_back(Counter("count", "occurrences", sets->entry_offset()));
  return t;
}

TableSchema DistinctSchema(const std::vector<const AggregateCall*>& members, std::string identity,
                           bool retracts, state::OwnedSets* sets) {
  TableSchema t = SetSchema(*sets);
  t.identity = std::move(identity);
  t.label = "values of ";
  for (size_t i = 0; i < members.size(); ++i) {
    t.label += (i > 0 ? ", " : "") + members[i]->name;
  }
  int32_t offset = sets->entry_offset();
  if (retracts) {
    for (const AggregateCall* m : members) {
      t.fields.push_back(Counter(IdentityOf(*m), m->name, offset));
      offset += 8;
    }
    return t;
  }
  FieldSchema mask = Counter("seen by", "mask", offset);
  mask.codec = "bits";
  for (const AggregateCall* m : members) mask.members.push_back(IdentityOf(*m));
  t.fields.push_back(std::move(mask));
  return t;
}

std::string StoredAggregates::Encode() const {
  std::string out;
  PutString(kAggregatesDefinition, &out);
  PutVarint(retracts ? 1 : 0, &out);
  PutSigned(offset, &out);
  PutVarint(calls.size(), &out);
  for (const AggregateCall& c : calls) {
    PutVarint(static_cast<uint64_t>(c.kind), &out);
    PutString(c.name, &out);
    PutVarint(c.args.size(), &out);
    for (const int a : c.args) PutSigned(a, &out);
    PutVarint(c.arg_types.size(), &out);
    for (const Type& t : c.arg_types) state::AppendType(t, &out);
    PutVarint(c.distinct ? 1 : 0, &out);
    state::AppendType(c.result, &out);
    PutVarint(c.literal != nullptr ? 1 : 0, &out);
    if (c.literal == nullptr) continue;
    std::string literal;
    state::EncodeRow(*c.literal, 0, &literal);
    state::AppendType(c.literal->type(), &out);
    PutString(literal, &out);
  }
  return out;
}

Result<StoredAggregates> StoredAggregates::Decode(std::string_view bytes) {
  const Status damaged = Status::BadData("the description of a table's aggregates is damaged");
  ByteReader in(bytes);
  StoredAggregates out;
  std::string kind;
  uint64_t retracts = 0, n = 0;
  int64_t offset = 0;
  if (!in.GetString(&kind) || kind != kAggregatesDefinition || !in.GetVarint(&retracts) ||
      !in.GetSigned(&offset) || !in.GetVarint(&n)) {
    return damaged;
  }
  out.retracts = retracts != 0;
  out.offset = static_cast<int32_t>(offset);
  for (uint64_t i = 0; i < n; ++i) {
    AggregateCall c;
    uint64_t number = 0, count = 0, distinct = 0, literal = 0;
    if (!in.GetVarint(&number) || !in.GetString(&c.name) || !in.GetVarint(&count)) return damaged;
    if (number > static_cast<uint64_t>(AggregateKind::kAvgOfSum)) {
      return Status::NotSupported("an aggregate that this program does not know: " + c.name);
    }
    c.kind = static_cast<AggregateKind>(number);
    for (uint64_t k = 0; k < count; ++k) {
      int64_t arg = 0;
      if (!in.GetSigned(&arg)) return damaged;
      c.args.push_back(static_cast<int>(arg));
    }
    if (!in.GetVarint(&count)) return damaged;
    for (uint64_t k = 0; k < count; ++k) {
      Type t;
      if (!state::ReadType(&in, &t)) return damaged;
      c.arg_types.push_back(std::move(t));
    }
    if (!in.GetVarint(&distinct) || !state::ReadType(&in, &c.result) || !in.GetVarint(&literal)) {
      return damaged;
    }
    // What the accumulators take for granted.
    const bool star = c.kind == AggregateKind::kCountStar || c.kind == AggregateKind::kCount;
    if (c.arg_types.empty() && !star) return damaged;
    c.distinct = distinct != 0;
    if (literal != 0) {
      Type type;
      std::string text;
      if (!state::ReadType(&in, &type) || !in.GetString(&text)) return damaged;
      state::ByteReader value(text);
      TW_ASSIGN_OR_RETURN(c.literal, state::DecodeRows(type, 1, &value));
    }
    out.calls.push_back(std::move(c));
  }
  if (!in.at_end()) return damaged;
  return out;
}

}  // namespace thalweg::operators
