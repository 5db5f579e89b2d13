// Loops for kernels, so that a family file only says what happens to one row.
//
//   EachRow<[](double x) { return std::sqrt(x); }>                  always a value
//   EachRowOrNull<[](int64_t a, int64_t b, int64_t* out) {...}>     bool: false makes the row NULL
//   EachRowChecked<[](const KernelCall& call, std::string_view s, int32_t* out, bool* null) {...}>
//                                                                Status: an error ends the query
//
// The argument types are the physical ones (data/type.h; BOOLEAN is bool or uint8_t, strings are
// std::string_view, DECIMAL is __int128) and must match the parameters that binding asked for. Each
// template is a Kernel; the flat and constant cases of one or two arguments have loops of their own
// that the compiler can vectorise.
#pragma once

#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "expr/function.h"

namespace thalweg::expr {
namespace kernel_internal {

template <typename T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

template <typename T>
struct FlatArg {
  const Stored<T>* values;
  T operator()(int32_t i) const { return static_cast<T>(values[i]); }
};
template <typename T>
struct ConstantArg {
  Stored<T> value;
  T operator()(int32_t) const { return static_cast<T>(value); }
};
template <typename T>
struct MaskedArg {
  const Stored<T>* values;
  int32_t mask;
  explicit MaskedArg(const data::Column& c)
      : values(c.values<Stored<T>>()), mask(c.encoding() == data::Encoding::kConstant ? 0 : -1) {}
  T operator()(int32_t i) const { return static_cast<T>(values[i & mask]); }
};

// The bytes of texts often lie in memory that nobody has read yet: they are asked for some rows
// ahead, so that the waits overlap.
constexpr int32_t kRowsAhead = 8;

inline void Prefetch(std::string_view s) {
  constexpr uintptr_t kCacheLine = 64;
  const auto at = reinterpret_cast<uintptr_t>(s.data());
  __builtin_prefetch(reinterpret_cast<const void*>(at));
  __builtin_prefetch(reinterpret_cast<const void*>(at + kCacheLine));
}
template <typename Arg>
constexpr bool kIsText = std::is_same_v<Arg, FlatArg<std::string_view>> ||
                         std::is_same_v<Arg, MaskedArg<std::string_view>>;
template <typename... Arg>
void PrefetchAhead(const data::Rows& rows, int32_t k, const Arg&... arg) {
  if constexpr ((kIsText<Arg> || ...)) {
    if (k + kRowsAhead >= rows.count()) return;
    const int32_t i = rows[k + kRowsAhead];
    const auto prefetch = [i](const auto& a) {
      if constexpr (kIsText<std::decay_t<decltype(a)>>) Prefetch(a(i));
    };
    (prefetch(arg), ...);
  }
}

/// rows.ForEach(f) for a kernel with these arguments.
template <typename F, typename... Arg>
void ForEachRow(const data::Rows& rows, F&& f, const Arg&... arg) {
  if constexpr ((kIsText<Arg> || ...)) {
    for (int32_t k = 0; k < rows.count(); ++k) {
      PrefetchAhead(rows, k, arg...);
      f(rows[k]);
    }
  } else {
    rows.ForEach(f);
  }
}

template <typename F>
struct SignatureOf : SignatureOf<decltype(&F::operator())> {};
template <typename R, typename... A>
struct SignatureOf<R (*)(A...)> {
  using Return = R;
  using Args = std::tuple<std::remove_cvref_t<A>...>;
};
template <typename C, typename R, typename... A>
struct SignatureOf<R (C::*)(A...) const> : SignatureOf<R (*)(A...)> {};

/// Calls body(arg accessors...) with the best accessors for the arguments' encodings.
template <typename... T, typename Body, size_t... I>
auto WithArgs(const KernelCall& call, std::index_sequence<I...>, Body&& body) {
  using data::Encoding;
  constexpr size_t kArity = sizeof...(T);
  if constexpr (kArity == 1) {
    if (call.args[0]->encoding() == Encoding::kFlat) {
      return body(FlatArg<T>{call.args[I]->template values<Stored<T>>()}...);
    }
  } else if constexpr (kArity == 2) {
    using L = std::tuple_element_t<0, std::tuple<T...>>;
    using R = std::tuple_element_t<1, std::tuple<T...>>;
    const data::Column& l = *call.args[0];
    const data::Column& r = *call.args[1];
    if (l.encoding() == Encoding::kFlat) {
      const FlatArg<L> left{l.template values<Stored<L>>()};
      if (r.encoding() == Encoding::kFlat) {
        return body(left, FlatArg<R>{r.template values<Stored<R>>()});
      }
      return body(left, ConstantArg<R>{r.template values<Stored<R>>()[0]});
    }
    if (r.encoding() == Encoding::kFlat) {
      return body(ConstantArg<L>{l.template values<Stored<L>>()[0]},
                  FlatArg<R>{r.template values<Stored<R>>()});
    }
  }
  return body(MaskedArg<T>(*call.args[I])...);
}

/// The first `n` types of a tuple, from `From` on, applied to WithArgs.
template <size_t From, typename Tuple, typename Body, size_t... I>
auto WithTupleArgs(const KernelCall& call, std::index_sequence<I...> s, Body&& body) {
  return WithArgs<std::tuple_element_t<From + I, Tuple>...>(call, s, std::forward<Body>(body));
}

}  // namespace kernel_internal

/// For kernels with loops of their own, before they read texts[rows[k]].
inline void PrefetchText(const data::Rows& rows, int32_t k,
                         const data::ColumnView<std::string_view>& texts) {
  using kernel_internal::kRowsAhead;
  if (k + kRowsAhead < rows.count()) kernel_internal::Prefetch(texts[rows[k + kRowsAhead]]);
}

template <auto F>
Status EachRow(const KernelCall& call, data::Column* out) {
  using Signature = kernel_internal::SignatureOf<decltype(F)>;
  using Args = typename Signature::Args;
  using Out = kernel_internal::Stored<typename Signature::Return>;
  Out* to = out->mutable_values<Out>();
  kernel_internal::WithTupleArgs<0, Args>(
      call, std::make_index_sequence<std::tuple_size_v<Args>>(), [&](const auto... arg) {
        kernel_internal::ForEachRow(
            call.rows, [&](int32_t i) { to[i] = static_cast<Out>(F(arg(i)...)); }, arg...);
      });
  return Status::OK();
}

template <auto F>
Status EachRowOrNull(const KernelCall& call, data::Column* out) {
  using Args = typename kernel_internal::SignatureOf<decltype(F)>::Args;
  constexpr size_t kInputs = std::tuple_size_v<Args> - 1;
  using Out = std::remove_pointer_t<std::tuple_element_t<kInputs, Args>>;
  using OutStored = kernel_internal::Stored<Out>;
  OutStored* to = out->mutable_values<OutStored>();
  kernel_internal::WithTupleArgs<0, Args>(call, std::make_index_sequence<kInputs>(),
                                          [&](const auto... arg) {
                                            const auto row = [&](int32_t i) {
                                              Out value{};
                                              if (F(arg(i)..., &value)) {
                                                to[i] = static_cast<OutStored>(value);
                                              } else {
                                                out->SetNull(i);
                                              }
                                            };
                                            kernel_internal::ForEachRow(call.rows, row, arg...);
                                          });
  return Status::OK();
}

template <auto F>
Status EachRowChecked(const KernelCall& call, data::Column* out) {
  using Args = typename kernel_internal::SignatureOf<decltype(F)>::Args;
  constexpr size_t kInputs = std::tuple_size_v<Args> - 3;  // without call, out and null
  using Out = std::remove_pointer_t<std::tuple_element_t<kInputs + 1, Args>>;
  using OutStored = kernel_internal::Stored<Out>;
  OutStored* to = out->mutable_values<OutStored>();
  return kernel_internal::WithTupleArgs<1, Args>(
      call, std::make_index_sequence<kInputs>(), [&](const auto... arg) -> Status {
        for (int32_t k = 0; k < call.rows.count(); ++k) {
          kernel_internal::PrefetchAhead(call.rows, k, arg...);
          const int32_t i = call.rows[k];
          Out value{};
          bool null = false;
          Status status = F(call, arg(i)..., &value, &null);
          if (__builtin_expect(!status.ok(), 0)) return status;
          if (null) {
            out->SetNull(i);
          } else {
            to[i] = static_cast<OutStored>(value);
          }
        }
        return Status::OK();
      });
}

}  // namespace thalweg::expr
