#include "connectors/nexmark/nexmark_config.h"

#include <fmt/format.h>

#include "connectors/option_reader.h"

namespace thalweg::connectors {

Result<NexmarkConfig> NexmarkConfigOf(const ConnectorTable& table) {
  const OptionReader options(table);
  NexmarkConfig c;
  const auto read = [&](std::string_view name, int64_t least, int64_t* value) -> Status {
    TW_ASSIGN_OR_RETURN(*value, options.Int(name, *value));
    if (*value >= least) return Status::OK();
    return options.Error(name, fmt::format("must be at least {}", least));
  };
  const auto read_bytes = [&](std::string_view name, int64_t* value) -> Status {
    TW_ASSIGN_OR_RETURN(*value, options.Bytes(name, *value));
    if (*value <= 100000) return Status::OK();
    return options.Error(name, "must be at most 100000 bytes");
  };
  int64_t events = 0, rate = 10000, next_rate = 10000, seed = 42;
  TW_RETURN_IF_ERROR(read("events.num", 0, &events));
  if (events > 0) c.events = events;
  TW_RETURN_IF_ERROR(read("scan.parallelism", 1, &c.splits));
  if (c.splits > 10000) return options.Error("scan.parallelism", "must be at most 10000");
  // As in the benchmark, the first rate is the rate.
  TW_RETURN_IF_ERROR(read("first-event.rate", 1, &rate));
  TW_RETURN_IF_ERROR(read("next-event.rate", 1, &next_rate));
  c.events_per_second = static_cast<double>(rate);
  TW_RETURN_IF_ERROR(read("base-time", 0, &c.base_ms));
  TW_RETURN_IF_ERROR(read("seed", INT64_MIN, &seed));
  c.seed = static_cast<uint64_t>(seed);
  TW_RETURN_IF_ERROR(read("person.proportion", 1, &c.person));
  TW_RETURN_IF_ERROR(read("auction.proportion", 1, &c.auction));
  TW_RETURN_IF_ERROR(read("bid.proportion", 0, &c.bid));
  if (c.total() > 1000000) return options.Error("bid.proportion", "the proportions are too large");
  TW_RETURN_IF_ERROR(read("bid.hot-ratio.auctions", 1, &c.hot_auctions));
  TW_RETURN_IF_ERROR(read("bid.hot-ratio.bidders", 1, &c.hot_bidders));
  TW_RETURN_IF_ERROR(read("auction.hot-ratio.sellers", 1, &c.hot_sellers));
  TW_RETURN_IF_ERROR(read_bytes("person.avg-size", &c.person_bytes));
  TW_RETURN_IF_ERROR(read_bytes("auction.avg-size", &c.auction_bytes));
  TW_RETURN_IF_ERROR(read_bytes("bid.avg-size", &c.bid_bytes));
  TW_ASSIGN_OR_RETURN(const bool limited, options.Bool("rate.limited", false));
  TW_ASSIGN_OR_RETURN(const bool max_speed, options.Bool("max-emit-speed", true));
  c.paced = limited || !max_speed;
  TW_ASSIGN_OR_RETURN(const bool keep_alive, options.Bool("keep-alive", false));
  if (keep_alive) return options.NotSupported("keep-alive", "idling after the last event");
  return c;
}

}  // namespace thalweg::connectors
