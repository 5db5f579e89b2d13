// For tests: a minimal row format. STRING columns joined by ',', one row a line, no quoting; the
// line "bad" is malformed.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "data/column_builder.h"
#include "formats/registry.h"

namespace thalweg::connectors {

class LineDecoder : public formats::StreamDecoder {
 public:
  explicit LineDecoder(const formats::DecodeTarget& target) : target_(target) {}

  void Seek(const formats::DecodePosition& position) override { position_ = position; }
  Status Feed(data::BufferPtr chunk, bool last) override {
    text_.append(reinterpret_cast<const char*>(chunk->data()), static_cast<size_t>(chunk->size()));
    last_ = last;
    return Status::OK();
  }
  Result<State> Next(int32_t max_rows, data::Batch* batch) override {
    std::vector<data::ColumnBuilder> builders;
    for (const auto& f : target_.schema) builders.emplace_back(f.type);
    int32_t rows = 0;
    while (rows < max_rows) {
      const size_t end = text_.find('\n');
      if (end == std::string::npos && (!last_ || text_.empty())) break;
      const std::string line = text_.substr(0, end);
      const size_t consumed = end == std::string::npos ? line.size() : end + 1;
      if (line == "bad") {
        return Status::BadData("line " + std::to_string(position_.line + 1) + ": is bad");
      }
      text_.erase(0, consumed);
      position_.byte_offset += static_cast<int64_t>(consumed);
      ++position_.line;
      ++rows;
      Append(line, &builders);
    }
    if (rows == 0) return last_ ? State::kEnd : State::kNeedInput;
    *batch = {};
    batch->size = rows;
    for (auto& b : builders) batch->columns.push_back(b.Finish());
    return State::kBatch;
  }
  formats::DecodePosition position() const override { return position_; }
  int64_t skipped() const override { return 0; }

 private:
  void Append(std::string_view line, std::vector<data::ColumnBuilder>* builders) {
    std::vector<std::string_view> cells;
    for (;;) {
      const size_t comma = line.find(',');
      cells.push_back(line.substr(0, comma));
      if (comma == std::string_view::npos) break;
      line.remove_prefix(comma + 1);
    }
    for (size_t i = 0; i < target_.schema.size(); ++i) {
      const auto field =
          std::ranges::find(target_.physical, target_.schema[i].name, &data::Field::name);
      const auto index = static_cast<size_t>(field - target_.physical.begin());
      (*builders)[i].AppendString(index < cells.size() ? cells[index] : "");
    }
  }

  const formats::DecodeTarget target_;
  formats::DecodePosition position_;
  std::string text_;
  bool last_ = false;
};

class LineEncoder : public formats::StreamEncoder {
 public:
  Status Begin(std::string* out) override { return Status::OK(); }
  Status Encode(const data::Batch& batch, std::string* out) override {
    batch.rows().ForEach([&](int32_t row) {
      for (size_t i = 0; i < batch.columns.size(); ++i) {
        if (i > 0) *out += ',';
        *out += batch.columns[i]->At<std::string_view>(row);
      }
      *out += '\n';
    });
    return Status::OK();
  }
  Status Finish(std::string* out) override { return Status::OK(); }
};

inline const formats::Format kLineFormat = {
    .identifier = "line",
    .validate = [](const data::Schema&, const formats::FormatOptions&) { return Status::OK(); },
    .make_decoder =
        [](const formats::DecodeTarget& target, const formats::FormatOptions&,
           const formats::FormatContext&) -> Result<std::unique_ptr<formats::StreamDecoder>> {
      return {std::make_unique<LineDecoder>(target)};
    },
    .make_encoder =
        [](const data::Schema&, const formats::FormatOptions&,
           const formats::FormatContext&) -> Result<std::unique_ptr<formats::StreamEncoder>> {
      return {std::make_unique<LineEncoder>()};
    }};

/// A batch of STRING columns: {{"a", "b"}, {"c", "d"}} are two rows of two columns.
inline data::Batch StringBatch(const std::vector<std::vector<std::string>>& rows) {
  data::Batch batch;
  batch.size = static_cast<int32_t>(rows.size());
  for (size_t c = 0; c < rows[0].size(); ++c) {
    data::ColumnBuilder b(data::Type::String());
    for (const auto& row : rows) b.AppendString(row[c]);
    batch.columns.push_back(b.Finish());
  }
  return batch;
}

}  // namespace thalweg::connectors
