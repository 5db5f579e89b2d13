// UTF-8 validation of chunks that may begin or end inside a character.
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::formats::text {

bool IsValidUtf8(std::string_view s);

/// Whether a chunk is valid apart from a character that goes on from the previous chunk or in the
/// next one, where there are such.
bool IsValidUtf8Chunk(std::string_view s, bool goes_on, bool last);

}  // namespace thalweg::formats::text
