// Configuration: the values of a session's keys (SET, -D, files), checked against the declared keys
// (base/option_keys.h). A value; not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/option_keys.h"
#include "base/status.h"

namespace thalweg {

class Configuration {
 public:
  /// kInvalidSql for an unknown key (with a suggestion) or a malformed value, kNotSupported for one
  /// that would change results and is not supported.
  Status Set(std::string_view key, std::string_view value);
  /// Back to the default; kInvalidSql for an unknown key.
  Status Reset(std::string_view key);
  void ResetAll() { values_.clear(); }

  /// The value set, else the default. The key must be declared.
  std::string GetString(std::string_view key) const;
  bool GetBoolean(std::string_view key) const;
  int64_t GetInteger(std::string_view key) const;
  double GetNumber(std::string_view key) const;
  int64_t GetDurationMs(std::string_view key) const;
  bool IsSet(std::string_view key) const { return values_.contains(key); }

  /// What was set, by key.
  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }
  /// Keys that were set though they have no meaning here, each with the reason, once.
  std::vector<std::string> TakeNotices();

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, bool, std::less<>> noticed_;
  std::vector<std::string> notices_;
};

}  // namespace thalweg
