// The print connector: every row as one line, in Flink's form.
//
//   +I[1, foo, 2024-01-01T00:00]
//   2> -U[7, null]                   with several subtasks
//   orders:2> +U[7, x]               with 'print-identifier' = 'orders', too
//
// Lines are written whole and at once, a batch at a time; nothing is sealed.
#pragma once

#include "connectors/registry.h"

namespace thalweg::connectors {

extern const Connector kPrintConnector;

}  // namespace thalweg::connectors
