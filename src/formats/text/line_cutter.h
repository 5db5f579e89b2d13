// LineCutter: cuts where LineReader does, behind a LF.
#pragma once

#include <cstring>
#include <memory>

#include "formats/registry.h"

namespace thalweg::formats::text {

class LineCutter : public StreamCutter {
 public:
  static Result<std::unique_ptr<StreamCutter>> Make(const FormatOptions&) {
    return std::unique_ptr<StreamCutter>(std::make_unique<LineCutter>());
  }

  void Restart(bool) override {}
  size_t Cut(std::string_view bytes) override {
    const size_t line_end = bytes.rfind('\n');
    return line_end == bytes.npos ? 0 : line_end + 1;
  }
};

}  // namespace thalweg::formats::text
