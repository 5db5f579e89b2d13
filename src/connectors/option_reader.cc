#include "connectors/option_reader.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>

#include "base/duration.h"
#include "base/memory.h"

namespace thalweg::connectors {
namespace {

std::string_view Trim(std::string_view s) {
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.front()))) s.remove_prefix(1);
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back()))) s.remove_suffix(1);
  return s;
}

template <typename T>
bool ParseNumber(std::string_view text, T* value) {
  text = Trim(text);
  if (text.size() > 1 && text[0] == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Status OptionReader::Error(std::string_view name, std::string_view message) const {
  return Status::InvalidSql(fmt::format("table '{}', option '{}': {}", table_.name, name, message));
}

Status OptionReader::NotSupported(std::string_view name, std::string_view message) const {
  return Status::NotSupported(
      fmt::format("table '{}', option '{}': {}", table_.name, name, message));
}

std::optional<std::string> OptionReader::Get(std::string_view name) const {
  const auto it = table_.options.find(name);
  return it == table_.options.end() ? std::nullopt : std::optional(it->second);
}

std::string OptionReader::String(std::string_view name, std::string_view default_value) const {
  return Get(name).value_or(std::string(default_value));
}

Result<std::string> OptionReader::Required(std::string_view name) const {
  if (auto value = Get(name)) return *value;
  return Status::InvalidSql(
      fmt::format("table '{}': the option '{}' is required", table_.name, name));
}

Result<bool> OptionReader::Bool(std::string_view name, bool default_value) const {
  const auto text = Get(name);
  if (!text) return default_value;
  std::string lower(Trim(*text));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == "true") return true;
  if (lower == "false") return false;
  return Error(name, fmt::format("'{}' is neither true nor false", *text));
}

Result<int64_t> OptionReader::Int(std::string_view name, int64_t default_value) const {
  const auto text = Get(name);
  if (!text) return default_value;
  int64_t value = 0;
  if (ParseNumber(*text, &value)) return value;
  return Error(name, fmt::format("'{}' is not a whole number", *text));
}

Result<double> OptionReader::Double(std::string_view name, double default_value) const {
  const auto text = Get(name);
  if (!text) return default_value;
  double value = 0;
  if (ParseNumber(*text, &value)) return value;
  return Error(name, fmt::format("'{}' is not a number", *text));
}

Result<int64_t> OptionReader::DurationMs(std::string_view name, int64_t default_ms) const {
  const auto text = Get(name);
  if (!text) return default_ms;
  auto ms = ParseDurationMs(*text);
  if (!ms.ok()) return Error(name, ms.status().message());
  return ms;
}

Result<int64_t> OptionReader::Bytes(std::string_view name, int64_t default_bytes) const {
  const auto text = Get(name);
  if (!text) return default_bytes;
  auto bytes = ParseBytes(*text);
  if (!bytes.ok()) return Error(name, bytes.status().message());
  return bytes;
}

}  // namespace thalweg::connectors
