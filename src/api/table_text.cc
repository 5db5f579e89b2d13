#include "api/table_text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace thalweg::api {
namespace {

constexpr std::string_view kNull = "NULL";

// Line breaks and tabs would tear the table.
std::string OneLine(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out;
}

bool IsWide(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    length = std::min(length, text.size() - i);
    uint32_t point = length == 1 ? byte : byte & (0x7F >> length);
    for (size_t k = 1; k < length; ++k) point = point << 6 | (text[i + k] & 0x3F);
    i += length;
    if (point >= 0x300 && point <= 0x36F) continue;  // combining marks
    width += IsWide(point) ? 2 : 1;
  }
  return width;
}

TableText::TableText(std::vector<std::string> names, std::vector<bool> right_aligned)
    : names_(std::move(names)), right_aligned_(std::move(right_aligned)) {
  for (const std::string& name : names_) widths_.push_back(DisplayWidth(OneLine(name)));
}

void TableText::Fit(const std::vector<TextRow>& rows) {
  for (const TextRow& row : rows) {
    for (size_t i = 0; i < widths_.size(); ++i) {
      const size_t width = row[i] ? DisplayWidth(OneLine(*row[i])) : kNull.size();
      widths_[i] = std::max(widths_[i], width);
    }
  }
}

void TableText::AppendHeader(std::string* out) const {
  for (size_t i = 0; i < names_.size(); ++i) {
    if (i > 0) *out += " | ";
    AppendCell(names_[i], i, out);
  }
  *out += '\n';
  for (size_t i = 0; i < names_.size(); ++i) {
    if (i > 0) *out += "-+-";
    out->append(widths_[i], '-');
  }
  *out += '\n';
}

void TableText::AppendRow(const TextRow& row, std::string* out) const {
  for (size_t i = 0; i < names_.size(); ++i) {
    if (i > 0) *out += " | ";
    AppendCell(row[i] ? std::string_view(*row[i]) : kNull, i, out);
  }
  *out += '\n';
}

bool TableText::IsText(const std::vector<TextRow>& rows) {
  return rows.size() == 1 && rows[0].size() == 1 && rows[0][0] &&
         rows[0][0]->find('\n') != std::string::npos;
}

void TableText::AppendText(std::string_view text, std::string* out) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    *out += OneLine(text.substr(0, end));
    *out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void TableText::AppendCell(std::string_view text, size_t column, std::string* out) const {
  const std::string shown = OneLine(text);
  const size_t width = DisplayWidth(shown);
  const size_t padding = widths_[column] > width ? widths_[column] - width : 0;
  if (right_aligned_[column]) out->append(padding, ' ');
  *out += shown;
  if (!right_aligned_[column] && column + 1 < names_.size()) out->append(padding, ' ');
}

}  // namespace thalweg::api
