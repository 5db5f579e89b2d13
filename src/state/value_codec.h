// Values of any type as bytes: for nested keys and accumulators, and for columns in snapshots.
//
// The encoding is injective for one type: equal values and only they have equal bytes, so bytes can
// be compared instead of values.
#pragma once

#include <span>
#include <string>

#include "base/status.h"
#include "data/column.h"
#include "state/snapshot/byte_stream.h"

namespace thalweg::state {

/// Appends rows indices[0..count) of `column` (any encoding; index -1 is NULL).
void EncodeRows(const data::Column& column, const int32_t* indices, int32_t count,
                std::string* out);
void EncodeRow(const data::Column& column, int32_t row, std::string* out);
/// Reads back `count` rows, flat. The strings are copied. kBadData if the bytes end early.
Result<data::ColumnPtr> DecodeRows(const data::Type& type, int32_t count, ByteReader* in);
/// Reads one row from each of the readers, as EncodeRow has written it.
Result<data::ColumnPtr> DecodeEach(const data::Type& type, std::span<ByteReader> rows);

}  // namespace thalweg::state
