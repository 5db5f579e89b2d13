// The nexmark connector: the benchmark's event stream, made by our own generator.
//
// Options and schema are those of the benchmark's own connector for Flink, and
//   seed               default 42; the same events on every run
//   base-time          event time of the first event, epoch ms; default 2026-01-01T00:00:00Z
//   scan.parallelism   number of splits, each with its own time line; default 1
#pragma once

#include "connectors/registry.h"

namespace thalweg::connectors {

extern const Connector kNexmarkConnector;

}  // namespace thalweg::connectors
