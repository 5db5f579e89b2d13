// JsonField and JsonRow over JsonTokens: a line with a value that does not fit, under
// 'json.ignore-parse-errors', token by token as Flink's JsonParserToRowDataConverters read it.
#include <optional>
#include <unordered_map>
#include <vector>

#include "data/java_map_order.h"
#include "formats/json/json_field.h"
#include "formats/json/json_row.h"
#include "formats/json/json_tokens.h"

namespace thalweg::formats::json {

using data::TypeRoot;
using Token = JsonTokens::Token;

void JsonField::Replay(JsonTokens* tokens, int32_t row) {
  if (writer_->IsValid(row)) writer_->Clear(row);
  if (tokens->token() == Token::kNone || tokens->token() == Token::kNull) return;
  if (!ReplayValue(tokens, row)) writer_->Clear(row);
}

bool JsonField::ReplayValue(JsonTokens* tokens, int32_t row) {
  const Token token = tokens->token();
  switch (root_) {
    case TypeRoot::kArray: {
      if (token != Token::kStartArray) return false;
      const int32_t start = writer_->elements();
      for (;;) {
        if (!tokens->Next() || tokens->token() == Token::kNone) {
          writer_->TruncateElements(start);
          return false;
        }
        if (tokens->token() == Token::kEndArray) break;
        children_[0]->Replay(tokens, writer_->AddElement());
      }
      writer_->EndList(row);
      return true;
    }
    case TypeRoot::kMap:
    case TypeRoot::kMultiset:
      return token == Token::kStartObject && ReplayMap(tokens, row);
    case TypeRoot::kRow:
      if (token != Token::kStartObject || !row_->Replay(tokens, row)) return false;
      writer_->SetValid(row);
      return true;
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
      scratch_.clear();
      if (!ReplayText(tokens, &scratch_)) return false;
      writer_->SetString(row, scratch_);
      return true;
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary:
      scratch_.clear();
      if (!tokens->Binary(&scratch_)) return false;
      writer_->SetString(row, scratch_);
      return true;
    default: {
      if (root_ == TypeRoot::kDecimal && token == Token::kName) return false;
      std::string_view text;
      if (!tokens->Text(&text)) return false;
      const bool number = token == Token::kInteger || token == Token::kFloat;
      const char kind = number                   ? '0'
                        : token == Token::kTrue  ? 't'
                        : token == Token::kFalse ? 'f'
                                                 : '"';
      return Convert(text, kind, token == Token::kFloat, row);
    }
  }
}

/// What a STRING column shows of the value.
bool JsonField::ReplayText(JsonTokens* tokens, std::string* out) const {
  if (tokens->token() == Token::kStartObject || tokens->token() == Token::kStartArray) {
    return tokens->ContainerText(exact_decimals_, out);
  }
  std::string_view text;
  if (!tokens->Text(&text)) return false;
  *out = text;
  return true;
}

bool JsonField::ReplayMap(JsonTokens* tokens, int32_t row) {
  struct Entry {
    std::optional<std::string> key;
    JsonTokens value;  // as it stands before the value
  };
  std::vector<Entry> entries;
  std::unordered_map<std::string, size_t> places;
  std::optional<size_t> null_place;
  const int32_t start = writer_->elements();
  const auto fail = [&] {
    writer_->TruncateElements(start);
    return false;
  };
  for (;;) {
    if (!tokens->Next() || tokens->token() == Token::kNone) return fail();
    if (tokens->token() == Token::kEndObject) break;
    std::optional<std::string> key;
    if (tokens->token() != Token::kNull) {
      key.emplace();
      if (!ReplayText(tokens, &*key)) key.reset();
    }
    if (!tokens->Next()) return fail();
    if (!key && !null_place) null_place = entries.size();
    const size_t place = key ? places.try_emplace(*key, entries.size()).first->second : *null_place;
    if (place == entries.size()) {
      entries.push_back({std::move(key), *tokens});
    } else {
      entries[place].value = *tokens;
    }
    children_[0]->Replay(tokens, writer_->AddElement());
  }
  // Once more, in the map's order.
  writer_->TruncateElements(start);
  std::vector<uint32_t> hash_codes;
  for (const Entry& e : entries) {
    hash_codes.push_back(e.key ? data::BinaryStringHashCode(*e.key) : 0);
  }
  for (const int32_t i : data::OrderOfHashCodes(hash_codes)) {
    Entry& e = entries[static_cast<size_t>(i)];
    const int32_t element = writer_->AddElement();
    if (e.key) writer_->child(0)->SetString(element, *e.key);
    children_[0]->Replay(&e.value, element);
    FinishCount(element);
  }
  writer_->EndList(row);
  return true;
}

bool JsonRow::Replay(JsonTokens* tokens, int32_t row) {
  size_t count = 0;
  if (!tokens->Next()) return false;
  while (tokens->token() != Token::kEndObject) {
    if (count >= fields_.size()) {
      if (!SkipToNextField(tokens)) return false;
      continue;
    }
    // Whatever stands in a name's place counts as one.
    std::string_view name;
    const bool named = tokens->token() != Token::kNone;
    if (named && !tokens->Text(&name)) return false;
    const auto it = named ? index_.find(std::string(name)) : index_.end();
    if (!tokens->Next()) return false;
    if (it == index_.end()) {
      if (!SkipToNextField(tokens)) return false;
    } else {
      fields_[static_cast<size_t>(it->second)]->Replay(tokens, row);
      if (!tokens->Next()) return false;
      ++count;
    }
  }
  return true;
}

bool JsonRow::SkipToNextField(JsonTokens* tokens) {
  const auto opens = [&] {
    return tokens->token() == Token::kStartObject || tokens->token() == Token::kStartArray;
  };
  if (tokens->token() == Token::kNone) return false;
  for (int open = opens() ? 1 : 0; open > 0;) {
    if (!tokens->Next() || tokens->token() == Token::kNone) return false;
    if (opens()) ++open;
    if (tokens->token() == Token::kEndObject || tokens->token() == Token::kEndArray) --open;
  }
  return tokens->Next();
}

}  // namespace thalweg::formats::json
