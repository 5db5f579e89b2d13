#include "expr/program/call.h"

#include <cstring>

namespace thalweg::expr {
namespace {

using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::Encoding;
using data::PhysicalType;
using data::Rows;

bool IsFixedWidth(const Column& c) {
  return data::PhysicalWidth(c.physical()) > 0 && c.physical() != PhysicalType::kString;
}

/// `column` with the rows of `validity` NULL in addition.
ColumnPtr WithNulls(ColumnPtr column, const uint8_t* validity, int32_t size) {
  column = data::Flatten(column);
  auto copy = std::const_pointer_cast<Column>(column->WithType(column->type()));
  auto merged = Buffer::Allocate(size);
  uint8_t* to = merged->mutable_data();
  const uint8_t* own = column->validity();
  for (int32_t i = 0; i < size; ++i) to[i] = validity[i] & (own == nullptr ? 1 : own[i]);
  copy->SetValidity(std::move(merged));
  return copy;
}

class Call {
 public:
  Call(const Expr& e, const EvalContext& context) : e_(e), bound_(e.bound), context_(context) {}

  /// Runs the kernel on flat and constant arguments.
  Result<ColumnPtr> Run(std::span<const ColumnPtr> args, Rows rows, int32_t size) {
    bool fixed_width = true;
    bool any_nullable = false;
    for (const auto& a : args) {
      fixed_width &= IsFixedWidth(*a);
      if (a->validity() == nullptr && a->physical() != PhysicalType::kNull) continue;
      if (bound_.nulls != NullPolicy::kPropagate) continue;
      if (a->encoding() == Encoding::kConstant) {
        if (a->IsNull(0)) return Column::MakeNull(e_.type, size);
      } else {
        any_nullable = true;
      }
    }
    std::shared_ptr<Buffer> validity;
    const bool everywhere = bound_.total && fixed_width && bound_.kernel != nullptr;
    if (any_nullable) {
      validity = CombineValidity(args, size);
      if (!everywhere) rows = Narrow(rows, validity->data(), size, &valid_rows_);
    }
    if (everywhere && !rows.dense() && rows.count() > size / 4) rows = Rows::All(size);
    if (rows.empty()) return Column::MakeNull(e_.type, size);
    return RunKernel(args, rows, size, std::move(validity));
  }

 private:
  static std::shared_ptr<Buffer> CombineValidity(std::span<const ColumnPtr> args, int32_t size) {
    std::shared_ptr<Buffer> validity;
    for (const auto& a : args) {
      if (a->encoding() == Encoding::kConstant || a->validity() == nullptr) continue;
      const uint8_t* from = a->validity();
      if (validity == nullptr) {
        validity = Buffer::Allocate(size);
        std::memcpy(validity->mutable_data(), from, static_cast<size_t>(size));
      } else {
        uint8_t* to = validity->mutable_data();
        for (int32_t i = 0; i < size; ++i) to[i] &= from[i];
      }
    }
    return validity;
  }

  static Rows Narrow(Rows rows, const uint8_t* validity, int32_t size,
                     std::vector<int32_t>* indices) {
    if (rows.dense() && std::memchr(validity, 0, static_cast<size_t>(size)) == nullptr) return rows;
    indices->resize(static_cast<size_t>(rows.count()));
    int32_t* to = indices->data();
    int32_t n = 0;
    rows.ForEach([&](int32_t i) {
      to[n] = i;
      n += validity[i] != 0;
    });
    return n == rows.count() ? rows : Rows::Of(to, n);
  }

  Result<ColumnPtr> RunKernel(std::span<const ColumnPtr> args, Rows rows, int32_t size,
                              std::shared_ptr<Buffer> validity) {
    std::vector<const Column*> raw;
    for (const auto& a : args) raw.push_back(a.get());
    data::StringArena arena;
    const KernelCall call{context_, rows, raw, e_.type, bound_.state.get(), &arena};
    if (bound_.column_kernel != nullptr) {
      TW_ASSIGN_OR_RETURN(ColumnPtr result, bound_.column_kernel(call, size));
      if (result->physical() == PhysicalType::kString) {
        auto copy = std::const_pointer_cast<Column>(result->WithType(result->type()));
        arena.AttachTo(copy.get());
        result = copy;
      }
      if (validity != nullptr) result = WithNulls(result, validity->data(), size);
      return result->type().Equals(e_.type) ? result : result->WithType(e_.type);
    }
    auto out = Column::Make(e_.type, size);
    const bool strings = out->physical() == PhysicalType::kString;
    if (validity != nullptr) out->SetValidity(std::move(validity));
    TW_RETURN_IF_ERROR(bound_.kernel(call, out.get()));
    // A total kernel makes no NULL itself, and may have met those of rows that nobody asked for.
    if (!bound_.total) TW_RETURN_IF_ERROR(CheckNotNull(*out, rows));
    if (strings) {
      arena.AttachTo(out.get());
      if (bound_.result_views_args) {
        for (const auto& a : args) {
          if (a->physical() == PhysicalType::kString) out->AddOwnersOf(*a);
        }
      }
    }
    return ColumnPtr(std::move(out));
  }

