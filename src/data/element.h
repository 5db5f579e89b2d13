// Element: what a channel carries. One task loop switches over it.
//
//   Batch      rows
//   Watermark  no row with an event time at or before it follows on this channel (late ones may)
//   Barrier    the end of a checkpoint epoch
//   Idle       the channel no longer holds back the watermark, until Active
//   Active     undoes Idle
//   End        nothing follows
#pragma once

#include <cstdint>
#include <limits>
#include <utility>

#include "data/batch.h"

namespace thalweg::data {

enum class ElementKind : uint8_t { kBatch, kWatermark, kBarrier, kIdle, kActive, kEnd };

inline constexpr int64_t kMinWatermark = std::numeric_limits<int64_t>::min();
inline constexpr int64_t kMaxWatermark = std::numeric_limits<int64_t>::max();

struct Element {
  ElementKind kind = ElementKind::kEnd;
  int64_t value = 0;  ///< watermark in epoch ms, or barrier's epoch
  Batch batch;        ///< kBatch
  int64_t bytes = 0;  ///< batch.Bytes(), for accounting

  static Element OfBatch(Batch b) {
    Element e{ElementKind::kBatch, 0, std::move(b), 0};
    e.bytes = e.batch.Bytes();
    return e;
  }
  static Element Watermark(int64_t ms) { return {ElementKind::kWatermark, ms, {}, 0}; }
  static Element Barrier(int64_t epoch) { return {ElementKind::kBarrier, epoch, {}, 0}; }
  static Element Idle() { return {ElementKind::kIdle, 0, {}, 0}; }
  static Element Active() { return {ElementKind::kActive, 0, {}, 0}; }
  static Element End() { return {ElementKind::kEnd, 0, {}, 0}; }
};

}  // namespace thalweg::data
