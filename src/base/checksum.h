// Checksums of what is written to disk and read back after a crash: XXH3, 64 bits.
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg {

uint64_t Checksum64(std::string_view bytes);

}  // namespace thalweg