  /// Decimal overflow makes NULL even where the type says NOT NULL.
  Status CheckNotNull(const Column& out, Rows rows) const {
    if (e_.type.nullable() || out.validity() == nullptr) return Status::OK();
    for (int32_t k = 0; k < rows.count(); ++k) {
      if (out.validity()[rows[k]] == 0) {
        return Status::Evaluation(std::string(e_.function->name) + " gives NULL, but its type is " +
                                  e_.type.ToSummary());
      }
    }
    return Status::OK();
  }

  const Expr& e_;
  const BoundFunction& bound_;
  const EvalContext& context_;
  std::vector<int32_t> valid_rows_;
};

/// The entries that `rows` refer to, in order.
std::vector<int32_t> UsedEntries(const Column& column, Rows rows) {
  std::vector<uint8_t> used(static_cast<size_t>(column.dictionary()->size()), 0);
  const int32_t* indices = column.indices();
  rows.ForEach([&](int32_t i) { used[static_cast<size_t>(indices[i])] = 1; });
  std::vector<int32_t> entries;
  for (size_t i = 0; i < used.size(); ++i) {
    if (used[i] != 0) entries.push_back(static_cast<int32_t>(i));
  }
  return entries;
}

/// Evaluates a call whose only argument that is not constant is the dictionary column `args[at]`.
Result<ColumnPtr> EvaluateOnDictionary(const Expr& e, std::vector<ColumnPtr> args, size_t at,
                                       const EvalContext& context, Rows rows,
                                       DictionaryCache* cache) {
  const ColumnPtr column = args[at];
  const ColumnPtr dictionary = column->dictionary();
  if (cache->dictionary == dictionary) return column->WithDictionary(cache->result);
  bool cacheable = true;
  for (size_t i = 0; i < e.args.size(); ++i) {
    cacheable &= i == at || e.args[i]->kind == ExprKind::kLiteral;
  }
  const int32_t entries = dictionary->size();
  args[at] = dictionary;
  Call call(e, context);
  if (e.bound.total) {
    TW_ASSIGN_OR_RETURN(ColumnPtr result, call.Run(args, Rows::All(entries), entries));
    result = data::Flatten(result);
    if (cacheable) *cache = {dictionary, result};
    return column->WithDictionary(result);
  }
  const std::vector<int32_t> used = UsedEntries(*column, rows);
  const auto count = static_cast<int32_t>(used.size());
  const bool all = count == entries;
  const Rows needed = all ? Rows::All(entries) : Rows::Of(used.data(), count);
  TW_ASSIGN_OR_RETURN(ColumnPtr result, call.Run(args, needed, entries));
  result = data::Flatten(result);
  if (all) {
    if (cacheable) *cache = {dictionary, result};
  } else {
    // Entries that no row uses are undefined; NULL keeps later readers away from them.
    std::vector<uint8_t> validity(static_cast<size_t>(entries), 0);
    for (int32_t i : used) validity[static_cast<size_t>(i)] = 1;
    result = WithNulls(result, validity.data(), entries);
  }
  return column->WithDictionary(result);
}

}  // namespace

Result<ColumnPtr> EvaluateCall(const Expr& e, std::span<const ColumnPtr> args,
                               const EvalContext& context, Rows rows, int32_t size,
                               DictionaryCache* cache) {
  size_t dictionaries = 0, flats = 0, at = 0;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i]->encoding() == Encoding::kDictionary) {
      ++dictionaries;
      at = i;
    } else if (args[i]->encoding() == Encoding::kFlat) {
      ++flats;
    }
  }
  const bool deterministic = e.function->deterministic;
  Call call(e, context);
  if (deterministic && dictionaries + flats == 0) {
    std::vector<ColumnPtr> one;
    for (const auto& a : args) one.push_back(a->Slice(0, 1));
    TW_ASSIGN_OR_RETURN(ColumnPtr result, call.Run(one, Rows::All(1), 1));
    return Column::MakeConstant(result, 0, size);
  }
  if (dictionaries == 0) return call.Run(args, rows, size);
  std::vector<ColumnPtr> decoded(args.begin(), args.end());
  if (deterministic && dictionaries == 1 && flats == 0 &&
      (args[at]->dictionary()->size() <= rows.count() ||
       args[at]->dictionary() == cache->dictionary)) {
    return EvaluateOnDictionary(e, std::move(decoded), at, context, rows, cache);
  }
  for (auto& a : decoded) a = data::DecodeDictionary(a);
  return call.Run(decoded, rows, size);
}

}  // namespace thalweg::expr
