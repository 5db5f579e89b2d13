// StateBlock: the format of snapshot bytes. A snapshot is a sequence of blocks, each whole in
// itself: rows of one table and one key group.
//
//   | BlockHeader | table name | rows | places that are free now, u32 each |
//
// A row is its image and its tail: strings and what owned fields save. The image is the row's bytes
// as in memory (row_bytes of them), whose RowHeader is reduced to the hash (0 in tables that find
// it again), the place (how far it is from the place after the row before) and, in `group`, the
// length of the tail. Zeros are left out: rows without tails stand together, up to 64 of them (a
// byte, how many, and column_packing.h); any other alone (a byte 0, row_packing.h, the tail).
//
// Earlier versions: 1 has images as they are in memory, with the places themselves, and the free
// places come first; 3 has every row alone, without the byte; 2 was never released.
//
// Within one snapshot a place stands in one block only. Little-endian; two XXH3-64 checksums, one
// of header and name, which are read first and decide what is skipped, one of the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "state/row_layout.h"
#include "state/state_segment.h"

namespace thalweg::state {

struct BlockHeader {
  static constexpr uint32_t kMagic = 0x31534754;  // "TGS1"
  static constexpr uint16_t kVersion = 4;
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

/// Writes one block after the other.
class BlockBuilder {
 public:
  /// Begins a block at the end of `out`; until Seal, nobody else appends to it.
  void Begin(std::string_view table, std::string* out);
  bool begun() const { return out_ != nullptr; }
  void AddFreed(uint32_t place) { freed_.push_back(place); }
  /// `hash`: the row's, or 0 if the table finds it again.
  void AddRow(uint64_t hash, const uint8_t* row, size_t row_bytes, std::string_view tail);
  /// Rows without tails, at most kMostPackedRows; `hashes`: they are written.
  void AddRows(std::span<const uint8_t* const> rows, bool hashes, size_t row_bytes);
  /// Of the body so far.
  size_t bytes() const { return end_ - body_ + freed_.size() * 4; }
  /// Beside what is written to.
  size_t allocated() const { return freed_.capacity() * 4; }
  /// key_group, row_bytes and layout of `header` are set. A block without content leaves no trace.
  void Seal(BlockHeader header);
  /// Gives up the block that has begun, if one has, and the memory.
  void Release() { *this = BlockBuilder(); }

 private:
  /// Where `room` more bytes may be written.
  char* End(size_t room);

  std::string* out_ = nullptr;
  size_t start_ = 0;  // of the block in *out_
  size_t body_ = 0;
  size_t end_ = 0;  // of what is written; *out_ is longer: it grows in steps
  std::vector<uint32_t> freed_;
  uint32_t rows_ = 0;
  uint32_t last_place_bits_ = 0;  // of the row before
};

/// What one block holds. The body outlives it and has been checked (CheckBlockBody).
class BlockContents {
 public:
  BlockContents() = default;
  BlockContents(const BlockHeader& header, std::string_view body);

  uint32_t num_freed() const { return static_cast<uint32_t>(freed_.size() / 4); }
  uint32_t FreedPlace(uint32_t i) const;
  uint32_t num_rows() const { return rows_; }
  /// The next of the rows. Its image is valid until the call after it; the header's stamp, group
  /// and epoch are 0. kBadData: the block does not hold what its header says.
  Status NextRow(const char** image, std::string_view* tail);
  /// After the last row: kBadData if there are bytes to spare.
  Status CheckEnd() const;

 private:
  /// Unpacks at least one row. False: the bytes end early or make no sense.
  bool Unpack();

  std::string_view freed_;  // places
  std::string_view left_;   // of the rows
  size_t row_bytes_ = 0;
  uint32_t rows_ = 0;
  uint16_t version_ = BlockHeader::kVersion;
  uint32_t last_place_bits_ = 0;
  size_t together_ = 0;  // rows that have been unpacked together
  size_t given_ = 0;     // of those
  std::string images_;
};

}  // namespace thalweg::state
