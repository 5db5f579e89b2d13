// Zones in what DateTimeFormat parses: they must be well-formed, but a local time has none.
#include "expr/functions/temporal/date_time_format.h"
#include "expr/functions/temporal/zone_names.h"

namespace thalweg::expr {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Which parts an offset has behind its hours.
enum class Part : uint8_t { kNone, kOptional, kRequired };

struct OffsetForm {
  Part minutes;
  Part seconds;
  bool colons;
  std::string_view zero;  // what stands for no offset; may be empty
};

constexpr int32_t kMaxOffset = 18 * 3600;

/// Two digits below 60, behind a ':' if need be.
bool TakePart(std::string_view text, bool colon, size_t* at, int32_t* value) {
  size_t p = *at;
  if (colon && (p >= text.size() || text[p++] != ':')) return false;
  if (p + 2 > text.size() || !IsDigit(text[p]) || !IsDigit(text[p + 1])) return false;
  const int32_t v = (text[p] - '0') * 10 + (text[p + 1] - '0');
  if (v > 59) return false;
  *value = v;
  *at = p + 2;
  return true;
}

bool TakeOffset(std::string_view text, const OffsetForm& form, size_t* at) {
  if (!form.zero.empty() && text.substr(*at).starts_with(form.zero)) {
    *at += form.zero.size();
    return true;
  }
  size_t p = *at;
  if (p >= text.size() || (text[p] != '+' && text[p] != '-')) return false;
  int32_t hours = 0, minutes = 0, seconds = 0;
  if (!TakePart(text, false, &++p, &hours)) return false;
  if (form.minutes != Part::kNone) {
    if (TakePart(text, form.colons, &p, &minutes)) {
      if (form.seconds != Part::kNone && !TakePart(text, form.colons, &p, &seconds) &&
          form.seconds == Part::kRequired) {
        return false;
      }
    } else if (form.minutes == Part::kRequired) {
      return false;
    }
  }
  if ((hours * 60 + minutes) * 60 + seconds > kMaxOffset) return false;
  *at = p;
  return true;
}

constexpr OffsetForm kIdOffset{Part::kRequired, Part::kOptional, true, "Z"};

/// "GMT", "GMT+8" (short), "GMT+08:00".
bool TakeLocalizedOffset(std::string_view text, bool full, size_t* at) {
  if (!text.substr(*at).starts_with("GMT")) return false;
  size_t p = *at + 3;
  if (p < text.size() && (text[p] == '+' || text[p] == '-')) {
    if (full) {
      if (!TakeOffset(text, {Part::kRequired, Part::kOptional, true, ""}, &p)) return false;
    } else {
      ++p;
      if (p >= text.size() || !IsDigit(text[p])) return false;
      int32_t hours = text[p++] - '0';
      if (p < text.size() && IsDigit(text[p])) hours = hours * 10 + (text[p++] - '0');
      int32_t minutes = 0, seconds = 0;
      if (TakePart(text, true, &p, &minutes)) TakePart(text, true, &p, &seconds);
      if ((hours * 60 + minutes) * 60 + seconds > kMaxOffset) return false;
    }
  }
  *at = p;
  return true;
}

/// "Europe/Berlin", "Z", "+01:00", "UTC+01:00".
bool TakeZoneId(std::string_view text, size_t* at) {
  const std::string_view rest = text.substr(*at);
  if (rest.starts_with('+') || rest.starts_with('-')) return TakeOffset(text, kIdOffset, at);
  for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!rest.starts_with(prefix)) continue;
    *at += prefix.size();
    TakeOffset(text, {Part::kRequired, Part::kOptional, true, ""}, at);
    return true;
  }
  if (const size_t length = ZoneIdAt(rest)) {
    *at += length;
    return true;
  }
  if (!rest.starts_with('Z')) return false;
  ++*at;
  return true;
}

}  // namespace

bool DateTimeFormat::ParseZone(const Element& e, std::string_view text, size_t* at) {
  constexpr Part kNo = Part::kNone, kMay = Part::kOptional, kMust = Part::kRequired;
  switch (e.letter) {
    case 'X':
    case 'x': {
      static constexpr OffsetForm kForms[] = {{kMay, kNo, false, "Z"},
                                              {kMust, kNo, false, "Z"},
                                              {kMust, kNo, true, "Z"},
                                              {kMust, kMay, false, "Z"},
                                              {kMust, kMay, true, "Z"}};
      static constexpr std::string_view kZero[] = {"+00", "+0000", "+00:00", "+0000", "+00:00"};
      OffsetForm form = kForms[e.count - 1];
      if (e.letter == 'x') form.zero = kZero[e.count - 1];
      return TakeOffset(text, form, at);
    }
    case 'Z':
      if (e.count == 4) return TakeLocalizedOffset(text, true, at);
      if (e.count == 5) return TakeOffset(text, kIdOffset, at);
      return TakeOffset(text, {kMust, kNo, false, "+0000"}, at);
    case 'O':
      return TakeLocalizedOffset(text, e.count == 4, at);
    case 'z':
    case 'v':
      if (e.count < 4) {
        const size_t name = ZoneAbbreviationAt(text.substr(*at));
        if (name > 0 && name >= ZoneIdAt(text.substr(*at)) &&
            !(text.substr(*at).starts_with("UTC") || text.substr(*at).starts_with("GMT"))) {
          *at += name;
          return true;
        }
      }
      return TakeZoneId(text, at);
    default:
      return TakeZoneId(text, at);
  }
}

}  // namespace thalweg::expr
