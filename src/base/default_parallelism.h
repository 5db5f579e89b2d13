// The parallelism that the configuration asks for.
#pragma once

#include <cstdint>

#include "base/configuration.h"

namespace thalweg {

/// -1: one subtask per processor core.
inline int64_t DefaultParallelism(const Configuration& configuration) {
  const int64_t of_sql = configuration.GetInteger("table.exec.resource.default-parallelism");
  return of_sql > 0 ? of_sql : configuration.GetInteger("parallelism.default");
}

}  // namespace thalweg
