// A row's image without the zeros in front of its numbers, of which there are many: counters,
// places and most keys are small, parts of the header mean nothing in a snapshot, fields are
// aligned.
//
//   for every four words of four bytes: a byte, and of each word its lowest 0, 1, 3 or 4 bytes, as
//   many as two bits of that byte say: bit i of its lower half and bit i of its upper half are the
//   lower and the upper bit of 0, 1, 2 or 3 for word i
//
// The idea is Stream VByte's (Lemire, Kurz, Rupp, 2018): a table of shuffles by that byte. The byte
// stands before its words, since rows are read one by one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace thalweg::state {

/// Bytes that PackRow may write to for a row of `bytes`; what it returns may be less.
constexpr size_t PackedRoom(size_t bytes) { return bytes + bytes / 16 + 17; }

/// Packs a row of `bytes`, a multiple of 8, whose RowHeader is replaced by one of a hash, a group,
/// a place and zeros. Where the next may begin.
char* PackRow(uint64_t hash, uint32_t group, uint32_t place_bits, const uint8_t* row, size_t bytes,
              char* to);

/// The opposite of PackRow, into `bytes` of `image`; where the next row begins, or null if the
/// bytes end early or are none that PackRow writes.
const char* UnpackRow(const char* from, const char* end, size_t bytes, char* image);

}  // namespace thalweg::state
