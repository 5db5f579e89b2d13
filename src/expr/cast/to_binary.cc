// CAST to BINARY and VARBINARY: bytes cut to the length and, for BINARY, padded with zeros.
#include <algorithm>

#include "expr/cast/families.h"

namespace thalweg::expr {

using data::Type;
using data::TypeRoot;

namespace {

Status BytesToBytes(const KernelCall& call, data::Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  auto* values = out->mutable_values<std::string_view>();
  const Type& to = call.result_type;
  const auto length = static_cast<size_t>(to.length());
  call.rows.ForEach([&](int32_t i) {
    std::string_view v = in[i];
    v = v.substr(0, length);
    if (to.root() == TypeRoot::kBinary && v.size() < length) {
      char* p = call.arena->Allocate(length);
      std::copy(v.begin(), v.end(), p);
      std::fill(p + v.size(), p + length, '\0');
      v = {p, length};
    }
    values[i] = v;
  });
  return Status::OK();
}

}  // namespace

Result<BoundFunction> BindCastToBinary(const CastRequest&) {
  BoundFunction bound;
  bound.kernel = &BytesToBytes;
  bound.result_views_args = true;
  return bound;
}

}  // namespace thalweg::expr
