#include "base/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
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

Status CheckValue(const OptionKey& key, std::string_view name, std::string_view value) {
  switch (key.type) {
    case OptionType::kBoolean:
      if (EqualIgnoringCase(value, "true") || EqualIgnoringCase(value, "false")) return {};
      return Status::InvalidSql(fmt::format("'{}' is true or false, not '{}'", name, value));
    case OptionType::kInteger: {
      int64_t number = 0;
      auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error == std::errc() && end == value.data() + value.size()) return {};
      return Status::InvalidSql(fmt::format("'{}' is a whole number, not '{}'", name, value));
    }
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
  std::string text = GetString(name);
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

int64_t Configuration::GetDurationMs(std::string_view name) const {
  Result<int64_t> duration = ParseDurationMs(GetString(name));
  return duration.ok() ? *duration : 0;
}

std::vector<std::string> Configuration::TakeNotices() {
  return std::exchange(notices_, std::vector<std::string>());
}

}  // namespace thalweg
