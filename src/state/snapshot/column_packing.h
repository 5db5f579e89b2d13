// Some rows' images together, column by column, a column being one word of four bytes of each row:
// only as many bytes of a column are written as its largest number has, and most columns are small
// or nothing at all (row_packing.h says why).
//
//   | widths: half a byte for each column, the lower half first | the columns, widths bytes each
//   row |
//
// The columns are: the lower and the upper half of the hash, the place, one that is always empty,
// and the words behind the RowHeader. Little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace thalweg::state {

/// Bytes that PackRows may write to for rows of `bytes`; what it returns may be less.
constexpr size_t PackedRowsRoom(size_t rows, size_t bytes) {
  return rows * bytes + bytes / 8 + 2 + sizeof(uint32_t);
}

/// At most this many rows are packed together.
inline constexpr size_t kMostPackedRows = 64;

/// Packs rows of `bytes`, a multiple of 8, without tails: place_bits as blocks have it
/// (state_block.h), hash as in the row or 0. Where the next may begin.
char* PackRows(std::span<const uint8_t* const> rows, bool hashes, size_t bytes,
               uint32_t* last_place_bits, char* to);

/// The opposite, into `rows` images one behind the other; where the next rows begin, or null if the
/// bytes end early or are none that PackRows writes.
const char* UnpackRows(const char* from, const char* end, size_t rows, size_t bytes, char* images);

}  // namespace thalweg::state
