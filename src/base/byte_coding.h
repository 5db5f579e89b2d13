// Small binary encodings for manifests, splits and committables: varints and strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace thalweg {

inline void PutVarint(uint64_t v, std::string* out) {
  while (v >= 0x80) {
    out->push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  out->push_back(static_cast<char>(v));
}
/// Small magnitudes of either sign are short.
inline void PutSigned(int64_t v, std::string* out) {
  PutVarint(static_cast<uint64_t>(v) << 1 ^ static_cast<uint64_t>(v >> 63), out);
}
/// Length, then the bytes.
inline void PutString(std::string_view s, std::string* out) {
  PutVarint(s.size(), out);
  out->append(s);
}

/// Reads what the Put functions wrote. After a false answer nothing more may be read.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  bool GetVarint(uint64_t* v) {
    *v = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      *v |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  bool GetSigned(int64_t* v) {
    uint64_t u;
    if (!GetVarint(&u)) return false;
    *v = static_cast<int64_t>(u >> 1) ^ -static_cast<int64_t>(u & 1);
    return true;
  }
  bool GetString(std::string* s) {
    uint64_t size;
    if (!GetVarint(&size) || size > rest_.size()) return false;
    s->assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return true;
  }

 private:
  std::string_view rest_;
};

}  // namespace thalweg
