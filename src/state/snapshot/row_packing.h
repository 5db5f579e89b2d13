// A row's image without its zeros, of which there are many: counters and places are small, parts of
// the header mean nothing in a snapshot, fields are aligned.
//
//   for every eight words of four bytes: a byte, whose bit i says that word i is not zero, and the
//   words that are not
#pragma once

#include <cstddef>
#include <cstdint>

namespace thalweg::state {

/// Bytes that PackRow may write to for a row of `bytes`; what it returns may be less.
constexpr size_t PackedRoom(size_t bytes) { return bytes + bytes / 32 + 33; }

/// Packs a row of `bytes`, a multiple of 8, whose RowHeader is replaced by one of a hash, a group,
/// a place and zeros. Where the next may begin.
char* PackRow(uint64_t hash, uint32_t group, uint32_t place_bits, const uint8_t* row, size_t bytes,
              char* to);

/// The opposite, into `bytes` of `image`; where the next row begins, or null if the bytes end early
/// or are none that PackRow writes.
const char* UnpackRow(const char* from, const char* end, size_t bytes, char* image);

}  // namespace thalweg::state
