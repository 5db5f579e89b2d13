#include "formats/json/json_decoder.h"

#include <fmt/format.h>

#include "formats/json/json_tokens.h"
#include "formats/text/bad_text.h"
#include "formats/text/utf8.h"

namespace thalweg::formats::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool HasDecimal(const data::Type& type) {
  if (type.is_decimal()) return true;
  for (int i = 0; i < type.num_children(); ++i) {
    if (HasDecimal(type.child(i))) return true;
  }
  return false;
}

}  // namespace

JsonDecoder::JsonDecoder(const DecodeTarget& target, const JsonOptions& options)
    : options_(options) {
  std::vector<JsonRow::Column> columns;
  bool decimals = false;
  for (const data::Field& f : target.schema) {
    writers_.push_back(std::make_unique<text::ColumnWriter>(f.type));
    columns.push_back({f.name, f.type, writers_.back().get()});
    decimals = decimals || HasDecimal(f.type);
  }
  row_ = std::make_unique<JsonRow>(columns, "", options);
  row_->set_exact_decimals(decimals);
}

void JsonDecoder::ClearRow(int32_t row) {
  for (auto& w : writers_) w->Clear(row);
}

bool JsonDecoder::ReadLine(JsonCursor* c, int32_t* rows) {
  c->Literal(kByteOrderMark);
  c->SkipBlanks();
  if (c->peek() == '{') {
    if (!row_->Read(c, *rows, true)) return false;
    ++*rows;
    return true;
  }
  if (!c->Literal('[')) return c->FailHere("expected a JSON object");
  c->SkipBlanks();
  if (c->Literal(']')) return true;
  for (;;) {
    if (c->peek() != '{') return c->FailHere("expected a JSON object");
    for (auto& w : writers_) w->EnsureRow(*rows);
    if (!row_->Read(c, *rows, false)) return false;
    ++*rows;
    c->SkipBlanks();
    if (c->Literal(']')) return true;
    if (!c->Literal(',')) return c->FailHere("expected ',' or ']'");
    c->SkipBlanks();
  }
}

/// What Flink makes of a line that ReadLine() could not read.
void JsonDecoder::ReplayLine(std::string_view line, int32_t* rows) {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  using Token = JsonTokens::Token;
  JsonTokens tokens(line);
  if (!tokens.Next()) return;
  const bool array = tokens.token() == Token::kStartArray;
  if (array && !tokens.Next()) return;
  // The first row that is none ends the line.
  while (tokens.token() == Token::kStartObject) {
    for (auto& w : writers_) w->EnsureRow(*rows);
    if (!row_->Replay(&tokens, *rows)) return ClearRow(*rows);
    ++*rows;
    if (!array || !tokens.Next()) return;
  }
}

Result<JsonDecoder::State> JsonDecoder::Next(int32_t max_rows, data::Batch* batch) {
  text::LineReader::Line line;
  if (!lines_.Peek(&line)) return lines_.last() ? State::kEnd : State::kNeedInput;
  for (auto& w : writers_) w->Start(max_rows);
  std::vector<data::BufferPtr> owners;
  int32_t rows = 0;
  do {
    if (line.text.empty()) {
      lines_.Take();
      continue;
    }
    if (owners.empty() || owners.back() != *line.owner) owners.push_back(*line.owner);
    JsonCursor cursor(line.text, line.limit);
    const int32_t before = rows;
    bool ok = true;
    const bool valid_utf8 = line.valid_utf8 || text::IsValidUtf8(line.text);
    if (!valid_utf8) {
      ok = cursor.Fail(line.text.data(), "expected UTF-8 without invalid bytes");
    } else {
      ok = ReadLine(&cursor, &rows);
    }
    if (!ok) {
      ClearRow(rows);
      while (rows > before) ClearRow(--rows);
      if (!options_.ignore_parse_errors) {
        // Rows before the error are delivered first; the next call meets it again.
        if (rows > 0) break;
        return Status::BadData(cursor.error() + lines_.Where(cursor.error_at()));
      }
      if (valid_utf8) ReplayLine(line.text, &rows);
      skipped_ += rows == before;
    }
    lines_.Take();
  } while (rows < max_rows && lines_.Peek(&line));
  if (rows == 0) return lines_.last() ? State::kEnd : State::kNeedInput;
  *batch = data::Batch();
  batch->size = rows;
  for (auto& w : writers_) batch->columns.push_back(w->Finish(rows, owners));
  return State::kBatch;
}

}  // namespace thalweg::formats::json
