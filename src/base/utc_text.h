// UtcText: a time for people, "2024-05-06 07:08:09".
#pragma once

#include <cstdint>
#include <string>

namespace thalweg {

std::string UtcText(int64_t epoch_ms);

}  // namespace thalweg
