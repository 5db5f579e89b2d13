// For tests, fuzzers and benchmarks: runs a StreamDecoder over a whole input cut into chunks.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace thalweg::formats {

/// All batches of `input`, fed in chunks of `chunk_bytes`, each with at most `max_rows` rows; stops
/// at the first error and puts it into `*status`.
inline std::vector<data::Batch> DecodeAll(StreamDecoder* decoder, std::string_view input,
                                          size_t chunk_bytes, int32_t max_rows, Status* status) {
  std::vector<data::Batch> batches;
  size_t next = 0;
  bool last = false;
  for (;;) {
    data::Batch batch;
    auto state = decoder->Next(max_rows, &batch);
    if (!state.ok()) {
      *status = state.status();
      return batches;
    }
    if (*state == StreamDecoder::State::kEnd) return batches;
    if (*state == StreamDecoder::State::kBatch) {
      batches.push_back(std::move(batch));
      continue;
    }
    if (last) {
      *status = Status::Internal("the decoder asks for input after the last chunk");
      return batches;
    }
    const size_t n = std::min(chunk_bytes, input.size() - next);
    last = next + n == input.size();
    // A heap copy of exactly this size, so that sanitizers see reads beyond the chunk.
    auto owner =
        std::make_shared<std::vector<uint8_t>>(input.begin() + static_cast<ptrdiff_t>(next),
                                               input.begin() + static_cast<ptrdiff_t>(next + n));
    next += n;
    if (Status s =
            decoder->Feed(data::Buffer::Wrap(owner->data(), static_cast<int64_t>(n), owner), last);
        !s.ok()) {
      *status = s;
      return batches;
    }
  }
}

}  // namespace thalweg::formats
