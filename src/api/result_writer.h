// ResultWriter: a ResultHandler that writes results as text.
//
//   changelog  a line per change, as the print connector writes it:   +I[1, foo]
//   table      an aligned table; of a result that changes, its final rows at the end
//   csv        a header and the rows; of a result that changes, its final rows at the end
//   json       an object a row; of a result that changes, a line per change:
//              {"op":"+U","row":{"a":1}}
//
// A table of inserts is shown as it comes: after the first rows, or when Flush is called.
// Thread-safe against Flush only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/folded_rows.h"
#include "api/row_text.h"
#include "api/session.h"
#include "api/table_text.h"
#include "base/configuration.h"

namespace thalweg::api {

enum class OutputFormat : uint8_t { kChangelog, kTable, kCsv, kJson };

class ResultWriter : public ResultHandler {
 public:
  /// `write` takes whole lines; its error ends the job. `configuration` is the session's: results
  /// are shown in its time zone.
  ResultWriter(OutputFormat format, const Configuration* configuration,
               std::function<Status(std::string_view)> write);

  Status OnSchema(const data::Schema& schema, graph::ChangelogMode mode) override;
  Status OnBatch(const data::Batch& batch) override;
  /// Of rows that are shown at the end only, says so.
  void OnEndless() override;
  Status OnResultEnd() override;

  /// Shows the rows of a table that were held back for its widths; from any thread.
  Status Flush();

 private:
  Status OnRow(const data::Batch& batch, int32_t row);
  Status ShowTableRows();
  void AppendCsvRow(const TextRow& row);
  Status WriteOut();

  const OutputFormat format_;
  const Configuration* const configuration_;
  const std::function<Status(std::string_view)> write_;

  std::mutex mutex_;
  bool first_result_ = true;
  bool changing_ = false;  // the result has more than inserts
  std::optional<RowText> text_;
  std::optional<TableText> table_;
  bool table_begun_ = false;
  std::vector<TextRow> held_;  // rows of a table whose widths are not fixed yet
  FoldedRows folded_;
  int64_t rows_ = 0;
  TextRow cells_;
  std::string out_;
};

}  // namespace thalweg::api
