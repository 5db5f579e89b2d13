#include "expr/functions/string/utf8.h"

#include <cstring>

namespace thalweg::expr::utf8 {

namespace {

/// Bytes of the well-formed code point at p, or 0. RFC 3629: no surrogates, shortest form.
size_t WellFormed(const uint8_t* p, const uint8_t* end) {
  const uint8_t b = p[0];
  if (b < 0x80) return 1;
  auto next = [&](size_t i, uint8_t low = 0x80, uint8_t high = 0xBF) {
    return static_cast<size_t>(end - p) > i && p[i] >= low && p[i] <= high;
  };
  if (b >= 0xC2 && b <= 0xDF) return next(1) ? 2 : 0;
  if (b >= 0xE0 && b <= 0xEF) {
    const uint8_t low = b == 0xE0 ? 0xA0 : 0x80, high = b == 0xED ? 0x9F : 0xBF;
    return next(1, low, high) && next(2) ? 3 : 0;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    const uint8_t low = b == 0xF0 ? 0x90 : 0x80, high = b == 0xF4 ? 0x8F : 0xBF;
    return next(1, low, high) && next(2) && next(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool IsValid(std::string_view s) {
  if (IsAscii(s)) return true;
  const auto* p = reinterpret_cast<const uint8_t*>(s.data());
  const auto* const end = p + s.size();
  while (p < end) {
    uint64_t eight;
    if (end - p >= 8 && (std::memcpy(&eight, p, 8), (eight & 0x8080808080808080) == 0)) {
      p += 8;
      continue;
    }
    const size_t w = WellFormed(p, end);
    if (w == 0) return false;
    p += w;
  }
  return true;
}

std::string_view Valid(std::string_view s, data::StringArena* arena) {
  if (IsValid(s)) return s;
  const size_t capacity = s.size() * 3;
  char* const out = arena->Allocate(capacity);
  char* to = out;
  const auto* p = reinterpret_cast<const uint8_t*>(s.data());
  const auto* const end = p + s.size();
  while (p < end) {
    if (const size_t w = WellFormed(p, end); w != 0) {
      std::memcpy(to, p, w);
      to += w;
      p += w;
    } else {
      to = Write(0xFFFD, to);
      ++p;
    }
  }
  const auto size = static_cast<size_t>(to - out);
  arena->ShrinkLast(capacity - size);
  return {out, size};
}

}  // namespace thalweg::expr::utf8
