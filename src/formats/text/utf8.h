// UTF-8 validation of texts and of chunks that may end inside a character.
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::formats::text {

bool IsValidUtf8(std::string_view s);

/// Whether a chunk, from the beginning of a record on, is valid apart from a character that goes on
/// in the next chunk if there is one.
bool IsValidUtf8Chunk(std::string_view s, bool last);

}  // namespace thalweg::formats::text
