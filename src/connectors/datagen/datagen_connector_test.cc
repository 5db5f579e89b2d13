#include "connectors/datagen/datagen_connector.h"

#include <gtest/gtest.h>

#include <future>

#include "connectors/pacer.h"
#include "data/print.h"

namespace thalweg::connectors {
namespace {

using data::Type;

ConnectorTable Table(data::Schema schema, Options options) {
  options.emplace("seed", "7");
  return {.name = "t", .physical = std::move(schema), .options = std::move(options)};
}

std::string Error(data::Schema schema, Options options) {
  auto source = kDatagenConnector.make_source(Table(std::move(schema), std::move(options)), {});
  return source.ok() ? "" : source.status().message();
}

/// All rows of a bounded source, "a,b" each, split by split.
std::vector<std::string> Rows(const ConnectorTable& table, const ScanSpec& spec,
                              int32_t batch_rows = 100, bool reopen = false) {
  auto source = kDatagenConnector.make_source(table, {});
  EXPECT_TRUE(source.ok()) << source.status().ToString();
  EXPECT_TRUE((*source)->bounded());
  auto splits = (*(*source)->MakeEnumerator())->Discover();
  std::vector<std::string> rows;
  expr::EvalContext eval{.now_ms = 86400000 * 2 + 5};
  for (Split split : *splits) {
    std::promise<void>* woken = nullptr;
    const ReaderContext context{
        .batch_rows = batch_rows, .wake = [&woken] { woken->set_value(); }, .eval = &eval};
    auto reader = (*source)->MakeReader(split, spec, context);
    for (;;) {
      data::Batch batch;
      std::promise<void> wake;
      woken = &wake;
      const auto state = (*reader)->Next(&batch);
      EXPECT_TRUE(state.ok());
      if (*state == SplitReader::State::kEnd) break;
      if (*state == SplitReader::State::kPending) {
        wake.get_future().wait();
        continue;
      }
      EXPECT_LE(batch.size, batch_rows);
      for (int32_t i = 0; i < batch.size; ++i) {
        std::string row;
        for (const auto& c : batch.columns) {
          if (!row.empty()) row += ',';
          data::AppendPrint(*c, i, &row);
        }
        rows.push_back(row);
      }
      if (reopen) {
        split.position = (*reader)->position();
        reader = (*source)->MakeReader(split, spec, context);
      }
    }
  }
  return rows;
}

using Strings = std::vector<std::string>;

TEST(Datagen, SequencesEndTheSource) {
  const data::Schema schema = {
      {"i", Type::Int()}, {"s", Type::String()}, {"d", Type::Decimal(5, 2)}, {"f", Type::Double()}};
  const auto table = Table(schema, {{"fields.i.kind", "sequence"},
                                    {"fields.i.start", "-1"},
                                    {"fields.i.end", "1"},
                                    {"fields.s.kind", "sequence"},
                                    {"fields.s.start", "10"},
                                    {"fields.s.end", "20"},
                                    {"fields.d.kind", "sequence"},
                                    {"fields.d.start", "1"},
                                    {"fields.d.end", "9"},
                                    {"fields.f.kind", "sequence"},
                                    {"fields.f.start", "1"},
                                    {"fields.f.end", "9"}});
  EXPECT_EQ(Rows(table, {.columns = schema}),
            (Strings{"-1,10,1.00,1.0", "0,11,2.00,2.0", "1,12,3.00,3.0"}));
}

TEST(Datagen, SplitsInterleave) {
  const data::Schema schema = {{"i", Type::Bigint()}};
  const auto table = Table(schema, {{"fields.i.kind", "sequence"},
                                    {"fields.i.start", "1"},
                                    {"fields.i.end", "100"},
                                    {"number-of-rows", "5"},
                                    {"scan.parallelism", "2"}});
  EXPECT_EQ(Rows(table, {.columns = schema}), (Strings{"1", "3", "5", "2", "4"}));
}

const data::Schema kEverything = {
    {"b", Type::Boolean()},
    {"c", Type::Char(5)},
    {"s", Type::String()},
    {"bin", Type::Binary(3)},
    {"i8", Type::Tinyint()},
    {"i64", Type::Bigint()},
    {"x", Type::Double()},
    {"dec", Type::Decimal(10, 3)},
    {"d", Type::Date()},
    {"t", Type::Time()},
    {"ts", Type::Timestamp(6)},
    {"ltz", Type::TimestampLtz(3)},
    {"arr", Type::Array(Type::Int())},
    {"m", Type::Map(Type::Int(), Type::String())},
    {"ms", Type::Multiset(Type::Boolean())},
    {"r", Type::Row({{"a", Type::Int()}, {"b", Type::Row({{"c", Type::Int()}})}})},
    {"ym", Type::IntervalYearMonth()},
    {"ds", Type::IntervalDayTime()}};

const Options kOptions = {{"number-of-rows", "50"},        {"fields.s.length", "4"},
                          {"fields.i8.min", "-3"},         {"fields.i8.max", "3"},
                          {"fields.x.min", "1"},           {"fields.x.max", "2"},
                          {"fields.i64.null-rate", "0.5"}, {"fields.ts.max-past", "1 s"},
                          {"fields.arr.element.min", "0"}, {"fields.arr.element.max", "9"},
                          {"fields.m.value.length", "2"},  {"fields.r.b.c.min", "5"},
                          {"fields.r.b.c.max", "5"},       {"fields.r.null-rate", "0.1"},
                          {"fields.m.length", "2"},        {"fields.s.var-len", "true"}};

TEST(Datagen, ValuesDependOnSeedAndRowAlone) {
  const auto table = Table(kEverything, kOptions);
  const Strings whole = Rows(table, {.columns = kEverything});
  ASSERT_EQ(whole.size(), 50u);
  EXPECT_EQ(Rows(table, {.columns = kEverything}, 7), whole);
  EXPECT_EQ(Rows(table, {.columns = kEverything}, 7, /*reopen=*/true), whole);
  int nulls = 0;
  for (const std::string& row : whole) nulls += row.find(",null,") != std::string::npos;
  EXPECT_GT(nulls, 10);
  EXPECT_LT(nulls, 45);
}

TEST(Datagen, PrunedColumnsAreTheSameValues) {
  const auto table = Table(kEverything, kOptions);
  const Strings whole = Rows(table, {.columns = {kEverything[4], kEverything[15]}});
  const Strings pruned = Rows(
      table,
      {.columns = {{"r", Type::Row({{"b", Type::Row({{"c", Type::Int()}})}})}, kEverything[4]}});
  ASSERT_EQ(whole.size(), pruned.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    const std::string i8 = whole[i].substr(0, whole[i].find(','));
    EXPECT_EQ(pruned[i], (whole[i].ends_with(",null") ? "null," : "+I[+I[5]],") + i8);
  }
}

TEST(Datagen, Ranges) {
  const data::Schema schema = {
      {"x", Type::Double()}, {"d", Type::Decimal(4, 2)}, {"i", Type::Bigint()}};
  const auto table = Table(schema, {{"number-of-rows", "1000"},
                                    {"fields.x.min", "-1"},
                                    {"fields.x.max", "1"},
                                    {"fields.d.max", "0.5"}});
  double least = 9, most = -9;
  for (const std::string& row : Rows(table, {.columns = schema})) {
    const double x = std::stod(row);
    least = std::min(least, x);
    most = std::max(most, x);
    EXPECT_LE(std::stod(row.substr(row.find(',') + 1)), 0.5) << row;
  }
  EXPECT_GE(least, -1);
  EXPECT_LT(least, -0.9);
  EXPECT_LT(most, 1);
  EXPECT_GT(most, 0.9);
}

TEST(Datagen, Errors) {
  const data::Schema schema = {{"i", Type::Int()}, {"c", Type::Char(3)}};
  EXPECT_EQ(Error(schema, {{"fields.i.mim", "1"}}),
            "table 't': datagen has no option 'fields.i.mim' for these columns; did you mean "
            "'fields.i.min'?");
  EXPECT_EQ(Error(schema, {{"fields.i.min", "2"}, {"fields.i.max", "1"}}),
            "table 't', option 'fields.i.min': 2 is above the max, 1");
  EXPECT_EQ(Error(schema, {{"fields.i.max", "3000000000"}}),
            "table 't', option 'fields.i.max': 3000000000 is no INT");
  EXPECT_EQ(Error(schema, {{"fields.c.length", "4"}}),
            "table 't', option 'fields.c.length': a CHAR or BINARY field has the length of its "
            "type");
  EXPECT_EQ(Error(schema, {{"fields.i.kind", "sequence"}, {"fields.i.start", "1"}}),
            "table 't': the option 'fields.i.end' is required");
  EXPECT_EQ(Error(schema, {{"fields.i.kind", "gauss"}}),
            "table 't', option 'fields.i.kind': 'gauss' is neither 'random' nor 'sequence'");
}

TEST(Pacer, FirstStepAtOnceThenByRate) {
  const Pacer::Clock::time_point start{};
  const Pacer slow(2, start);
  EXPECT_EQ(slow.Due(0, start), 1);
  EXPECT_EQ(slow.Due(1, start + std::chrono::milliseconds(499)), 0);
  EXPECT_EQ(slow.Due(1, slow.NextDue(1)), 1);
  EXPECT_LE(slow.NextDue(1), start + std::chrono::milliseconds(501));
  const Pacer fast(100000, start);
  EXPECT_EQ(fast.Due(0, start), 1000);  // a step of 10 ms
  EXPECT_EQ(fast.Due(0, start + std::chrono::seconds(1)), 101000);
  EXPECT_EQ(fast.Due(1000, fast.NextDue(1000)), 1000);
}

}  // namespace
}  // namespace thalweg::connectors
