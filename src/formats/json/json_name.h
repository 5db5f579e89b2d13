// JsonName: a field name with what stands around it in a JSON text without blanks, ',"name":', to
// be recognised without looking at each byte.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace thalweg::formats::json {

struct JsonName {
  static constexpr int32_t kBytes = 32;
  char text[2 * kBytes] = {};
  int32_t size = 0;  // 0: too long, so it never matches

  JsonName() = default;
  /// `name` as it stands in the text, without escapes.
  explicit JsonName(std::string_view name) {
    if (name.size() + 4 >= static_cast<size_t>(kBytes)) return;
    size = static_cast<int32_t>(name.size()) + 4;
    text[0] = ',';
    text[1] = '"';
    std::memcpy(text + 2, name.data(), name.size());
    text[size - 2] = '"';
    text[size - 1] = ':';
  }
};

}  // namespace thalweg::formats::json
