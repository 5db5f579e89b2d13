// The raw format: a table of one column, whose value is a whole line (a whole message). Texts in
// 'raw.charset', numbers as their bytes in 'raw.endianness', booleans as one byte.
#pragma once

#include "formats/registry.h"

namespace thalweg::formats::raw {

const Format& RawFormat();

}  // namespace thalweg::formats::raw
