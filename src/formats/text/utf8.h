// UTF-8 validation of chunks that may begin or end inside a character.
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::formats::text {

bool IsValidUtf8(std::string_view s);

/// Whether a chunk is valid apart from a character cut off at either end.
bool IsValidUtf8Chunk(std::string_view s);

}  // namespace thalweg::formats::text
