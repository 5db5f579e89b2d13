#include "formats/nexbin/nexbin_format.h"

#include <fmt/format.h>

#include "formats/nexbin/nexbin_decoder.h"

namespace thalweg::formats::nexbin {
namespace {

bool Fits(char kind, const data::Type& type) {
  switch (kind) {
    case 'L':
      return type.root() == data::TypeRoot::kBigint;
    case 'T':
      return type.is_timestamp();
    default:
      return type.is_character();
  }
}

constexpr std::string_view KindName(char kind) {
  return kind == 'L' ? "BIGINT" : kind == 'T' ? "TIMESTAMP(3)" : "STRING";
}

Status Validate(const data::Schema& physical, const FormatOptions&) {
  if (physical.size() != 4 || physical[0].type.root() != data::TypeRoot::kInt) {
    return Status::InvalidSql(
        "the nexbin format reads a table of four physical columns: the event type INT, and a ROW "
        "each for person, auction and bid");
  }
  for (size_t t = 0; t < kLayouts.size(); ++t) {
    const data::Field& column = physical[t + 1];
    const std::string_view layout = kLayouts[t];
    if (column.type.root() != data::TypeRoot::kRow ||
        column.type.fields().size() != layout.size()) {
      return Status::InvalidSql(
          fmt::format("column '{}' of a nexbin table must be the {} ROW of {} fields, but is {}",
                      column.name, kEventNames[t], layout.size(), column.type.ToSummary()));
    }
    for (size_t i = 0; i < layout.size(); ++i) {
      const data::Field& field = column.type.fields()[i];
      if (Fits(layout[i], field.type)) continue;
      return Status::InvalidSql(
          fmt::format("field '{}' of nexbin column '{}' must be {}, but is {}", field.name,
                      column.name, KindName(layout[i]), field.type.ToSummary()));
    }
  }
  return Status::OK();
}

Result<std::unique_ptr<StreamDecoder>> MakeDecoder(const DecodeTarget& target,
                                                   const FormatOptions& options,
                                                   const FormatContext&) {
  TW_RETURN_IF_ERROR(Validate(target.physical, options));
  return NexbinDecoder::Make(target);
}

}  // namespace

const Format& NexbinFormat() {
  static constexpr Format kFormat = {
      .identifier = "nexbin", .options = {}, .validate = Validate, .make_decoder = MakeDecoder};
  return kFormat;
}

}  // namespace thalweg::formats::nexbin
