// RowText: the rows of a result as text cells, for the screen, for files and for tests.
//
// Cells are what Flink's SQL client shows, CAST(cell AS STRING) in the session's time zone, except
// that binary is x'0aff'. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/configuration.h"
#include "base/status.h"
#include "data/batch.h"
#include "data/type.h"
#include "expr/time_zone.h"

namespace thalweg::api {

/// Nothing for NULL.
using TextCell = std::optional<std::string>;
using TextRow = std::vector<TextCell>;

/// The zone of table.local-time-zone, in which results are shown.
Result<std::shared_ptr<const expr::TimeZone>> SessionZone(const Configuration& configuration);

class RowText {
 public:
  RowText(data::Schema schema, std::shared_ptr<const expr::TimeZone> zone);

  RowText(const RowText&) = delete;
  RowText& operator=(const RowText&) = delete;

  const data::Schema& schema() const { return schema_; }
  size_t num_columns() const { return schema_.size(); }
  const std::string& name(size_t column) const { return schema_[column].name; }
  /// As Flink's summary string: "INT NOT NULL", "TIMESTAMP(3) *ROWTIME*".
  std::string type(size_t column) const { return schema_[column].type.ToSummary(); }
  bool numeric(size_t column) const { return schema_[column].type.is_numeric(); }

  /// The cells of row `row` of `batch`; reuses the strings of `out`.
  void Cells(const data::Batch& batch, int32_t row, TextRow* out);
  /// Appends what the print connector shows: "+I[1, foo]".
  static void AppendChange(const data::Batch& batch, int32_t row, std::string* out);
  /// Appends {"a":1,"b":"x","c":[1,2]}: numbers and booleans as such, arrays as arrays, rows and
  /// maps as objects, everything else as its cell.
  void AppendJson(const data::Batch& batch, int32_t row, std::string* out);

 private:
  void AppendJsonValue(const data::Column& column, int32_t row, std::string* out);
  void AppendJsonMap(const data::Column& map, int32_t row, std::string* out);

  const data::Schema schema_;
  const std::shared_ptr<const expr::TimeZone> zone_;
  const std::function<int32_t(int64_t)> offset_;
  std::string scratch_;
};

}  // namespace thalweg::api
