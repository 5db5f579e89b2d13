#include "expr/functions/temporal/zone_names.h"

#include <algorithm>
#include <iterator>

#include "expr/time_zone.h"

namespace thalweg::expr {
namespace {

struct ZoneName {
  std::string_view name;
  int32_t minutes;  // east of UTC
};

constexpr ZoneName kAbbreviations[] = {
    {"ACDT", 570},  {"ACST", 570},  {"ADT", -180},  {"AEDT", 660}, {"AEST", 600},  {"AFT", 270},
    {"AKDT", -480}, {"AKST", -540}, {"ALMT", 300},  {"AMT", 240},  {"ART", -180},  {"AST", -240},
    {"AWST", 480},  {"AZOT", -60},  {"AZT", 240},   {"BNT", 480},  {"BOT", -240},  {"BRST", -180},
    {"BRT", -180},  {"BST", 60},    {"BTT", 360},   {"CAT", 120},  {"CDT", -300},  {"CEST", 120},
    {"CET", 60},    {"CHADT", 825}, {"CHAST", 765}, {"CHOT", 480}, {"CLST", -180}, {"CLT", -240},
    {"COT", -300},  {"CST", -360},  {"CVT", -60},   {"ChST", 600}, {"EAT", 180},   {"ECT", -300},
    {"EDT", -240},  {"EEST", 180},  {"EET", 120},   {"EGT", -120}, {"EST", -300},  {"FJT", 720},
    {"FKT", -180},  {"GET", 240},   {"GFT", -180},  {"GMT", 0},    {"GST", 240},   {"GYT", -240},
    {"HADT", -540}, {"HAST", -600}, {"HDT", -600},  {"HKT", 480},  {"HOVT", 420},  {"HST", -600},
    {"ICT", 420},   {"IDT", 180},   {"IRDT", 210},  {"IRKT", 480}, {"IRST", 210},  {"IST", 120},
    {"JST", 540},   {"KRAT", 420},  {"KST", 540},   {"MAGT", 660}, {"MDT", -360},  {"MEST", 120},
    {"MET", 60},    {"MMT", 390},   {"MSD", 180},   {"MSK", 180},  {"MST", -420},  {"MUT", 240},
    {"MVT", 300},   {"MYT", 480},   {"NCT", 660},   {"NDT", -150}, {"NPT", 345},   {"NST", -210},
    {"NZDT", 780},  {"NZST", 720},  {"OMST", 360},  {"PDT", -420}, {"PET", -300},  {"PETT", -300},
    {"PGT", 600},   {"PKT", 300},   {"PMST", -180}, {"PST", -480}, {"PYT", -240},  {"RET", 240},
    {"SAST", 120},  {"SBT", 660},   {"SCT", 240},   {"SGT", 480},  {"SRT", -180},  {"SST", -660},
    {"TKT", 780},   {"TLT", 540},   {"TMT", 300},   {"TOT", 780},  {"TRT", 180},   {"ULAT", 480},
    {"UTC", 0},     {"UYT", -180},  {"UZT", 300},   {"VET", -240}, {"VLAT", 600},  {"WAT", 60},
    {"WEST", 60},   {"WET", 0},     {"WGT", -120},  {"WIB", 420},  {"WIT", 540},   {"WITA", 540},
    {"YAKT", 540},  {"YEKT", 300}};

constexpr ZoneName kLongNames[] = {{"British Summer Time", 60},
                                   {"Central European Standard Time", 60},
                                   {"Central European Summer Time", 120},
                                   {"Central European Time", 60},
                                   {"Central Standard Time", -360},
                                   {"Coordinated Universal Time", 0},
                                   {"Eastern Daylight Time", -240},
                                   {"Eastern Standard Time", -300},
                                   {"Greenwich Mean Time", 0},
                                   {"India Standard Time", 330},
                                   {"Japan Standard Time", 540},
                                   {"Mountain Standard Time", -420},
                                   {"Pacific Daylight Time", -420},
                                   {"Pacific Standard Time", -480}};

bool IsLetter(char c) { return static_cast<uint8_t>((c | 0x20) - 'a') < 26; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return x == y || (IsLetter(x) && (x ^ y) == 0x20); });
}

}  // namespace

std::optional<int32_t> ZoneNameAt(std::string_view text, size_t* length) {
  std::optional<int32_t> minutes;
  *length = 0;
  const auto look = [&](const ZoneName& z) {
    if (z.name.size() > *length && EqualsIgnoringCase(text.substr(0, z.name.size()), z.name)) {
      minutes = z.minutes;
      *length = z.name.size();
    }
  };
  for (const ZoneName& z : kAbbreviations) look(z);
  for (const ZoneName& z : kLongNames) look(z);
  return minutes;
}

size_t ZoneAbbreviationAt(std::string_view text) {
  size_t length = 0;
  for (const ZoneName& z : kAbbreviations) {
    if (z.name.size() > length && text.starts_with(z.name)) length = z.name.size();
  }
  return length;
}

size_t ZoneIdAt(std::string_view text) {
  constexpr std::string_view kOthers = "/_-+";
  size_t length = 0;
  while (length < text.size() &&
         (IsLetter(text[length]) || (text[length] >= '0' && text[length] <= '9') ||
          kOthers.find(text[length]) != kOthers.npos)) {
    ++length;
  }
  if (length == 0 || !IsLetter(text[0])) return 0;
  // TimeZone knows more forms: short names ("EST") and offsets ("UTC+1").
  constexpr std::string_view kShort[] = {"CET", "EET", "GMT", "MET", "PRC",
                                         "ROC", "ROK", "UCT", "UTC", "WET"};
  for (; length > 2; --length) {
    const std::string_view id = text.substr(0, length);
    const bool known = length == 3
                           ? std::find(std::begin(kShort), std::end(kShort), id) != std::end(kShort)
                           : !id.starts_with("UT") && !id.starts_with("GMT");
    if (known && TimeZone::Find(id).ok()) return length;
  }
  return 0;
}

}  // namespace thalweg::expr
