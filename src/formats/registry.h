// The registry of formats: 'format' = '<identifier>'. One list, in registry.cc.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "formats/format.h"
#include "formats/random_access.h"

namespace thalweg::formats {

/// Options without the format's prefix: {"field-delimiter", ";"}.
using FormatOptions = std::map<std::string, std::string, std::less<>>;

/// One option of a format, for validation, errors with suggestions, and documentation.
struct OptionDoc {
  std::string_view name;
  std::string_view default_value;  // empty: none
  std::string_view doc;
};

/// What decoders need of the job.
struct FormatContext {
  std::string local_time_zone = "UTC";  ///< table.local-time-zone, for TIMESTAMP_LTZ texts
};

struct Format {
  std::string_view identifier;
  std::span<const OptionDoc> options;
  /// Checks option names' values and whether the schema's types can be represented.
  Status (*validate)(const data::Schema& physical, const FormatOptions& options);
  // Stream formats; null for random-access ones.
  Result<std::unique_ptr<StreamDecoder>> (*make_decoder)(const DecodeTarget&, const FormatOptions&,
                                                         const FormatContext&) = nullptr;
  /// Null if streams of the format cannot be cut.
  Result<std::unique_ptr<StreamCutter>> (*make_cutter)(const FormatOptions&) = nullptr;
  Result<std::unique_ptr<StreamEncoder>> (*make_encoder)(const data::Schema&, const FormatOptions&,
                                                         const FormatContext&) = nullptr;
  // Random-access formats; null for stream ones.
  Result<std::unique_ptr<FileReader>> (*make_reader)(std::shared_ptr<const RandomAccessFile>,
                                                     const DecodeTarget&,
                                                     std::vector<ColumnPredicate>,
                                                     const FormatOptions&,
                                                     const FormatContext&) = nullptr;
  Result<std::unique_ptr<FileEncoder>> (*make_file_encoder)(const data::Schema&,
                                                            const FormatOptions&,
                                                            const FormatContext&) = nullptr;
};

/// Null if unknown.
const Format* FindFormat(std::string_view identifier);
std::vector<const Format*> AllFormats();

}  // namespace thalweg::formats
