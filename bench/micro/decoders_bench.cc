// Decoding speed of the formats over Nexmark rows, in rows/s and bytes/s of input. The limit beside
// it: one core reads memory at 10 to 30 GB/s.
//
// Arguments: the number of columns read (0: all).
#include <benchmark/benchmark.h>

#include <string>

#include "formats/registry.h"

namespace thalweg::formats {
namespace {

using data::Schema;
using data::Type;

constexpr int kEvents = 200000;
constexpr size_t kChunk = 1 << 20;

const Schema& BidColumns() {
  static const Schema columns = {{"auction", Type::Bigint()}, {"bidder", Type::Bigint()},
                                 {"price", Type::Bigint()},   {"channel", Type::String()},
                                 {"url", Type::String()},     {"dateTime", Type::Timestamp(3)},
                                 {"extra", Type::String()}};
  return columns;
}

/// The bids' first `n` of: price, auction, dateTime, bidder, channel, url, extra.
Schema SomeColumns(int64_t n) {
  static constexpr int kOrder[] = {2, 0, 5, 1, 3, 4, 6};
  Schema s;
  for (int64_t i = 0; i < (n == 0 ? 7 : n); ++i) {
    s.push_back(BidColumns()[static_cast<size_t>(kOrder[i])]);
  }
  return s;
}

struct Bid {
  int64_t auction, bidder, price, millis;
  std::string channel, url, extra;
};

Bid MakeBid(int64_t i) {
  const uint64_t h = static_cast<uint64_t>(i) * 0x9E3779B97F4A7C15u;
  return {1000 + i / 20,
          2000 + i / 60,
          static_cast<int64_t>(h >> 40) + 100,
          1767225600000 + i / 10,
          h % 2 == 0 ? "Google" : "channel-" + std::to_string(h % 10000),
          "https://www.nexmark.com/abc/def_g/hi_jk/item.htm?query=1&channel_id=" +
              std::to_string(h % 1000000000),
          std::string(20 + h % 30, static_cast<char>('a' + h % 26))};
}

std::string TimeText(int64_t millis) {
  char buffer[40];
  const int64_t s = millis / 1000 % 86400;
  std::snprintf(buffer, sizeof(buffer), "2026-01-01 %02d:%02d:%02d.%03d",
                static_cast<int>(s / 3600), static_cast<int>(s / 60 % 60), static_cast<int>(s % 60),
                static_cast<int>(millis % 1000));
  return buffer;
}

std::string CsvInput() {
  std::string out;
  for (int i = 0; i < kEvents; ++i) {
    const Bid b = MakeBid(i);
    out += std::to_string(b.auction) + "," + std::to_string(b.bidder) + "," +
           std::to_string(b.price) + "," + b.channel + "," + b.url + "," + TimeText(b.millis) +
           "," + b.extra + "\n";
  }
  return out;
}

std::string JsonInput(bool nested) {
  std::string out;
  for (int i = 0; i < kEvents; ++i) {
    const Bid b = MakeBid(i);
    if (nested) out += "{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":";
    out += "{\"auction\":" + std::to_string(b.auction) + ",\"bidder\":" + std::to_string(b.bidder) +
           ",\"price\":" + std::to_string(b.price) + ",\"channel\":\"" + b.channel +
           "\",\"url\":\"" + b.url + "\",\"dateTime\":\"" + TimeText(b.millis) + "\",\"extra\":\"" +
           b.extra + "\"}";
    out += nested ? "}\n" : "\n";
  }
  return out;
}

std::string NexbinInput() {
  std::string out;
  const auto put64 = [&](int64_t v) { out.append(reinterpret_cast<const char*>(&v), 8); };
  const auto put = [&](const std::string& s) {
    const auto n = static_cast<uint16_t>(s.size());
    out.append(reinterpret_cast<const char*>(&n), 2);
    out += s;
  };
  for (int i = 0; i < kEvents; ++i) {
    const Bid b = MakeBid(i);
    out.push_back(2);
    put64(b.auction);
    put64(b.bidder);
    put64(b.price);
    put(b.channel);
    put(b.url);
    put64(b.millis);
    put(b.extra);
  }
  return out;
}

Schema UnionTable(const Type& bid) {
  const Type l = Type::Bigint(), s = Type::String(), t = Type::Timestamp(3);
  return {{"event_type", Type::Int()},
          {"person", Type::Row({{"id", l},
                                {"n", s},
                                {"m", s},
                                {"c", s},
                                {"city", s},
                                {"st", s},
                                {"dateTime", t},
                                {"extra", s}})},
          {"auction", Type::Row({{"id", l},
                                 {"item", s},
                                 {"d", s},
                                 {"i", l},
                                 {"r", l},
                                 {"dateTime", t},
                                 {"expires", t},
                                 {"seller", l},
                                 {"cat", l},
                                 {"extra", s}})},
          {"bid", bid}};
}

void Run(benchmark::State& state, const char* format, const std::string& input,
         const DecodeTarget& target) {
  std::vector<data::BufferPtr> chunks;
  for (size_t at = 0; at < input.size(); at += kChunk) {
    chunks.push_back(data::Buffer::Copy(std::string_view(input).substr(at, kChunk)));
  }
  int64_t rows = 0;
  for (auto _ : state) {
    auto decoder = FindFormat(format)->make_decoder(target, {}, {});
    rows = 0;
    size_t next = 0;
    for (;;) {
      data::Batch batch;
      auto s = (*decoder)->Next(4096, &batch);
      if (!s.ok()) {
        state.SkipWithError(s.status().message().c_str());
        return;
      }
      if (*s == StreamDecoder::State::kEnd) break;
      if (*s == StreamDecoder::State::kNeedInput) {
        const bool last = next + 1 == chunks.size();
        if (!(*decoder)->Feed(chunks[next++], last).ok()) return;
        continue;
      }
      rows += batch.size;
    }
  }
  state.SetItemsProcessed(rows * static_cast<int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<int64_t>(input.size()) *
                          static_cast<int64_t>(state.iterations()));
}

void BM_Csv(benchmark::State& state) {
  Run(state, "csv", CsvInput(), {SomeColumns(state.range(0)), BidColumns()});
}
BENCHMARK(BM_Csv)->Arg(1)->Arg(3)->Arg(0);

void BM_Nexbin(benchmark::State& state) {
  Schema read = UnionTable(Type::Row(SomeColumns(state.range(0))));
  read.erase(read.begin() + 1, read.begin() + 3);
  Run(state, "nexbin", NexbinInput(), {read, UnionTable(Type::Row(BidColumns()))});
}
BENCHMARK(BM_Nexbin)->Arg(1)->Arg(3)->Arg(0);

void BM_JsonFlat(benchmark::State& state) {
  Run(state, "json", JsonInput(false), {SomeColumns(state.range(0)), BidColumns()});
}
BENCHMARK(BM_JsonFlat)->Arg(1)->Arg(3)->Arg(0);

void BM_JsonNested(benchmark::State& state) {
  Schema read = UnionTable(Type::Row(SomeColumns(state.range(0))));
  read.erase(read.begin() + 1, read.begin() + 3);
  Run(state, "json", JsonInput(true), {read, UnionTable(Type::Row(BidColumns()))});
}
BENCHMARK(BM_JsonNested)->Arg(1)->Arg(3)->Arg(0);

}  // namespace
}  // namespace thalweg::formats
