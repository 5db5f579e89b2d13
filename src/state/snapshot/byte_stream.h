// ByteReader and the Append functions: how state is written into and read from snapshot entries.
// Little-endian, unaligned. A reader never reads beyond its end: ok() turns false instead.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace thalweg::state {

template <typename T>
void AppendFixed(const T& v, std::string* out) {
  static_assert(std::is_trivially_copyable_v<T>);
  out->append(reinterpret_cast<const char*>(&v), sizeof(T));
}
inline void AppendBytes(std::string_view s, std::string* out) {
  AppendFixed(static_cast<uint32_t>(s.size()), out);
  out->append(s);
}

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : p_(bytes.data()), end_(p_ + bytes.size()) {}

  template <typename T>
  T Fixed() {
    static_assert(std::is_trivially_copyable_v<T>);
    T v{};
    if (const char* p = Raw(sizeof(T))) std::memcpy(&v, p, sizeof(T));
    return v;
  }
  std::string_view Bytes() {
    const auto size = Fixed<uint32_t>();
    const char* p = Raw(size);
    return p != nullptr ? std::string_view(p, size) : std::string_view();
  }
  /// `bytes` bytes, or null when there are not that many.
  const char* Raw(size_t bytes) {
    if (static_cast<size_t>(end_ - p_) < bytes) {
      ok_ = false;
      return nullptr;
    }
    const char* p = p_;
    p_ += bytes;
    return p;
  }
  size_t remaining() const { return static_cast<size_t>(end_ - p_); }
  bool ok() const { return ok_; }

 private:
  const char* p_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace thalweg::state
