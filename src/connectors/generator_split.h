// Splits and positions of generated tables (datagen, nexmark): split i of n makes a known number of
// rows; a position is the number of rows made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/source.h"

namespace thalweg::connectors {

struct GeneratorSplit {
  uint64_t index = 0;
  uint64_t count = 1;  ///< splits of the source
  uint64_t rows = 0;   ///< of this split; UINT64_MAX: without end
  uint64_t seed = 0;

  std::string Encode() const;
  static Result<GeneratorSplit> Decode(std::string_view payload);
};

/// Gives every split once; the seed travels in the splits, so that a restored one goes on alike.
std::unique_ptr<Enumerator> MakeGeneratorEnumerator(std::vector<GeneratorSplit> splits);

std::string EncodeRowPosition(uint64_t rows);
/// 0 for an empty position.
Result<uint64_t> DecodeRowPosition(std::string_view position);

}  // namespace thalweg::connectors
