#include "api/result_writer.h"

#include <fmt/format.h>

#include <utility>

namespace thalweg::api {
namespace {

constexpr size_t kRowsForWidths = 1000;
constexpr size_t kFlushBytes = 1 << 16;

}  // namespace

ResultWriter::ResultWriter(OutputFormat format, const Configuration* configuration,
                           std::function<Status(std::string_view)> write)
    : format_(format), configuration_(configuration), write_(std::move(write)) {}

Status ResultWriter::OnSchema(const data::Schema& schema, graph::ChangelogMode mode) {
  TW_ASSIGN_OR_RETURN(auto zone, SessionZone(*configuration_));
  std::lock_guard lock(mutex_);
  changing_ = mode != graph::ChangelogMode::kInsertOnly;
  text_.emplace(schema, std::move(zone));
  folded_ = FoldedRows();
  held_.clear();
  rows_ = 0;
  table_begun_ = false;
  if (format_ == OutputFormat::kTable) {
    std::vector<std::string> names;
    std::vector<bool> right;
    for (size_t i = 0; i < text_->num_columns(); ++i) {
      names.push_back(text_->name(i));
      right.push_back(text_->numeric(i));
    }
    table_.emplace(std::move(names), std::move(right));
    if (!first_result_) out_ += '\n';
  } else if (format_ == OutputFormat::kCsv) {
    if (!first_result_) out_ += '\n';
    TextRow header;
    for (size_t i = 0; i < text_->num_columns(); ++i) header.emplace_back(text_->name(i));
    AppendCsvRow(header);
  }
  first_result_ = false;
  return Status::OK();
}

Status ResultWriter::OnBatch(const data::Batch& batch) {
  std::lock_guard lock(mutex_);
  const data::Rows rows = batch.rows();
  for (int32_t k = 0; k < rows.count(); ++k) TW_RETURN_IF_ERROR(OnRow(batch, rows[k]));
  return WriteOut();
}

Status ResultWriter::OnRow(const data::Batch& batch, int32_t row) {
  if (format_ == OutputFormat::kChangelog) {
    RowText::AppendChange(batch, row, &out_);
    out_ += '\n';
  } else if (format_ == OutputFormat::kJson) {
    if (changing_) {
      out_ += fmt::format("{{\"op\":\"{}\",\"row\":", data::ShortString(batch.kind(row)));
    }
    text_->AppendJson(batch, row, &out_);
    out_ += changing_ ? "}\n" : "\n";
  } else {
    text_->Cells(batch, row, &cells_);
    if (changing_) {
      return folded_.Apply(cells_, data::SignOf(batch.kind(row)));
    } else if (format_ == OutputFormat::kCsv) {
      AppendCsvRow(cells_);
    } else if (table_begun_) {
      table_->AppendRow(cells_, &out_);
    } else {
      held_.push_back(cells_);
      if (held_.size() >= kRowsForWidths) TW_RETURN_IF_ERROR(ShowTableRows());
    }
    ++rows_;
  }
  return out_.size() >= kFlushBytes ? WriteOut() : Status::OK();
}

void ResultWriter::OnEndless() {
  if (!changing_ || (format_ != OutputFormat::kTable && format_ != OutputFormat::kCsv)) return;
  OnNotice(
      "these rows change for ever: they are shown once the job is stopped (Ctrl-C); --output "
      "changelog shows every change");
}

Status ResultWriter::OnResultEnd() {
  std::lock_guard lock(mutex_);
  if (changing_ && (format_ == OutputFormat::kTable || format_ == OutputFormat::kCsv)) {
    folded_.ForEach([&](const TextRow& row) {
      if (format_ == OutputFormat::kCsv) {
        AppendCsvRow(row);
      } else {
        held_.push_back(row);
      }
    });
    rows_ = folded_.size();
  }
  if (format_ == OutputFormat::kTable) {
    if (!table_begun_ && TableText::IsText(held_)) {
      TableText::AppendText(*held_[0][0], &out_);
      held_.clear();
      return WriteOut();
    }
    TW_RETURN_IF_ERROR(ShowTableRows());
    out_ += fmt::format("({} {})\n", rows_, rows_ == 1 ? "row" : "rows");
  }
  return WriteOut();
}

Status ResultWriter::Flush() {
  std::lock_guard lock(mutex_);
  if (format_ == OutputFormat::kTable && !changing_ && !table_begun_ && !held_.empty())
    TW_RETURN_IF_ERROR(ShowTableRows());
  return WriteOut();
}

Status ResultWriter::ShowTableRows() {
  if (!table_begun_) {
    table_->Fit(held_);
    table_->AppendHeader(&out_);
    table_begun_ = true;
  }
  for (const TextRow& row : held_) {
    table_->AppendRow(row, &out_);
    if (out_.size() >= kFlushBytes) TW_RETURN_IF_ERROR(WriteOut());
  }
  held_.clear();
  return Status::OK();
}

// NULL is an empty cell, an empty string is "".
void ResultWriter::AppendCsvRow(const TextRow& row) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out_ += ',';
    if (!row[i]) continue;
    const std::string& cell = *row[i];
    if (!cell.empty() && cell.find_first_of(",\"\r\n") == std::string::npos) {
      out_ += cell;
      continue;
    }
    out_ += '"';
    for (const char c : cell) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
    out_ += '"';
  }
  out_ += '\n';
}

Status ResultWriter::WriteOut() {
  if (out_.empty()) return Status::OK();
  Status status = write_(out_);
  out_.clear();
  return status;
}

}  // namespace thalweg::api
