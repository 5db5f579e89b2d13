// Reading a format's options.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/registry.h"

namespace thalweg::formats::text {

/// Null if the option is not set.
const std::string* FindOption(const FormatOptions& options, std::string_view name);

/// "true" or "false" in any case; `format` ("csv") stands in the error.
Result<bool> BoolOption(const FormatOptions& options, std::string_view format,
                        std::string_view name, bool default_value);

/// Java's StringEscapeUtils.unescapeJava: \t, \n, \\, \u0001 (as UTF-8), \001.
std::string UnescapeJava(std::string_view s);

/// Appends the code point as UTF-8; a surrogate becomes '?', as Java encodes it.
void AppendUtf8(uint32_t code_point, std::string* out);

}  // namespace thalweg::formats::text
