// TableSchema: what the rows of a keyed table mean; kept in every manifest, so that a snapshot can
// be read without the program that made it, and by one whose operators have changed.
//
//   row   | header, null bits | keys | fields: aggregates, counters, chains, links |
//   tail  strings of the keys, then those of the fields, in the order of `fields`
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_coding.h"
#include "data/type.h"

namespace thalweg::state {

/// What of a field stands in the row's tail.
struct TailPart {
  enum class Kind : uint8_t {
    kString = 1,  ///< the bytes of the StringRef at `offset`, if they do not fit into it
    kList = 2,    ///< of the ValueList at `offset`: count u32, then length u32 and bytes of each
  };
  Kind kind = Kind::kString;
  int32_t offset = 0;  ///< from the row's start
};

struct KeySchema {
  std::string name;
  data::Type type;   ///< as stored
  data::Type shown;  ///< the same bytes as people read them: a window's end is a TIMESTAMP(3)
};

/// A part of a row's values. Two fields of one identity hold the same thing; if the codec is the
/// same, too, the same bytes.
struct FieldSchema {
  std::string identity;  ///< without numbers of columns or calls: stable over SQL edits
  std::string codec;
  std::string name;    ///< of its column; empty: none, and nobody misses it
  std::string alias;   ///< a second name of the column, easier to write; may be empty
  data::Type type;     ///< of its column
  int32_t offset = 0;  ///< from the row's start
  int32_t bytes = 0;
  bool internal = false;  ///< bookkeeping: nobody misses it
  int32_t part = -1;      ///< the operator's number for it (which aggregate); -1: `bytes` of `type`
  std::vector<TailPart> tails;
  /// Codec "bits": the identity behind each bit; "columns": of each field of the ROW `type`.
  std::vector<std::string> members;
  // Of the operator that restores, not stored:
  std::string same_as;   ///< identity of another field that holds the same bytes; may be empty
  std::string required;  ///< why rows without the field are of no use; empty: zeros will do
};

/// A column that is a TIMESTAMP key plus a constant: where a window starts.
struct ShiftedKey {
  std::string name;
  int32_t key = 0;
  int64_t add_ms = 0;
};

struct TableSchema {
  std::string name;      ///< in blocks; unique in the store
  std::string identity;  ///< finds the table again when its name has changed
  std::string label;     ///< plain words: "values of COUNT(DISTINCT x)"; may be empty
  /// Whoever made the table reads it with this (operators/stored_rows.h).
  std::string definition;
  uint64_t layout = 0;  ///< KeyedTable::layout_id()
  int32_t row_bytes = 0;
  int32_t value_offset = 0;
  /// Rows whose u32 there is 0 hold nothing but links; -1: there are none.
  int32_t live_offset = -1;
  std::vector<KeySchema> keys;
  std::vector<ShiftedKey> shifted;
  std::vector<FieldSchema> fields;

  const FieldSchema* FindField(std::string_view identity) const;
  void AppendTo(std::string* out) const;
  /// False: the bytes are cut off or no schema.
  bool ReadFrom(thalweg::ByteReader* in);
};

void AppendType(const data::Type& type, std::string* out);
bool ReadType(thalweg::ByteReader* in, data::Type* type);

}  // namespace thalweg::state
