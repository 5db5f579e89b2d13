// Texts in other character sets, to and from UTF-8, as Java converts them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace thalweg::formats::raw {

enum class Charset { kUtf8, kLatin1, kAscii };

/// By Java's names, in any case: "UTF-8", "ISO-8859-1", "US-ASCII".
std::optional<Charset> CharsetByName(std::string_view name);

/// Appends UTF-8; what the charset does not allow becomes U+FFFD.
void DecodeText(Charset charset, std::string_view bytes, std::string* utf8);
/// Appends the charset's bytes; what it cannot express becomes '?'.
void EncodeText(Charset charset, std::string_view utf8, std::string* bytes);

}  // namespace thalweg::formats::raw
