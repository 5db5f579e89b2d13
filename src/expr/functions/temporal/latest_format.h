// LatestFormat: the compiled form of a pattern argument: of the literal, or of the latest row's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "expr/function.h"
#include "expr/functions/signature.h"

namespace thalweg::expr {

template <typename Format>
class LatestFormat {
 public:
  /// `state` is what LiteralFormat made, or null.
  explicit LatestFormat(const KernelCall& call)
      : literal_(static_cast<const Format*>(call.state)) {}
  Result<const Format*> At(std::string_view pattern) {
    if (literal_ != nullptr) return literal_;
    if (!latest_ || pattern != pattern_) {
      TW_ASSIGN_OR_RETURN(Format f, Format::Compile(pattern));
      latest_ = std::move(f);
      pattern_ = pattern;
    }
    return &*latest_;
  }

 private:
  const Format* literal_;
  std::optional<Format> latest_;
  std::string pattern_;
};

/// BoundFunction::state for a pattern that is a literal; null where it is none.
template <typename Format>
Result<std::shared_ptr<const void>> LiteralFormat(const BindArgs& a, size_t i) {
  const auto pattern = LiteralString(a, i);
  if (!pattern) return std::shared_ptr<const void>();
  TW_ASSIGN_OR_RETURN(Format f, Format::Compile(*pattern));
  return std::shared_ptr<const void>(std::make_shared<const Format>(std::move(f)));
}

}  // namespace thalweg::expr
