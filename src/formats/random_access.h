// Random-access formats (Parquet): a file read by row groups, a file written as a whole.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"
#include "data/batch.h"
#include "formats/format.h"

namespace thalweg::formats {

/// Bytes of one file; implemented by the connector.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  virtual int64_t size() const = 0;
  virtual Status ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const = 0;
  virtual const std::string& path() const = 0;
};

struct RowGroupPosition {
  int32_t row_group = 0;
  int64_t row = 0;  ///< rows of the group already returned
};

/// One comparison that a file reader may use to skip row groups (never to drop single rows; the
/// filter stays above the source): column op literal.
struct ColumnPredicate {
  std::string column;
  enum class Op : uint8_t { kEq, kLt, kLe, kGt, kGe } op;
  data::ColumnPtr literal;  ///< one row, of the column's type
};

class FileReader {
 public:
  virtual ~FileReader() = default;
  virtual void Seek(const RowGroupPosition& position) = 0;
  /// False at the end of the file.
  virtual Result<bool> Next(int32_t max_rows, data::Batch* batch) = 0;
  virtual RowGroupPosition position() const = 0;
};

/// Writes one file; bytes are appended to `out` as row groups fill, the footer at Finish.
class FileEncoder {
 public:
  virtual ~FileEncoder() = default;
  virtual Status Write(const data::Batch& batch, std::string* out) = 0;
  virtual Status Finish(std::string* out) = 0;
};

}  // namespace thalweg::formats
