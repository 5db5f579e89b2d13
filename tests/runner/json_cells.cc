#include "runner/json_cells.h"

#include <cstdint>
#include <cstdio>

namespace thalweg::testing {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void SkipSpace() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\t')) text_.remove_prefix(1);
  }
  bool Take(std::string_view token) {
    SkipSpace();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  bool AtEnd() {
    SkipSpace();
    return text_.empty();
  }

  Result<std::string> String() {
    if (!Take("\"")) return Error("expected a string");
    std::string out;
    while (!text_.empty() && text_[0] != '"') {
      if (text_[0] != '\\') {
        out += text_[0];
        text_.remove_prefix(1);
        continue;
      }
      TW_RETURN_IF_ERROR(Escape(&out));
    }
    if (text_.empty()) return Error("string without end");
    text_.remove_prefix(1);
    return out;
  }

  Status Error(const std::string& what) const {
    return Status::BadData(what + " at: " + std::string(text_.substr(0, 40)));
  }

 private:
  Status Escape(std::string* out) {
    if (text_.size() < 2) return Error("escape without end");
    const char c = text_[1];
    static constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
    if (const size_t at = kNames.find(c); at != std::string_view::npos) {
      *out += kValues[at];
      text_.remove_prefix(2);
      return Status::OK();
    }
    if (c != 'u') return Error("unknown escape");
    uint32_t point = 0;
    TW_RETURN_IF_ERROR(Unit(&point));
    if (point >= 0xD800 && point < 0xDC00) {
      uint32_t low = 0;
      TW_RETURN_IF_ERROR(Unit(&low));
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    AppendUtf8(point, out);
    return Status::OK();
  }

  // \uXXXX
  Status Unit(uint32_t* value) {
    unsigned parsed = 0;
    if (text_.size() < 6 || sscanf(std::string(text_.substr(0, 6)).c_str(), "\\u%4x", &parsed) != 1)
      return Error("bad \\u escape");
    *value = parsed;
    text_.remove_prefix(6);
    return Status::OK();
  }

  static void AppendUtf8(uint32_t point, std::string* out) {
    if (point < 0x80) {
      *out += static_cast<char>(point);
      return;
    }
    if (point < 0x800) {
      *out += static_cast<char>(0xC0 | point >> 6);
    } else {
      if (point < 0x10000) {
        *out += static_cast<char>(0xE0 | point >> 12);
      } else {
        *out += static_cast<char>(0xF0 | point >> 18);
        *out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
      }
      *out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    }
    *out += static_cast<char>(0x80 | (point & 0x3F));
  }

  std::string_view text_;
};

void AppendQuoted(const std::string& text, std::string* out) {
  *out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += c;
    } else if (c == '\n') {
      *out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      snprintf(code, sizeof code, "\\u%04x", c);
      *out += code;
    } else {
      *out += c;
    }
  }
  *out += '"';
}

}  // namespace

Result<Cells> ParseCells(std::string_view json) {
  Reader reader(json);
  Cells cells;
  if (!reader.Take("[")) return reader.Error("expected '['");
  if (reader.Take("]")) return cells;
  while (true) {
    if (reader.Take("null")) {
      cells.push_back(std::nullopt);
    } else {
      TW_ASSIGN_OR_RETURN(std::string text, reader.String());
      cells.push_back(std::move(text));
    }
    if (reader.Take(",")) continue;
    if (!reader.Take("]")) return reader.Error("expected ',' or ']'");
    if (!reader.AtEnd()) return reader.Error("text after the array");
    return cells;
  }
}

Result<std::string> ParseString(std::string_view json) {
  Reader reader(json);
  TW_ASSIGN_OR_RETURN(std::string text, reader.String());
  if (!reader.AtEnd()) return reader.Error("text after the string");
  return text;
}

std::string WriteCells(const Cells& cells) {
  std::string out = "[";
  for (const Cell& cell : cells) {
    if (out.size() > 1) out += ',';
    if (cell) {
      AppendQuoted(*cell, &out);
    } else {
      out += "null";
    }
  }
  return out + "]";
}

}  // namespace thalweg::testing
