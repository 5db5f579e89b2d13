// NexmarkGenerator: columns of Nexmark events, made only where they are read.
//
// Every value is a pure function of (seed, event id, field), so any column of any range can be made
// alone. Columns of bids are plain loops over all rows; persons and auctions, one event in twelve,
// are made row by row.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "connectors/nexmark/nexmark_config.h"
#include "connectors/nexmark/nexmark_strings.h"
#include "data/column.h"

namespace thalweg::connectors {

/// The table's columns: event_type INT, person ROW, auction ROW, bid ROW.
data::Schema NexmarkSchema();

/// Not thread-safe; one a reader.
class NexmarkGenerator {
 public:
  NexmarkGenerator(const NexmarkConfig& config, std::shared_ptr<const NexmarkStrings> strings,
                   int64_t split);

  /// Columns of `schema` (names and, inside ROWs, fields out of NexmarkSchema) for the split's
  /// events number .. number + count - 1.
  std::vector<data::ColumnPtr> Make(const data::Schema& schema, int64_t number, int32_t count);

 private:
  void Prepare(int64_t number, int32_t count);
  data::ColumnPtr EventType() const;
  data::ColumnPtr MakeRow(const data::Type& type, const std::vector<data::ColumnPtr>& children,
                          const std::vector<int32_t>* rows) const;
  data::ColumnPtr Bid(const data::Type& type) const;
  data::ColumnPtr BidField(const data::Field& field) const;
  data::ColumnPtr Person(const data::Type& type) const;
  data::ColumnPtr Auction(const data::Type& type) const;

  void FillTimes(int64_t* out) const;
  void FillBidAuctions(int64_t* out) const;
  void FillBidders(int64_t* out) const;
  void FillPrices(CounterRandom random, int64_t* out) const;
  void FillChannels(std::string_view* out, bool urls) const;
  void FillBidExtras(std::string_view* out) const;
  int64_t AnyPerson(int64_t last_person, uint64_t random) const;
  uint64_t id(int32_t row) const { return static_cast<uint64_t>(first_id_ + row); }

  const NexmarkConfig config_;
  const std::shared_ptr<const NexmarkStrings> strings_;
  const int64_t first_event_;
  const CounterRandom random_;
  // The range of the current Make.
  int64_t number_ = 0;
  int64_t first_id_ = 0;
  int32_t count_ = 0;
  std::vector<int64_t> cycles_;
  std::vector<int32_t> offsets_;
  std::vector<int32_t> persons_, auctions_;  // their rows
};

}  // namespace thalweg::connectors
