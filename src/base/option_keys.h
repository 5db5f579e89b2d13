// OptionKey: every configuration key that a job may set, declared once with its type, default and a
// sentence. The keys are Flink's; each is of one of the classes below.
#pragma once

#include <span>
#include <string_view>

#include "base/status.h"

namespace thalweg {

enum class OptionClass : uint8_t {
  kHonoured,     ///< does what the sentence says
  kNoMeaning,    ///< Flink's; accepted, without effect here; the sentence says why
  kUnsupported,  ///< Flink's; would change results or guarantees, and is refused when set
};

enum class OptionType : uint8_t { kString, kBoolean, kInteger, kNumber, kDuration, kEnum };

struct OptionKey {
  /// A name ending in '*' stands for all keys that begin so.
  std::string_view name;
  OptionType type;
  std::string_view default_value;
  OptionClass option_class;
  std::string_view doc;
  /// kEnum: the accepted values, "a|b|c". kInteger, kNumber: the range, "1..9", "1.." or with one
  /// value beside it, "-1|1..9"; empty: any.
  std::string_view values = "";
};

/// All keys, sorted by name.
std::span<const OptionKey> AllOptionKeys();
/// Null if unknown.
const OptionKey* FindOptionKey(std::string_view name);

}  // namespace thalweg
