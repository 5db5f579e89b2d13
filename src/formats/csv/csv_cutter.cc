#include "formats/csv/csv_cutter.h"

namespace thalweg::formats::csv {

void CsvCutter::Restart(bool file_start) {
  boundary_.Restart(file_start);
  plain_ = true;
}

bool CsvCutter::IsPlain(std::string_view bytes) const {
  return (!quote_ || bytes.find(*quote_) == bytes.npos) &&
         (!escape_ || bytes.find(*escape_) == bytes.npos);
}

size_t CsvCutter::Cut(std::string_view bytes) {
  size_t end = 0;
  if (plain_ && IsPlain(bytes)) {
    const size_t line_end = bytes.rfind('\n');
    if (line_end != bytes.npos) {
      end = line_end + 1;
      boundary_.Restart(false);
    }
  }
  size_t next = end;
  while (const auto length = boundary_.Advance(bytes.substr(next))) {
    end = next += *length;
    boundary_.Restart(false);
  }
  plain_ = (plain_ || end > 0) && IsPlain(bytes.substr(end));
  return end;
}

}  // namespace thalweg::formats::csv
