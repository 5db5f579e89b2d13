// The json format: Flink's options, decoder and encoder.
#pragma once

#include "formats/registry.h"

namespace thalweg::formats::json {

const Format& JsonFormat();

}  // namespace thalweg::formats::json
