// CASE whose arguments have all been evaluated: each row picks its value, no selection is made.
#include <cstring>
#include <string_view>

#include "expr/program/booleans.h"
#include "expr/program/executor.h"

namespace thalweg::expr {

using data::Column;
using data::ColumnPtr;
using data::Encoding;
using data::PhysicalType;
using data::Rows;

namespace {

/// Where a condition is TRUE, as bytes; in `scratch` unless the column itself says it.
const uint8_t* TrueRows(const Column& condition, Rows rows, std::vector<uint8_t>* scratch) {
  if (condition.encoding() == Encoding::kFlat && condition.validity() == nullptr &&
      condition.physical() == PhysicalType::kBool) {
    return condition.values<uint8_t>();
  }
  const Booleans in(condition);
  uint8_t* to = scratch->data();
  rows.ForEach([&](int32_t i) { to[i] = in.is_true(i) ? 1 : 0; });
  return to;
}

/// to[i] = from[i] where `chosen`; everywhere if it is null. A null `from` is the constant `value`.
template <typename T>
void Blend(const uint8_t* chosen, const T* from, T value, Rows rows, T* to) {
  if (chosen == nullptr) {
    rows.ForEach([&](int32_t i) { to[i] = from != nullptr ? from[i] : value; });
  } else if (from != nullptr) {
    rows.ForEach([&](int32_t i) { to[i] = chosen[i] != 0 ? from[i] : to[i]; });
  } else {
    rows.ForEach([&](int32_t i) { to[i] = chosen[i] != 0 ? value : to[i]; });
  }
}

template <typename T>
void BlendValues(const uint8_t* chosen, const Column& from, Rows rows, Column* out) {
  const T* values = from.values<T>();
  const bool constant = from.encoding() == Encoding::kConstant;
  Blend<T>(chosen, constant ? nullptr : values, constant ? values[0] : T{}, rows,
           out->mutable_values<T>());
}

/// Takes the rows that `chosen` names from a flat or constant column.
void Choose(const uint8_t* chosen, const Column& from, Rows rows, Column* out) {
  switch (data::PhysicalWidth(out->physical())) {
    case 1:
      return BlendValues<uint8_t>(chosen, from, rows, out);
    case 2:
      return BlendValues<uint16_t>(chosen, from, rows, out);
    case 4:
      return BlendValues<uint32_t>(chosen, from, rows, out);
    case 8:
      return BlendValues<uint64_t>(chosen, from, rows, out);
    default:
      if (out->physical() != PhysicalType::kString) {
        return BlendValues<__int128>(chosen, from, rows, out);
      }
      BlendValues<std::string_view>(chosen, from, rows, out);
      out->AddOwnersOf(from);
  }
}

bool IsNullType(const Column& c) { return c.physical() == PhysicalType::kNull; }

void ChooseValidity(const uint8_t* chosen, const Column& from, Rows rows, uint8_t* to) {
  const uint8_t* validity = IsNullType(from) ? nullptr : from.validity();
  const bool flat = validity != nullptr && from.encoding() == Encoding::kFlat;
  const auto value = static_cast<uint8_t>(IsNullType(from)      ? 0
                                          : validity != nullptr ? validity[0]
                                                                : 1);
  Blend<uint8_t>(chosen, flat ? validity : nullptr, value, rows, to);
}

}  // namespace

ColumnPtr Executor::RunSelect(const Step& step, Rows rows) {
  // Above this share of rows the loops over all of them, which use vectors, are faster.
  constexpr int32_t kDenseAboveOneIn = 4;
  if (rows.count() > size_ / kDenseAboveOneIn) rows = Rows::All(size_);
  // args: condition, value, condition, value, ..., else
  args_.clear();
  bool nulls = false;
  for (size_t k = 0; k < step.args.size(); ++k) {
    const ColumnPtr& arg = registers_[static_cast<size_t>(step.args[k])];
    const bool is_condition = k % 2 == 0 && k + 1 < step.args.size();
    args_.push_back(is_condition ? arg : data::DecodeDictionary(arg));
    nulls |= !is_condition && (IsNullType(*arg) || args_.back()->validity() != nullptr);
  }
  const data::Type& type = step.expr->type;
  auto out = Column::Make(type, size_);
  std::shared_ptr<data::Buffer> validity;
  if (nulls) {
    validity = data::Buffer::Allocate(size_);
    std::memset(validity->mutable_data(), 1, static_cast<size_t>(size_));
  }
  std::vector<uint8_t> scratch(static_cast<size_t>(size_));
  // From the last to the first, so that the first condition that is TRUE has the last word.
  for (size_t k = args_.size(); k > 0; k -= k == args_.size() ? 1 : 2) {
    const Column& value = *args_[k - 1];
    const uint8_t* chosen = k == args_.size() ? nullptr : TrueRows(*args_[k - 2], rows, &scratch);
    if (!IsNullType(value)) Choose(chosen, value, rows, out.get());
    if (nulls) ChooseValidity(chosen, value, rows, validity->mutable_data());
  }
  if (nulls && std::memchr(validity->data(), 0, static_cast<size_t>(size_)) != nullptr) {
    out->SetValidity(std::move(validity));
  }
  return out;
}

}  // namespace thalweg::expr
