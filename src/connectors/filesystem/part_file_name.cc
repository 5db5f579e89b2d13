#include "connectors/filesystem/part_file_name.h"

#include <fmt/format.h>

#include <charconv>

namespace thalweg::connectors {
namespace {

constexpr std::string_view kPart = "part-";
constexpr std::string_view kInProgress = ".inprogress";
constexpr std::string_view kCarriedEnd = ".carried";
constexpr std::string_view kCompactedEnd = ".compacted";

bool Skip(std::string_view prefix, std::string_view* text) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

bool TakeNumber(std::string_view* text, int64_t* number) {
  if (text->empty() || text->front() == '-') return false;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *number);
  if (error != std::errc()) return false;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  return true;
}

}  // namespace

std::string PartFileName::ToString() const {
  std::string owner = fmt::format("{}{}-g{}", kPart, lineage, generation);
  if (origin != generation) owner += fmt::format(".{}", origin);
  switch (kind) {
    case Kind::kHidden:
      return fmt::format(".{}-{}-{}{}", owner, subtask, number, kInProgress);
    case Kind::kVisible:
      return fmt::format("{}-e{}-{}-{}", owner, epoch, subtask, number);
    case Kind::kCarried:
      return fmt::format(".{}-{}-{}{}", owner, subtask, number, kCarriedEnd);
    case Kind::kCompacted:
      break;
  }
  return fmt::format(".{}-{}-{}{}", owner, subtask, number, kCompactedEnd);
}

std::optional<PartFileName> PartFileName::Parse(std::string_view name) {
  PartFileName result;
  const bool hidden = Skip(".", &name);
  if (!Skip(kPart, &name)) return std::nullopt;
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  result.lineage = name.substr(0, dash);
  name.remove_prefix(dash);
  if (!Skip("-g", &name) || !TakeNumber(&name, &result.generation)) return std::nullopt;
  result.origin = result.generation;
  if (Skip(".", &name) && !TakeNumber(&name, &result.origin)) return std::nullopt;
  if (!hidden && !(Skip("-e", &name) && TakeNumber(&name, &result.epoch))) return std::nullopt;
  if (!Skip("-", &name) || !TakeNumber(&name, &result.subtask)) return std::nullopt;
  if (!Skip("-", &name) || !TakeNumber(&name, &result.number)) return std::nullopt;
  if (!hidden) {
    result.kind = Kind::kVisible;
  } else if (Skip(kCarriedEnd, &name)) {
    result.kind = Kind::kCarried;
  } else if (Skip(kCompactedEnd, &name)) {
    result.kind = Kind::kCompacted;
  } else if (!Skip(kInProgress, &name)) {
    return std::nullopt;
  }
  if (!name.empty()) return std::nullopt;
  return result;
}

}  // namespace thalweg::connectors
