// nexbin: rows of the Nexmark union table in a trivial little-endian binary form, so that a
// benchmark measures the engine and not a text parser.
//
// One event: u8 type (0 person, 1 auction, 2 bid), then that row's fields in schema order: BIGINT
// and TIMESTAMP as i64 (milliseconds), STRING as u16 length and its bytes. Written by
// bench/nexmark/nexgen. The table is event_type INT, person ROW, auction ROW, bid ROW; columns and
// fields are found by position in the physical schema, so their names are free.
#pragma once

#include "formats/registry.h"

namespace thalweg::formats::nexbin {

const Format& NexbinFormat();

}  // namespace thalweg::formats::nexbin
