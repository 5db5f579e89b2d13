#include "formats/parquet/parquet_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/memory.h"
#include "formats/text/option_values.h"

namespace thalweg::formats::parquet {
namespace {

using text::BoolOption;
using text::FindOption;

Result<int64_t> BytesOption(const FormatOptions& options, std::string_view name, int64_t value) {
  const std::string* v = FindOption(options, name);
  if (v == nullptr) return value;
  auto bytes = ParseBytes(*v);
  if (!bytes.ok() || *bytes <= 0) {
    return Status::InvalidSql(
        fmt::format("option 'parquet.{}' must be a number of bytes, but is '{}'", name, *v));
  }
  return *bytes;
}

}  // namespace

Result<ParquetOptions> ParseParquetOptions(const FormatOptions& options,
                                           const FormatContext* context) {
  ParquetOptions o;
  if (const std::string* v = FindOption(options, "compression")) {
    o.compression.clear();
    for (const char c : *v) o.compression += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (o.compression == "NONE") o.compression = "UNCOMPRESSED";
    static constexpr std::string_view kKnown[] = {"UNCOMPRESSED", "SNAPPY",  "GZIP", "BROTLI",
                                                  "LZ4",          "LZ4_RAW", "ZSTD"};
    if (std::find(std::begin(kKnown), std::end(kKnown), o.compression) == std::end(kKnown)) {
      return Status::InvalidSql(
          fmt::format("option 'parquet.compression' must be UNCOMPRESSED, SNAPPY, GZIP, BROTLI, "
                      "LZ4 or ZSTD, but is '{}'",
                      *v));
    }
  }
  TW_ASSIGN_OR_RETURN(o.block_bytes, BytesOption(options, "block.size", o.block_bytes));
  TW_ASSIGN_OR_RETURN(o.page_bytes, BytesOption(options, "page.size", o.page_bytes));
  TW_ASSIGN_OR_RETURN(o.dictionary, BoolOption(options, "parquet", "enable.dictionary", true));
  TW_ASSIGN_OR_RETURN(o.int64_timestamps,
                      BoolOption(options, "parquet", "write.int64.timestamp", false));
  TW_ASSIGN_OR_RETURN(const bool utc, BoolOption(options, "parquet", "utc-timezone", true));
  if (!utc && context != nullptr && context->local_time_zone != "UTC") {
    return Status::NotSupported(
        fmt::format("option 'parquet.utc-timezone' = 'false' in time zone '{}'; timestamps in "
                    "Parquet files are taken as UTC",
                    context->local_time_zone));
  }
  return o;
}

}  // namespace thalweg::formats::parquet
