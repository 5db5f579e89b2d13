// TableText: rows as an aligned table for people.
//
//   origin | flights
//   -------+--------
//   EWR    |  120835
//
// Widths are fixed by the header and the first rows; a later cell that is wider shifts its own line
// only, so an endless result can be shown as it comes. Widths count the columns of a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/row_text.h"

namespace thalweg::api {

class TableText {
 public:
  /// `right_aligned`: one per column.
  TableText(std::vector<std::string> names, std::vector<bool> right_aligned);

  /// Widens columns for these rows; only before the header is written.
  void Fit(const std::vector<TextRow>& rows);
  void AppendHeader(std::string* out) const;
  void AppendRow(const TextRow& row, std::string* out) const;

  /// A single text with line breaks (a plan, SHOW CREATE TABLE) is no table: people want to read
  /// its lines.
  static bool IsText(const std::vector<TextRow>& rows);
  static void AppendText(std::string_view text, std::string* out);

 private:
  void AppendCell(std::string_view text, size_t column, std::string* out) const;

  const std::vector<std::string> names_;
  const std::vector<bool> right_aligned_;
  std::vector<size_t> widths_;
};

/// Terminal columns that `text` takes (wide East Asian characters and emoji take two).
size_t DisplayWidth(std::string_view text);

}  // namespace thalweg::api
