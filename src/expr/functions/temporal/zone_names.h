// What Java's English locale calls time zones: "CEST", "Pacific Standard Time".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace thalweg::expr {

/// The longest abbreviation or name, in any case, at the beginning of `text`: its minutes east of
/// UTC, and its length. A name that several zones share means what SimpleDateFormat takes it for.
std::optional<int32_t> ZoneNameAt(std::string_view text, size_t* length);

/// Likewise of abbreviations alone, as written.
size_t ZoneAbbreviationAt(std::string_view text);

/// The longest identifier of the time zone database ("Europe/Berlin", "UTC") there; 0: none.
size_t ZoneIdAt(std::string_view text);

}  // namespace thalweg::expr
