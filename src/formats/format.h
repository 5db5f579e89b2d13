// Formats: bytes to batches and back. The connector owns files and sockets; a format never does
// I/O, except that a random-access format (Parquet) reads through formats/random_access.h.
//
// A format is chosen by 'format' = '<identifier>' and configured by '<identifier>.<option>'; the
// registry is formats/registry.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "data/batch.h"

namespace thalweg::formats {

/// What a decoder must produce: `schema` holds only the columns (and, inside ROWs, only the fields)
/// that the query reads, in this order, matched by name against the data. `physical` is the table's
/// full physical schema, which positional formats (CSV, nexbin) need to find them.
struct DecodeTarget {
  data::Schema schema;
  data::Schema physical;
};

/// How far a decoder got, for positions and error messages.
struct DecodePosition {
  int64_t byte_offset = 0;  ///< of the (decompressed) input, after the last record returned
  int64_t line = 0;         ///< records or lines read so far
};

/// Turns one stream of bytes (one file) into batches, chunk by chunk. Not thread-safe.
class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;

  /// Restores a position returned earlier; the next chunk starts at position.byte_offset.
  virtual void Seek(const DecodePosition& position) = 0;

  /// Gives the next chunk, `last` if no byte follows. The chunk's buffer may be kept alive by the
  /// batches (string values point into it). Requires that Next has returned kNeedInput.
  virtual Status Feed(data::BufferPtr chunk, bool last) = 0;

  enum class State { kBatch, kNeedInput, kEnd };
  /// Decodes up to `max_rows` rows into `batch` (columns as DecodeTarget.schema). A malformed
  /// record is kBadData naming line and byte offset, unless the format's options skip it (counted
  /// in skipped()).
  virtual Result<State> Next(int32_t max_rows, data::Batch* batch) = 0;

  /// After the last record that Next has returned.
  virtual DecodePosition position() const = 0;
  virtual int64_t skipped() const = 0;
};

/// Finds where a stream may be cut, so that its parts can be decoded apart from each other
/// (formats/parallel_decoder.h). Not thread-safe.
class StreamCutter {
 public:
  virtual ~StreamCutter() = default;
  /// A record begins with the bytes that come next; `file_start`: the stream does, too.
  virtual void Restart(bool file_start) = 0;
  /// Goes on with the bytes that follow. The length of the part of them that ends, beyond doubt, at
  /// a record's end; 0 if no end is found in them.
  virtual size_t Cut(std::string_view bytes) = 0;
};

/// Encodes rows as bytes appended to a file or message stream. Not thread-safe.
class StreamEncoder {
 public:
  virtual ~StreamEncoder() = default;
  /// Bytes before the first row (may append nothing).
  virtual Status Begin(std::string* out) = 0;
  /// All selected rows of the batch. Rows are written as they are, whatever their kind, unless the
  /// format is a changelog format.
  virtual Status Encode(const data::Batch& batch, std::string* out) = 0;
  virtual Status Finish(std::string* out) = 0;
  /// True if an open file can be continued after Begin was written once (rows simply append).
  virtual bool appendable() const { return true; }
};

}  // namespace thalweg::formats
