// StateBlock: the format of snapshot bytes. A snapshot is a sequence of blocks, each whole in
// itself: rows of one table and one key group.
//
//   | BlockHeader | table name | places that are free now, u32 each | rows |
//
// A row is its bytes as in memory (row_bytes of them), whose RowHeader is reduced to the hash, the
// place and, in `group`, the length of the tail that follows: strings and what owned fields save.
// Within one snapshot a place stands in one block only. Little-endian; two XXH3-64 checksums, one
// of header and name, which are read first and decide what is skipped, one of the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "state/state_segment.h"

namespace thalweg::state {

struct BlockHeader {
  static constexpr uint32_t kMagic = 0x31534754;  // "TGS1"
  static constexpr uint16_t kVersion = 1;
  uint32_t magic;
  uint16_t version;
  uint16_t name_bytes;
  uint32_t key_group;
  uint32_t row_bytes;
  uint64_t layout;  // KeyedTable::layout_id()
  uint32_t freed;   // count
  uint32_t rows;    // count
  uint64_t body_bytes;
  uint64_t body_checksum;
  uint64_t head_checksum;
};
static_assert(sizeof(BlockHeader) == 56);

/// Checks what can be checked before the body is there; `head` begins with the header and is as
/// long as there are bytes, `name` is set to the table's. kBadData says what is wrong.
Status ReadBlockHead(std::string_view head, BlockHeader* header, std::string_view* name);
Status CheckBlockBody(const BlockHeader& header, std::string_view body);

/// Calls f(header, table, offset of the body) for every block of a segment, bodies unread. kBadData
/// names the segment and the place.
using BlockVisitor = std::function<void(const BlockHeader&, std::string_view table, int64_t body)>;
Status VisitBlocks(const StateSegment& segment, const BlockVisitor& f);

/// Gathers one block.
class BlockBuilder {
 public:
  void AddFreed(uint32_t place) { freed_.push_back(place); }
  /// Where the next row goes; the caller appends its bytes.
  std::string* AddRow() {
    ++rows_;
    return &body_;
  }
  bool empty() const { return rows_ == 0 && freed_.empty(); }
  size_t bytes() const { return body_.size() + freed_.size() * 4; }
  size_t allocated() const { return body_.capacity() + freed_.capacity() * 4; }
  /// Appends the block and starts the next one. key_group, row_bytes and layout of `header` are
  /// set.
  void Seal(BlockHeader header, std::string_view table, std::string* out);
  /// Gives the memory back (which assigning an empty string does not).
  void Release() {
    std::string().swap(body_);
    std::vector<uint32_t>().swap(freed_);
    rows_ = 0;
  }

 private:
  std::string body_;
  std::vector<uint32_t> freed_;
  uint32_t rows_ = 0;
};

}  // namespace thalweg::state
