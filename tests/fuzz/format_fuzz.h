// What the decoders' fuzzers share: decode an input whole, in pieces and with a helping thread; all
// must give the same rows and the same error, or end at the same position.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "formats/decode_testing.h"
#include "formats/parallel_decoder.h"
#include "formats/row_text_testing.h"

namespace thalweg::formats {

struct FuzzResult {
  std::vector<std::string> rows;
  std::string error;
  DecodePosition position;
  int64_t skipped = 0;
};

inline FuzzResult FuzzDecode(const char* format, const DecodeTarget& target,
                             const FormatOptions& options, std::string_view input, size_t chunk,
                             int32_t max_rows, int helpers) {
  auto decoder = MakeStreamDecoder(*FindFormat(format), target, options, {}, helpers);
  if (!decoder.ok()) return {};
  FuzzResult r;
  Status status;
  r.rows = RowTexts(DecodeAll(decoder->get(), input, chunk, max_rows, &status));
  r.error = status.ok() ? "" : status.message();
  if (status.ok()) r.position = (*decoder)->position();
  r.skipped = (*decoder)->skipped();
  return r;
}

/// Aborts if the size of the chunks or a helper makes a difference.
inline void CheckFuzzInput(const char* format, const DecodeTarget& target,
                           const FormatOptions& options, std::string_view input) {
  const FuzzResult whole = FuzzDecode(format, target, options, input, input.size() + 1, 1000, 0);
  for (const auto& [chunk, helpers] : {std::pair{1, 0}, {7, 0}, {64, 0}, {32, 1}}) {
    const FuzzResult pieces =
        FuzzDecode(format, target, options, input, static_cast<size_t>(chunk), 3, helpers);
    if (pieces.rows == whole.rows && pieces.error == whole.error &&
        pieces.position.byte_offset == whole.position.byte_offset &&
        pieces.position.line == whole.position.line && pieces.skipped == whole.skipped) {
      continue;
    }
    std::fprintf(
        stderr,
        "chunks of %d, %d helpers: %zu rows, error '%s', offset %lld, line %lld, skipped %lld\n"
        "whole: %zu rows, error '%s', offset %lld, line %lld, skipped %lld\n",
        chunk, helpers, pieces.rows.size(), pieces.error.c_str(),
        static_cast<long long>(pieces.position.byte_offset),
        static_cast<long long>(pieces.position.line), static_cast<long long>(pieces.skipped),
        whole.rows.size(), whole.error.c_str(), static_cast<long long>(whole.position.byte_offset),
        static_cast<long long>(whole.position.line), static_cast<long long>(whole.skipped));
    std::abort();
  }
}

}  // namespace thalweg::formats
