// The csv format: Flink's options, decoder and encoder.
#pragma once

#include "formats/registry.h"

namespace thalweg::formats::csv {

const Format& CsvFormat();

}  // namespace thalweg::formats::csv
