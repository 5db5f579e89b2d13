// FieldGenerator: makes a datagen column, a pure function of the seed and the rows' numbers (and of
// the clock for TIMESTAMP, DATE and TIME, as in Flink).
//
//   fields.<name>.kind = random     min, max | length, var-len | max-past; null-rate
//   fields.<name>.kind = sequence   start, end: bounded
// Nested values take their options by path: fields.<map>.key.min, fields.<row>.<field>.length.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "base/status.h"
#include "connectors/counter_random.h"
#include "connectors/option_reader.h"
#include "data/column.h"

namespace thalweg::connectors {

/// The wall clock of one batch.
struct GeneratorClock {
  int64_t now_ms = 0;               ///< epoch
  int32_t zone_offset_seconds = 0;  ///< of the session's zone, for DATE and TIME
};

class FieldGenerator {
 public:
  virtual ~FieldGenerator() = default;
  /// One value per row number.
  virtual data::ColumnPtr Make(std::span<const uint64_t> rows, CounterRandom random,
                               const GeneratorClock& clock) const = 0;
  /// Rows until a sequence ends; nothing for endless ones.
  virtual std::optional<uint64_t> length() const { return std::nullopt; }
};

/// The generator of the column `path`, or of a value nested in one ("name.element"), which is
/// always random. Adds every option that has a meaning for it to `known`.
Result<std::unique_ptr<FieldGenerator>> MakeFieldGenerator(const OptionReader& options,
                                                           const std::string& path,
                                                           const data::Type& type, bool nested,
                                                           std::set<std::string>* known);

}  // namespace thalweg::connectors
