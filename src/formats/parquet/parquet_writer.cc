#include "formats/parquet/parquet_writer.h"

#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include "formats/parquet/arrow_export.h"
#include "formats/parquet/arrow_import.h"

namespace thalweg::formats::parquet {
namespace {

/// Collects what Arrow writes until the caller takes it.
class StringStream : public arrow::io::OutputStream {
 public:
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override {
    return taken_ + static_cast<int64_t>(bytes_.size());
  }
  arrow::Status Write(const void* data, int64_t bytes) override {
    bytes_.append(static_cast<const char*>(data), static_cast<size_t>(bytes));
    return arrow::Status::OK();
  }
  using OutputStream::Write;

  void MoveTo(std::string* out) {
    taken_ += static_cast<int64_t>(bytes_.size());
    out->append(bytes_);
    bytes_.clear();
  }

 private:
  std::string bytes_;
  int64_t taken_ = 0;
  bool closed_ = false;
};

arrow::Result<arrow::Compression::type> CodecOf(const std::string& name) {
  if (name == "UNCOMPRESSED") return arrow::Compression::UNCOMPRESSED;
  if (name == "SNAPPY") return arrow::Compression::SNAPPY;
  if (name == "GZIP") return arrow::Compression::GZIP;
  if (name == "BROTLI") return arrow::Compression::BROTLI;
  if (name == "LZ4" || name == "LZ4_RAW") return arrow::Compression::LZ4;
  if (name == "ZSTD") return arrow::Compression::ZSTD;
  return arrow::Status::NotImplemented("option 'parquet.compression' = '", name, "'");
}

class ParquetWriter : public FileEncoder {
 public:
  ParquetWriter(const data::Schema& schema, const ParquetOptions& options) : options_(options) {
    arrow::FieldVector fields;
    for (const data::Field& f : schema) fields.push_back(arrow::field(f.name, ArrowTypeOf(f.type)));
    schema_ = arrow::schema(std::move(fields));
  }

  Status Open() {
    const auto codec = CodecOf(options_.compression);
    if (!codec.ok()) return FromArrow(codec.status());
    ::parquet::WriterProperties::Builder properties;
    properties.compression(*codec)
        ->data_pagesize(options_.page_bytes)
        ->created_by("thalweg")
        ->max_row_group_length(int64_t{1} << 40);
    if (!options_.dictionary) properties.disable_dictionary();
    ::parquet::ArrowWriterProperties::Builder arrow_properties;
    if (!options_.int64_timestamps) arrow_properties.enable_deprecated_int96_timestamps();
    auto writer = ::parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(), sink_,
                                                     properties.build(), arrow_properties.build());
    if (!writer.ok()) return FromArrow(writer.status());
    writer_ = std::move(*writer);
    return Status::OK();
  }

  Status Write(const data::Batch& batch, std::string* out) override {
    try {
      const data::Batch rows = batch.Compact();
      arrow::ArrayVector arrays;
      for (const data::ColumnPtr& c : rows.columns) {
        TW_ASSIGN_OR_RETURN(auto array, ExportColumn(*c));
        arrays.push_back(std::move(array));
      }
      // A row group ends when its rows have filled 'parquet.block.size'.
      if (group_bytes_ >= options_.block_bytes) {
        TW_RETURN_IF_ERROR(FromArrow(writer_->NewBufferedRowGroup()));
        group_bytes_ = 0;
      }
      const auto record_batch = arrow::RecordBatch::Make(schema_, rows.size, std::move(arrays));
      TW_RETURN_IF_ERROR(FromArrow(writer_->WriteRecordBatch(*record_batch)));
      group_bytes_ += rows.Bytes();
      sink_->MoveTo(out);
      return Status::OK();
    } catch (const std::exception& e) {
      return Status::Io(e.what());
    }
  }

  Status Finish(std::string* out) override {
    try {
      TW_RETURN_IF_ERROR(FromArrow(writer_->Close()));
      sink_->MoveTo(out);
      return Status::OK();
    } catch (const std::exception& e) {
      return Status::Io(e.what());
    }
  }

 private:
  const ParquetOptions options_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<StringStream> sink_ = std::make_shared<StringStream>();
  std::unique_ptr<::parquet::arrow::FileWriter> writer_;
  int64_t group_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<FileEncoder>> MakeParquetWriter(const data::Schema& schema,
                                                       const ParquetOptions& options) {
  try {
    auto writer = std::make_unique<ParquetWriter>(schema, options);
    TW_RETURN_IF_ERROR(writer->Open());
    return std::unique_ptr<FileEncoder>(std::move(writer));
  } catch (const std::exception& e) {
    return Status::NotSupported(e.what());
  }
}

}  // namespace thalweg::formats::parquet
