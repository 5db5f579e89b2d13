#include "formats/parquet/parquet_format.h"

#include <fmt/format.h>

#include "formats/parquet/parquet_options.h"
#include "formats/parquet/parquet_reader.h"
#include "formats/parquet/parquet_writer.h"

namespace thalweg::formats::parquet {
namespace {

constexpr OptionDoc kOptions[] = {
    {"utc-timezone", "true", "Timestamps without a zone are stored as UTC."},
    {"compression", "SNAPPY", "UNCOMPRESSED, SNAPPY, GZIP, BROTLI, LZ4 or ZSTD."},
    {"block.size", "128 mb", "Bytes of rows in a row group."},
    {"page.size", "1 mb", "Bytes of a data page."},
    {"enable.dictionary", "true", "Whether repeated values are stored once."},
    {"write.int64.timestamp", "false", "Writes timestamps as INT64 instead of INT96."},
};

Status CheckType(const std::string& column, const data::Type& type) {
  if (type.is_interval() || type.root() == data::TypeRoot::kNull) {
    return Status::InvalidSql(fmt::format(
        "the parquet format cannot represent column '{}' of type {}", column, type.ToSummary()));
  }
  for (int i = 0; i < type.num_children(); ++i) {
    TW_RETURN_IF_ERROR(CheckType(column, type.child(i)));
  }
  return Status::OK();
}

Status Validate(const data::Schema& physical, const FormatOptions& options) {
  TW_RETURN_IF_ERROR(ParseParquetOptions(options, nullptr).status());
  for (const data::Field& f : physical) TW_RETURN_IF_ERROR(CheckType(f.name, f.type));
  return Status::OK();
}

Result<std::unique_ptr<FileReader>> MakeReader(std::shared_ptr<const RandomAccessFile> file,
                                               const DecodeTarget& target,
                                               std::vector<ColumnPredicate> predicates,
                                               const FormatOptions& options,
                                               const FormatContext& context) {
  TW_RETURN_IF_ERROR(ParseParquetOptions(options, &context).status());
  return OpenParquetReader(std::move(file), target, std::move(predicates));
}

Result<std::unique_ptr<FileEncoder>> MakeFileEncoder(const data::Schema& schema,
                                                     const FormatOptions& options,
                                                     const FormatContext& context) {
  TW_RETURN_IF_ERROR(Validate(schema, options));
  TW_ASSIGN_OR_RETURN(const ParquetOptions parsed, ParseParquetOptions(options, &context));
  return MakeParquetWriter(schema, parsed);
}

}  // namespace

const Format& ParquetFormat() {
  static constexpr Format kFormat = {.identifier = "parquet",
                                     .options = kOptions,
                                     .validate = Validate,
                                     .make_reader = MakeReader,
                                     .make_file_encoder = MakeFileEncoder};
  return kFormat;
}

}  // namespace thalweg::formats::parquet
