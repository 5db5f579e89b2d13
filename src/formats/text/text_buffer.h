// TextBuffer: room for text that is written by pointer, with one check for all bytes of a value.
//
//   char* to = buffer.Reserve(24);                     // at the most
//   buffer.Commit(std::to_chars(to, to + 24, v).ptr);
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace thalweg::formats::text {

class TextBuffer {
 public:
  /// Where at least `bytes` may be written.
  char* Reserve(size_t bytes) {
    if (bytes > static_cast<size_t>(limit_ - end_)) Grow(bytes);
    return end_;
  }
  /// What was reserved has been written up to `end`.
  void Commit(char* end) { end_ = end; }
  void Append(std::string_view text) {
    char* to = Reserve(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    end_ = to + text.size();
  }
  void Append(char c) {
    *Reserve(1) = c;
    ++end_;
  }
  size_t size() const { return static_cast<size_t>(end_ - bytes_.get()); }
  /// Appends everything to `out`; the room stays.
  void MoveTo(std::string* out) {
    out->append(bytes_.get(), size());
    end_ = bytes_.get();
  }

 private:
  void Grow(size_t bytes) {
    constexpr size_t kLeast = 32 << 10;
    const size_t used = size();
    const size_t wanted = used + bytes;
    const size_t capacity = wanted < kLeast ? kLeast : 2 * wanted;
    std::unique_ptr<char[]> grown(new char[capacity]);
    if (used > 0) std::memcpy(grown.get(), bytes_.get(), used);
    bytes_ = std::move(grown);
    end_ = bytes_.get() + used;
    limit_ = bytes_.get() + capacity;
  }

  std::unique_ptr<char[]> bytes_;
  char* end_ = nullptr;
  char* limit_ = nullptr;
};

}  // namespace thalweg::formats::text
