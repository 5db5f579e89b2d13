#include "formats/registry.h"

#include "formats/csv/csv_format.h"
#include "formats/json/json_format.h"
#include "formats/nexbin/nexbin_format.h"
#include "formats/parquet/parquet_format.h"
#include "formats/raw/raw_format.h"

namespace thalweg::formats {

std::vector<const Format*> AllFormats() {
  return {&csv::CsvFormat(), &json::JsonFormat(), &nexbin::NexbinFormat(),
          &parquet::ParquetFormat(), &raw::RawFormat()};
}

const Format* FindFormat(std::string_view identifier) {
  for (const Format* f : AllFormats()) {
    if (f->identifier == identifier) return f;
  }
  return nullptr;
}

}  // namespace thalweg::formats
