#include "base/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "base/duration.h"
#include "base/nearest_name.h"

namespace thalweg {
namespace {

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) ==
                  std::tolower(static_cast<unsigned char>(y));
         });
}

// The enum value that `text` names, as declared; empty when it names none.
std::string_view EnumValue(std::string_view values, std::string_view text) {
  while (!values.empty()) {
    size_t bar = std::min(values.find('|'), values.size());
    if (EqualIgnoringCase(values.substr(0, bar), text)) return values.substr(0, bar);
    values.remove_prefix(std::min(bar + 1, values.size()));
  }
  return {};
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `value` is a number.
Status CheckRange(const OptionKey& key, std::string_view name, std::string_view value) {
  std::string_view range = key.values;
  if (range.empty()) return {};
  std::string wanted;
  if (const size_t bar = range.find('|'); bar != std::string_view::npos) {
    if (value == range.substr(0, bar)) return {};
    wanted = fmt::format("{} or ", range.substr(0, bar));
    range.remove_prefix(bar + 1);
  }
  const size_t dots = range.find("..");
  const std::string_view least = range.substr(0, dots);
  const std::string_view most = range.substr(dots + 2);
  const double number = *ParseNumber<double>(value);
  if (number >= *ParseNumber<double>(least) &&
      (most.empty() || number <= *ParseNumber<double>(most))) {
    return {};
  }
  wanted += most.empty() ? fmt::format("at least {}", least)
                         : fmt::format("between {} and {}", least, most);
  return Status::InvalidSql(fmt::format("'{}' must be {}, not {}", name, wanted, value));
}

Status CheckValue(const OptionKey& key, std::string_view name, std::string_view value) {
  switch (key.type) {
    case OptionType::kBoolean:
      if (EqualIgnoringCase(value, "true") || EqualIgnoringCase(value, "false")) return {};
      return Status::InvalidSql(fmt::format("'{}' is true or false, not '{}'", name, value));
    case OptionType::kInteger:
      if (!ParseNumber<int64_t>(value)) {
        return Status::InvalidSql(fmt::format("'{}' is a whole number, not '{}'", name, value));
      }
      return CheckRange(key, name, value);
    case OptionType::kNumber:
      if (!ParseNumber<double>(value)) {
        return Status::InvalidSql(fmt::format("'{}' is a number, not '{}'", name, value));
      }
      return CheckRange(key, name, value);
    case OptionType::kDuration: {
      Result<int64_t> duration = ParseDurationMs(value);
      if (duration.ok()) return {};
      return Status::InvalidSql(fmt::format("'{}': {}", name, duration.status().message()));
    }
    case OptionType::kEnum: {
      if (!EnumValue(key.values, value).empty()) return {};
      std::string accepted(key.values);
      std::replace(accepted.begin(), accepted.end(), '|', ' ');
      return Status::InvalidSql(
          fmt::format("'{}' cannot be '{}'; accepted: {}", name, value, accepted));
    }
    default:
      return {};
  }
}

Status UnknownKey(std::string_view name) {
  std::vector<std::string_view> names;
  for (const OptionKey& key : AllOptionKeys()) names.push_back(key.name);
  return Status::InvalidSql(
      fmt::format("unknown configuration key '{}'{}", name, DidYouMean(name, names)));
}

}  // namespace

Status Configuration::Set(std::string_view name, std::string_view value) {
  const OptionKey* key = FindOptionKey(name);
  if (key == nullptr) return UnknownKey(name);
  TW_RETURN_IF_ERROR(CheckValue(*key, name, value));
  if (key->option_class == OptionClass::kUnsupported &&
      !EqualIgnoringCase(value, key->default_value)) {
    return Status::NotSupported(
        fmt::format("'{}' = '{}' is not supported: {}", name, value, key->doc));
  }
  if (key->option_class == OptionClass::kNoMeaning &&
      noticed_.emplace(std::string(name), true).second) {
    notices_.push_back(fmt::format("'{}' has no effect here: {}", name, key->doc));
  }
  std::string stored(value);
  if (key->type == OptionType::kEnum) stored = EnumValue(key->values, value);
  values_.insert_or_assign(std::string(name), std::move(stored));
  return Status::OK();
}

Status Configuration::Reset(std::string_view name) {
  if (FindOptionKey(name) == nullptr) return UnknownKey(name);
  if (auto it = values_.find(name); it != values_.end()) values_.erase(it);
  return Status::OK();
}

std::string Configuration::GetString(std::string_view name) const {
  if (auto it = values_.find(name); it != values_.end()) return it->second;
  const OptionKey* key = FindOptionKey(name);
  TW_CHECK(key != nullptr, std::string(name));
  // Flink's default where ours differs.
  if (name == "table.exec.mini-batch.enabled" && GetString("compat") == "flink") return "false";
  return std::string(key->default_value);
}

bool Configuration::GetBoolean(std::string_view name) const {
  return EqualIgnoringCase(GetString(name), "true");
}

int64_t Configuration::GetInteger(std::string_view name) const {
  return ParseNumber<int64_t>(GetString(name)).value_or(0);
}

double Configuration::GetNumber(std::string_view name) const {
  return ParseNumber<double>(GetString(name)).value_or(0);
}

int64_t Configuration::GetDurationMs(std::string_view name) const {
  Result<int64_t> duration = ParseDurationMs(GetString(name));
  return duration.ok() ? *duration : 0;
}

std::vector<std::string> Configuration::TakeNotices() {
  return std::exchange(notices_, std::vector<std::string>());
}

}  // namespace thalweg
