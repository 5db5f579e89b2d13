// ARRAY, MAP, MULTISET and ROW values of the datagen connector.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "connectors/datagen/field_generator.h"

namespace thalweg::connectors {

/// Collections have 'length' (default 3) elements; equal keys of a MAP or MULTISET fall together.
Result<std::unique_ptr<FieldGenerator>> MakeNestedGenerator(const OptionReader& options,
                                                            const std::string& path,
                                                            const data::Type& type,
                                                            double null_rate,
                                                            std::set<std::string>* known);

}  // namespace thalweg::connectors
