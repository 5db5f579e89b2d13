// SplitState: a split of a source with how far it was read and its watermark: the unit of a
// source's snapshot, given back to the coordinator at restore and assigned anew.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "connectors/source.h"

namespace thalweg::operators {

struct SplitState {
  connectors::Split split;
  int64_t emitted_watermark = 0;  ///< WatermarkCutter::emitted()
  int64_t current_watermark = 0;  ///< WatermarkCutter::current()

  std::string Encode() const;
  /// kBadData if the bytes are not an encoded SplitState.
  static Result<SplitState> Decode(std::string_view bytes);
};

}  // namespace thalweg::operators
