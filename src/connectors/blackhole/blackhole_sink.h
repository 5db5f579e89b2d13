// The blackhole connector: takes every row and keeps none; for measuring.
#pragma once

#include "connectors/registry.h"

namespace thalweg::connectors {

extern const Connector kBlackholeConnector;

}  // namespace thalweg::connectors
