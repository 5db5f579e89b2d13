#include "formats/text/line_reader.h"

#include <fmt/format.h>

#include <cstring>

#include "formats/text/utf8.h"

namespace thalweg::formats::text {

void LineReader::Seek(const DecodePosition& position) {
  position_ = position;
  regions_.clear();
  pending_.clear();
  after_ = nullptr;
  last_ = false;
}

Status LineReader::Feed(data::BufferPtr chunk, bool last) {
  regions_.clear();
  after_ = nullptr;
  last_ = last;
  std::string_view bytes(chunk ? reinterpret_cast<const char*>(chunk->data()) : nullptr,
                         chunk ? static_cast<size_t>(chunk->size()) : 0);
  if (!pending_.empty()) {
    const size_t lf = bytes.find('\n');
    const size_t taken = lf == std::string_view::npos ? bytes.size() : lf + 1;
    if (pending_.size() + taken > static_cast<size_t>(kMaxLineBytes)) {
      return Status::BadData(fmt::format("a line longer than {} (line {}, byte offset {})",
                                         FormatBytes(kMaxLineBytes), position_.line + 1,
                                         position_.byte_offset));
    }
    pending_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (lf != std::string_view::npos || last) {
      auto stitched = data::Buffer::Copy(pending_);
      const char* p = reinterpret_cast<const char*>(stitched->data());
      regions_.push_back({p, p + pending_.size(), std::move(stitched), true, false});
      pending_.clear();
      pending_.shrink_to_fit();
    }
  }
  if (!bytes.empty()) {
    const bool valid = IsValidUtf8Chunk(bytes, last);
    regions_.push_back({bytes.data(), bytes.data() + bytes.size(), std::move(chunk), last, valid});
  }
  return Status::OK();
}

bool LineReader::Peek(Line* line) {
  while (!regions_.empty()) {
    Region& r = regions_.front();
    if (r.next == r.end) {
      regions_.erase(regions_.begin());
      continue;
    }
    const auto* lf =
        static_cast<const char*>(std::memchr(r.next, '\n', static_cast<size_t>(r.end - r.next)));
    if (lf == nullptr && !r.final) {
      pending_.assign(r.next, r.end);
      regions_.erase(regions_.begin());
      return false;
    }
    const char* end = lf == nullptr ? r.end : lf;
    after_ = lf == nullptr ? r.end : lf + 1;
    if (end != r.next && end[-1] == '\r') --end;
    *line = {{r.next, static_cast<size_t>(end - r.next)}, r.end, &r.owner, r.valid_utf8};
    return true;
  }
  return false;
}

void LineReader::Take() {
  Region& r = regions_.front();
  position_.byte_offset += after_ - r.next;
  ++position_.line;
  r.next = after_;
  after_ = nullptr;
}

std::string LineReader::Where(const char* p) const {
  return fmt::format(" (line {}, byte offset {})", position_.line + 1,
                     position_.byte_offset + (p - regions_.front().next));
}

}  // namespace thalweg::formats::text
