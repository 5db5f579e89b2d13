// CAST to CHAR and VARCHAR: the text of any type, cut to the length and, for CHAR, padded to it.
#include "data/print.h"
#include "data/utf8_repair.h"
#include "expr/cast/families.h"
#include "expr/time_zone.h"

namespace thalweg::expr {

using data::Column;
using data::Type;
using data::TypeRoot;

namespace {

/// Bytes of the first `length` code points, and how many code points there are up to `length`.
size_t PrefixBytes(std::string_view s, int32_t length, int32_t* count) {
  size_t i = 0;
  *count = 0;
  while (i < s.size()) {
    if (*count == length) return i;
    do {
      ++i;
    } while (i < s.size() && (static_cast<uint8_t>(s[i]) & 0xc0) == 0x80);
    ++*count;
  }
  return i;
}

/// `text` fitted to the type: what is cut shares the bytes of `text`, what is padded is new.
std::string_view Fit(std::string_view text, const Type& to, data::StringArena* arena) {
  if (to.length() == Type::kMaxLength) return text;
  int32_t count = 0;
  text = text.substr(0, PrefixBytes(text, to.length(), &count));
  if (to.root() == TypeRoot::kVarchar || count >= to.length()) return text;
  const auto padding = static_cast<size_t>(to.length() - count);
  char* p = arena->Allocate(text.size() + padding);
  std::copy(text.begin(), text.end(), p);
  std::fill(p + text.size(), p + text.size() + padding, ' ');
  return {p, text.size() + padding};
}

Status StringToString(const KernelCall& call, Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  auto* values = out->mutable_values<std::string_view>();
  call.rows.ForEach([&](int32_t i) { values[i] = Fit(in[i], call.result_type, call.arena); });
  return Status::OK();
}

Status BinaryToString(const KernelCall& call, Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  auto* values = out->mutable_values<std::string_view>();
  std::string repaired;
  call.rows.ForEach([&](int32_t i) {
    std::string_view text = in[i];
    if (!data::IsValidUtf8(text)) {
      repaired.clear();
      data::AppendRepairedUtf8(text, &repaired);
      text = call.arena->Add(repaired);
    }
    values[i] = Fit(text, call.result_type, call.arena);
  });
  return Status::OK();
}

Status BooleanToString(const KernelCall& call, Column* out) {
  const data::ColumnView<uint8_t> in(*call.args[0]);
  auto* values = out->mutable_values<std::string_view>();
  const std::string_view text[] = {Fit("FALSE", call.result_type, call.arena),
                                   Fit("TRUE", call.result_type, call.arena)};
  call.rows.ForEach([&](int32_t i) { values[i] = text[in[i] != 0]; });
  return Status::OK();
}

/// Everything else goes through the printer.
Status AnyToString(const KernelCall& call, Column* out) {
  const Column& in = *call.args[0];
  auto* values = out->mutable_values<std::string_view>();
  data::ZoneOffset offset;
  if (const auto& zone = call.context.zone) {
    offset = [zone](int64_t seconds) { return zone->OffsetAt(seconds); };
  }
  std::string text;
  call.rows.ForEach([&](int32_t i) {
    text.clear();
    data::AppendCastString(in, i, &text, offset);
    const std::string_view fitted = Fit(text, call.result_type, call.arena);
    const bool own = fitted.data() == text.data();
    values[i] = own ? call.arena->Add(fitted) : fitted;
  });
  return Status::OK();
}

bool HasUntypedNull(const Type& t) {
  for (int i = 0; i < t.num_children(); ++i) {
    if (HasUntypedNull(t.child(i))) return true;
  }
  return t.root() == TypeRoot::kNull;
}

}  // namespace

Result<BoundFunction> BindCastToString(const CastRequest& r) {
  BoundFunction bound;
  if (HasUntypedNull(r.from)) return Status::InvalidSql("Cannot cast an untyped NULL in a row");
  if (r.from.is_character()) {
    bound.kernel = &StringToString;
    bound.result_views_args = true;
  } else if (r.from.is_binary()) {
    bound.kernel = &BinaryToString;
    bound.result_views_args = true;
  } else if (r.from.root() == TypeRoot::kBoolean) {
    bound.kernel = &BooleanToString;
  } else {
    bound.kernel = &AnyToString;
  }
  return bound;
}

}  // namespace thalweg::expr
