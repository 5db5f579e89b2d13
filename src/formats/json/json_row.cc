#include "formats/json/json_row.h"

#include <algorithm>

namespace thalweg::formats::json {

JsonRow::JsonRow(const std::vector<Column>& columns, const std::string& path,
                 const JsonOptions& options)
    : fail_on_missing_(options.fail_on_missing_field) {
  for (const Column& c : columns) {
    index_[c.name] = static_cast<int>(fields_.size());
    fields_.push_back(std::make_unique<JsonField>(c.type, path + c.name, options, c.writer));
  }
}

void JsonRow::set_exact_decimals(bool exact) {
  for (auto& f : fields_) f->set_exact_decimals(exact);
}

int JsonRow::ReadName(JsonCursor* c, size_t position) {
  if (c->peek() != '"') {
    c->FailHere("expected a field name");
    return -2;
  }
  if (position < seen_.size() && c->Quoted(seen_[position].name)) {
    return seen_[position].field;
  }
  std::string_view raw;
  bool escaped;
  if (!c->String(&raw, &escaped)) return -2;
  const int field = FindName(c, raw, escaped);
  if (field != -2 && !escaped && position <= std::min(seen_.size(), kMaxSeen - 1)) {
    if (position == seen_.size()) seen_.resize(position + 1);
    seen_[position] = {JsonName(raw), field};
  }
  return field;
}

int JsonRow::FindName(JsonCursor* c, std::string_view raw, bool escaped) {
  std::string name;
  if (!escaped) {
    name = raw;
  } else if (!c->Unescape(raw, &name)) {
    return -2;
  }
  const auto it = index_.find(name);
  return it == index_.end() ? -1 : it->second;
}

bool JsonRow::Read(JsonCursor* c, int32_t row, bool top_level) {
  if (!c->EnterLevel()) return false;
  c->Advance();
  size_t count = 0;
  size_t position = 0;  // of the next name
  bool named = false;   // what stands before its value has been read: ',"name":'
  c->SkipBlanks();
  if (!c->Literal('}')) {
    for (;;) {
      int i;
      if (named) {
        i = seen_[position].field;
      } else {
        if (count >= fields_.size()) {
          if (!c->SkipFields()) return false;
          break;
        }
        i = ReadName(c, position);
        if (i == -2) return false;
        c->SkipBlanks();
        if (!c->Literal(':')) return c->FailHere("expected ':' after the field name");
      }
      named = false;
      ++position;
      c->SkipBlanks();
      if (i < 0) {
        if (!c->SkipValue()) return false;
      } else {
        const auto& field = fields_[static_cast<size_t>(i)];
        ++count;
        if (top_level && c->peek() == '{' && field->TakesOpenBrace(row)) {
          // Flink takes the brace for the value and goes on inside: what follows the inner object
          // is lost.
          c->Advance();
          c->SkipBlanks();
          if (c->Literal('}')) break;
          continue;
        }
        if (!field->Read(c, row)) return false;
      }
      if (position < seen_.size() && count < fields_.size() && c->NextField(seen_[position].name)) {
        named = true;
        continue;
      }
      c->SkipBlanks();
      if (c->Literal('}')) break;
      if (!c->Literal(',')) return c->FailHere("expected ',' or '}'");
      c->SkipBlanks();
    }
  }
  c->LeaveLevel();
  if (count < fields_.size() && fail_on_missing_) {
    return c->FailHere("expected all fields of the table ('json.fail-on-missing-field')");
  }
  return true;
}

}  // namespace thalweg::formats::json
