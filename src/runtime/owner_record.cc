#include "runtime/owner_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/checksum.h"

namespace thalweg::runtime {
namespace {

constexpr size_t kMaxEnded = 32;
constexpr std::string_view kFirstLine = "thalweg owner 1\n";
constexpr std::string_view kLastLine = "checksum ";

std::string ChecksumLine(std::string_view text) {
  return fmt::format("{}{:016x}\n", kLastLine, Checksum64(text));
}

/// Takes "`word` " and returns what follows it in the line.
bool TakeWord(std::string_view word, std::string_view* line) {
  if (!line->starts_with(word) || line->size() <= word.size() || (*line)[word.size()] != ' ') {
    return false;
  }
  line->remove_prefix(word.size() + 1);
  return true;
}

bool TakeNumber(std::string_view* line, int64_t* number) {
  const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), *number);
  if (error != std::errc()) return false;
  line->remove_prefix(static_cast<size_t>(end - line->data()));
  if (line->starts_with(' ')) line->remove_prefix(1);
  return true;
}

}  // namespace

bool OwnerRecord::Counts(int64_t generation, int64_t epoch) const {
  return std::any_of(history.begin(), history.end(), [&](const Ancestor& a) {
    return a.generation == generation && epoch <= a.epoch;
  });
}

void OwnerRecord::Add(int64_t generation, int64_t epoch) {
  if (Counts(generation, epoch)) return;
  std::erase_if(history, [&](const Ancestor& a) { return a.generation == generation; });
  history.push_back({generation, epoch});
}

void OwnerRecord::End(const std::string& other_lineage) {
  if (other_lineage.empty() || other_lineage == lineage) return;
  std::erase(ended, other_lineage);
  ended.push_back(other_lineage);
  if (ended.size() > kMaxEnded) ended.erase(ended.begin());
}

std::string OwnerRecord::Encode() const {
  std::string text(kFirstLine);
  text += fmt::format("lineage {}\n", lineage);
  for (const Ancestor& a : history) text += fmt::format("history {} {}\n", a.generation, a.epoch);
  for (const std::string& e : ended) text += fmt::format("ended {}\n", e);
  return text + ChecksumLine(text);
}

Result<OwnerRecord> OwnerRecord::Decode(std::string_view text) {
  const auto damaged = [] {
    return Status::BadData("this is no owner's record, or it is damaged");
  };
  const size_t last = text.rfind(kLastLine);
  if (!text.starts_with(kFirstLine) || last == std::string_view::npos ||
      text.substr(last) != ChecksumLine(text.substr(0, last))) {
    return damaged();
  }
  OwnerRecord record;
  for (size_t at = kFirstLine.size(); at < last;) {
    const size_t end = text.find('\n', at);
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    Ancestor ancestor;
    if (TakeWord("lineage", &line)) {
      record.lineage = line;
    } else if (TakeWord("ended", &line) && !line.empty()) {
      record.ended.emplace_back(line);
    } else if (TakeWord("history", &line) && TakeNumber(&line, &ancestor.generation) &&
               TakeNumber(&line, &ancestor.epoch)) {
      record.history.push_back(ancestor);
    } else {
      return damaged();
    }
  }
  return record;
}

}  // namespace thalweg::runtime
