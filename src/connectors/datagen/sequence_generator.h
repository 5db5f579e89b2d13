// Sequences of the datagen connector: start, start + 1, ..., end, then the source ends.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "connectors/datagen/field_generator.h"

namespace thalweg::connectors {

/// Numbers and texts only, as in Flink; 'start' and 'end' are required.
Result<std::unique_ptr<FieldGenerator>> MakeSequenceGenerator(const OptionReader& options,
                                                              const std::string& path,
                                                              const data::Type& type,
                                                              std::set<std::string>* known);

}  // namespace thalweg::connectors
