#include "sql/source_text.h"

#include <algorithm>

#include "data/utf8_repair.h"

namespace thalweg::sql {
namespace {

constexpr size_t kMaxLine = 160;

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string RenderError(const Status& status, std::string_view script, std::string_view name) {
  std::string out(name);
  if (!status.span()) return (out.empty() ? "" : out + ": ") + status.ToString();
  size_t begin = std::min<size_t>(status.span()->begin, script.size());
  size_t end = std::clamp<size_t>(status.span()->end, begin, script.size());
  size_t line_begin = begin == 0 ? 0 : script.rfind('\n', begin - 1);
  line_begin = begin == 0 || line_begin == std::string_view::npos ? 0 : line_begin + 1;
  size_t line_end = std::min(script.find('\n', begin), script.size());
  size_t line_number =
      1 + static_cast<size_t>(std::count(script.begin(), script.begin() + line_begin, '\n'));
  size_t column = 1 + CodePoints(script.substr(line_begin, begin - line_begin));
  if (!out.empty()) out += ":";
  out += std::to_string(line_number) + ":" + std::to_string(column) + ": " + status.ToString();

  // A long line is shown around the error only.
  size_t from = line_begin;
  if (begin - line_begin > kMaxLine / 2 && line_end - line_begin > kMaxLine) {
    from = begin - kMaxLine / 2;
    while (from < begin && (script[from] & 0xC0) == 0x80) ++from;
  }
  size_t to = std::min(line_end, from + kMaxLine);
  std::string shown;
  data::AppendRepairedUtf8(script.substr(from, to - from), &shown);
  while (!shown.empty() && shown.back() == '\r') shown.pop_back();
  std::string indent;
  for (char c : script.substr(from, begin - from)) {
    if ((c & 0xC0) != 0x80) indent += c == '\t' ? '\t' : ' ';
  }
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') c = ' ';
  }
  size_t width = std::max<size_t>(1, CodePoints(script.substr(begin, std::min(end, to) - begin)));
  if (begin >= to) width = 1;
  return out + "\n  " + shown + "\n  " + indent + std::string(width, '^');
}

}  // namespace thalweg::sql
