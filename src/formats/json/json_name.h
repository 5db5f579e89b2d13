// JsonName: a field name and its closing quote, to be recognised without looking at each byte.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace thalweg::formats::json {

struct JsonName {
  static constexpr int32_t kBytes = 32;
  alignas(kBytes) char quoted[kBytes] = {};
  uint32_t mask = 0;  // of the bytes that count
  int32_t size = 0;   // 0: too long, so it never matches

  JsonName() = default;
  /// `name` as it stands in the text, without escapes.
  explicit JsonName(std::string_view name) {
    if (name.size() >= static_cast<size_t>(kBytes)) return;
    std::memcpy(quoted, name.data(), name.size());
    quoted[name.size()] = '"';
    size = static_cast<int32_t>(name.size()) + 1;
    mask = size == kBytes ? UINT32_MAX : (uint32_t{1} << size) - 1;
  }
};

}  // namespace thalweg::formats::json
