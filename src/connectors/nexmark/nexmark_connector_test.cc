#include "connectors/nexmark/nexmark_connector.h"

#include <gtest/gtest.h>

#include <cmath>

#include "connectors/nexmark/nexmark_generator.h"
#include "data/print.h"

namespace thalweg::connectors {
namespace {

ConnectorTable Table(Options options) {
  return {.name = "t", .physical = NexmarkSchema(), .options = std::move(options)};
}

std::vector<std::string> Rows(const ConnectorTable& table, const data::Schema& columns,
                              int32_t batch_rows, bool reopen = false) {
  auto source = kNexmarkConnector.make_source(table, {});
  EXPECT_TRUE(source.ok()) << source.status().ToString();
  auto splits = (*(*source)->MakeEnumerator())->Discover();
  std::vector<std::string> rows;
  for (Split split : *splits) {
    const ScanSpec spec{.columns = columns};
    auto reader = (*source)->MakeReader(split, spec, {.batch_rows = batch_rows});
    data::Batch batch;
    while (*(*reader)->Next(&batch) == SplitReader::State::kBatch) {
      for (int32_t i = 0; i < batch.size; ++i) {
        std::string row;
        for (const auto& c : batch.columns) {
          if (!row.empty()) row += "|";
          data::AppendPrint(*c, i, &row);
        }
        rows.push_back(row);
      }
      if (reopen) {
        split.position = (*reader)->position();
        reader = (*source)->MakeReader(split, spec, {.batch_rows = batch_rows});
      }
    }
  }
  return rows;
}

TEST(Nexmark, SameEventsWhateverTheBatchAndTheRestart) {
  const auto table = Table({{"events.num", "1000"}, {"scan.parallelism", "3"}});
  const auto whole = Rows(table, NexmarkSchema(), 4096);
  ASSERT_EQ(whole.size(), 1000u);
  EXPECT_EQ(Rows(table, NexmarkSchema(), 7), whole);
  EXPECT_EQ(Rows(table, NexmarkSchema(), 64, /*reopen=*/true), whole);
  EXPECT_NE(Rows(Table({{"events.num", "1000"}, {"scan.parallelism", "3"}, {"seed", "1"}}),
                 NexmarkSchema(), 4096),
            whole);
}

TEST(Nexmark, PrunedColumnsAreTheSameValues) {
  const auto table = Table({{"events.num", "200"}});
  const data::Schema schema = NexmarkSchema();
  const auto& bid = schema[3].type.fields();
  const data::Schema pruned = {{"bid", data::Type::Row({bid[6], bid[2]})},
                               {"event_type", data::Type::Int()}};
  const data::Schema full = {{"bid", NexmarkSchema()[3].type}, {"event_type", data::Type::Int()}};
  const auto narrow = Rows(table, pruned, 100), wide = Rows(table, full, 100);
  ASSERT_EQ(narrow.size(), wide.size());
  for (size_t i = 0; i < wide.size(); ++i) {
    if (wide[i] == "null|0" || wide[i] == "null|1") {
      EXPECT_EQ(narrow[i], wide[i]);
      continue;
    }
    // "+I[auction, bidder, price, channel, url, time, extra]|2"
    const size_t extra = wide[i].rfind(", ") + 2;
    const size_t a = wide[i].find(", "), b = wide[i].find(", ", a + 2);
    const size_t c = wide[i].find(", ", b + 2);
    EXPECT_EQ(narrow[i], "+I[" + wide[i].substr(extra, wide[i].size() - extra - 3) + ", " +
                             wide[i].substr(b + 2, c - b - 2) + "]|2");
  }
}

TEST(Nexmark, ProportionsIdsAndTimes) {
  NexmarkConfig config;
  config.events_per_second = 1000;
  config.splits = 2;
  config.events = 200000;
  NexmarkGenerator generator(config, std::make_shared<NexmarkStrings>(config.seed), 1);
  const auto columns = generator.Make(NexmarkSchema(), 0, 100000);
  int64_t kinds[3] = {};
  int64_t next_person = 1000 + 100000 / 50, next_auction = 1000 + 100000 / 50 * 3;
  int64_t bids = 0, hot = 0;
  double log_price = 0;
  for (int32_t i = 0; i < 100000; ++i) {
    const int type = columns[0]->At<int32_t>(i);
    ++kinds[type];
    for (int t = 0; t < 3; ++t)
      EXPECT_EQ(columns[static_cast<size_t>(t + 1)]->IsNull(i), t != type);
    const auto& row = columns[static_cast<size_t>(type + 1)]->children();
    const int64_t time = row[type == 0 ? 6 : 5]->At<int64_t>(i);
    ASSERT_EQ(time, config.base_ms + int64_t{i} * 2) << "two splits share the rate";
    if (type == 0) {
      EXPECT_EQ(row[0]->At<int64_t>(i), next_person++);
      const auto email = row[2]->At<std::string_view>(i);
      EXPECT_NE(email.find('@'), std::string_view::npos) << email;
      EXPECT_EQ(row[3]->At<std::string_view>(i).size(), 19u);
    } else if (type == 1) {
      EXPECT_EQ(row[0]->At<int64_t>(i), next_auction++);
      EXPECT_GT(row[6]->At<int64_t>(i), time);
      EXPECT_GT(row[4]->At<int64_t>(i), row[3]->At<int64_t>(i));
      EXPECT_GE(row[8]->At<int64_t>(i), 10);
      EXPECT_LE(row[8]->At<int64_t>(i), 14);
    } else {
      ++bids;
      hot += row[0]->At<int64_t>(i) % 100 == 0;
      EXPECT_LT(row[0]->At<int64_t>(i), next_auction + 10);
      const int64_t price = row[2]->At<int64_t>(i);
      ASSERT_GE(price, 100);
      ASSERT_LE(price, 100000000);
      log_price += std::log10(static_cast<double>(price));
      const bool hot_url =
          row[4]->At<std::string_view>(i).find("channel_id") == std::string_view::npos;
      if (!hot_url) {
        EXPECT_TRUE(row[3]->At<std::string_view>(i).starts_with("channel-"));
      }
    }
  }
  EXPECT_EQ(kinds[0], 2000);
  EXPECT_EQ(kinds[1], 6000);
  EXPECT_NEAR(static_cast<double>(hot) / static_cast<double>(bids), 0.505, 0.01);
  EXPECT_NEAR(log_price / static_cast<double>(bids), 5, 0.02);
}

TEST(Nexmark, SchemaAndOptionErrors) {
  auto table = Table({{"events.num", "-1"}});
  EXPECT_EQ(kNexmarkConnector.make_source(table, {}).status().message(),
            "table 't', option 'events.num': must be at least 0");
  table.physical = {{"bid", data::Type::Row({{"prize", data::Type::Bigint()}})}};
  EXPECT_EQ(kNexmarkConnector.make_source(table, {}).status().message(),
            "table 't': a nexmark table has no column 'bid.prize' of type BIGINT");
}

}  // namespace
}  // namespace thalweg::connectors
