// CsvCutter: cuts behind a record, whatever quotes contain.
//
// Bytes without a quote or an escape, in a record that had none before, are cut behind their last
// LF. All others are gone through one by one.
#pragma once

#include "formats/csv/record_boundary.h"
#include "formats/format.h"

namespace thalweg::formats::csv {

class CsvCutter : public StreamCutter {
 public:
  explicit CsvCutter(const CsvOptions& options)
      : boundary_(options), quote_(options.quote), escape_(options.escape) {}

  void Restart(bool file_start) override;
  size_t Cut(std::string_view bytes) override;

 private:
  bool IsPlain(std::string_view bytes) const;

  RecordBoundary boundary_;
  const std::optional<char> quote_, escape_;
  bool plain_ = true;  // the record that goes on
};

}  // namespace thalweg::formats::csv
