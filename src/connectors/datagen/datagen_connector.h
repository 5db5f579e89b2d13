// The datagen connector: rows made at a rate, random or in sequence; bounded by 'number-of-rows' or
// by the shortest sequence.
//
// 'scan.parallelism' = n makes n splits (default 1); row r of the table is row r / n of split r %
// n. Values are pure functions of the seed and the row's number, so a restored split goes on alike.
// 'seed' (ours, not Flink's) makes every run alike.
#pragma once

#include "connectors/registry.h"

namespace thalweg::connectors {

extern const Connector kDatagenConnector;

}  // namespace thalweg::connectors
