// NexmarkConfig: the benchmark's parameters, and the arithmetic of event numbers, ids and times.
//
// Of every total() events the first `person` are persons, the next `auction` auctions, the rest
// bids. Split i of n owns a range of event ids, while the event times of all splits start together
// and advance in parallel, as in the benchmark's own generator.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/status.h"
#include "connectors/table.h"

namespace thalweg::connectors {

struct NexmarkConfig {
  int64_t events = INT64_MAX;  ///< INT64_MAX: without end
  int64_t splits = 1;
  double events_per_second = 10000;
  bool paced = false;               ///< real time by the rate, instead of as fast as possible
  int64_t base_ms = 1767225600000;  ///< 2026-01-01T00:00:00Z
  uint64_t seed = 42;
  int64_t person = 1, auction = 3, bid = 46;  ///< proportions
  int64_t person_bytes = 200, auction_bytes = 500, bid_bytes = 100;
  int64_t hot_auctions = 2, hot_bidders = 4, hot_sellers = 4;

  static constexpr int64_t kFirstPersonId = 1000, kFirstAuctionId = 1000, kFirstCategory = 10;
  static constexpr int64_t kInFlightAuctions = 100, kActivePeople = 1000, kLead = 10;
  static constexpr int64_t kHotStep = 100;  ///< a hot id is the last multiple of this

  int64_t total() const { return person + auction + bid; }
  int64_t first_event(int64_t split) const { return events / splits * split; }
  int64_t events_of(int64_t split) const {
    if (events == INT64_MAX) return INT64_MAX;
    return split == splits - 1 ? events - first_event(split) : events / splits;
  }
  /// Event time of a split's `number`-th event.
  int64_t TimeMs(int64_t number) const {
    const double delay_us = 1e6 / events_per_second * static_cast<double>(splits);
    return base_ms + static_cast<int64_t>(static_cast<double>(number) * delay_us) / 1000;
  }
  /// Number, from 0, of the newest person when the event at `offset` of cycle `cycle` happens.
  int64_t LastPerson(int64_t cycle, int64_t offset) const {
    return cycle * person + std::min(offset, person - 1);
  }
  int64_t LastAuction(int64_t cycle, int64_t offset) const {
    if (offset < person) return cycle * auction - 1;
    return cycle * auction + std::min(offset - person, auction - 1);
  }
};

Result<NexmarkConfig> NexmarkConfigOf(const ConnectorTable& table);

}  // namespace thalweg::connectors
