#include "connectors/nexmark/nexmark_strings.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <iterator>

namespace thalweg::connectors {
namespace {

constexpr std::string_view kHotChannels[] = {"Google", "Facebook", "Baidu", "Apple"};
constexpr std::string_view kStateNames[] = {"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::string_view kCityNames[] = {"Phoenix",  "Los Angeles", "San Francisco", "Boise",
                                           "Portland", "Bend",        "Redmond",       "Seattle",
                                           "Kent",     "Cheyenne"};
constexpr std::string_view kFirstNames[] = {"Peter", "Paul",  "Luke",  "John",   "Saul",  "Vicky",
                                            "Kate",  "Julie", "Sarah", "Deiter", "Walter"};
constexpr std::string_view kLastNames[] = {"Shultz", "Abrams", "Spencer", "White", "Bartels",
                                           "Walton", "Smith",  "Jones",   "Noris"};
constexpr size_t kExtraBytes = 1 << 20;

std::string BaseUrl(CounterRandom random, uint64_t n) {
  std::string url = "https://www.nexmark.com/";
  data::StringArena arena;
  for (uint64_t i = 0; i < 3; ++i) {
    url += NexmarkStrings::RandomText(random, n * 3 + i, 5, '_', &arena);
    url += '/';
  }
  return url + "item.htm?query=1";
}

uint32_t ReverseBits(uint32_t v) {
  uint32_t reversed = 0;
  for (int bit = 0; bit < 32; ++bit) reversed |= (v >> bit & 1) << (31 - bit);
  return reversed;
}

}  // namespace

NexmarkStrings::NexmarkStrings(uint64_t seed) {
  const CounterRandom random = CounterRandom(seed).Stream(0x6e6578);
  // Collected as offsets first, since the text moves while it grows.
  std::string text;
  std::vector<std::pair<size_t, size_t>> places;
  const auto add = [&](std::string_view s) {
    places.emplace_back(text.size(), s.size());
    text += s;
  };
  const CounterRandom urls = random.Stream(1), with_channel = random.Stream(2);
  for (int k = 0; k < kHot; ++k) add(BaseUrl(urls, static_cast<uint64_t>(k)));
  for (uint32_t k = 0; k < kChannels; ++k) {
    add(fmt::format("channel-{}", k));
    std::string url = BaseUrl(urls, kHot + k);
    if (with_channel.Below(k, 10) > 0) {
      const auto id = static_cast<int32_t>(ReverseBits(k));
      url += fmt::format("&channel_id={}", std::llabs(int64_t{id}));
    }
    add(url);
  }
  for (const auto first : kFirstNames) {
    for (const auto last : kLastNames) add(fmt::format("{} {}", first, last));
  }
  const size_t extra_at = text.size();
  const CounterRandom letters = random.Stream(3);
  int32_t v = 0;
  // The benchmark takes Java's signed remainder, so the letters are 'H' to 'z'.
  for (size_t i = 0; i < kExtraBytes; ++i) {
    if (i % 6 == 0) v = static_cast<int32_t>(letters.At(i));
    text += static_cast<char>('a' + v % 26);
    v /= 26;
  }
  buffer_ = data::Buffer::Copy(text);
  const auto* bytes = reinterpret_cast<const char*>(buffer_->data());
  size_t next = 0;
  const auto take = [&] {
    const auto [at, size] = places[next++];
    return std::string_view(bytes + at, size);
  };
  for (auto& url : hot_urls_) url = take();
  for (int k = 0; k < kChannels; ++k) {
    channels_.push_back(take());
    urls_.push_back(take());
  }
  for (size_t k = 0; k < kNames; ++k) names_.push_back(take());
  extra_ = {bytes + extra_at, kExtraBytes};
}

std::string_view NexmarkStrings::hot_channel(size_t k) const { return kHotChannels[k]; }
std::string_view NexmarkStrings::city(size_t k) { return kCityNames[k]; }
std::string_view NexmarkStrings::state(size_t k) { return kStateNames[k]; }

std::string_view NexmarkStrings::Extra(int64_t used, int64_t average, uint64_t random) const {
  if (used > average) return {};
  const int64_t missing = average - used;
  const int64_t delta = (missing * 2 + 5) / 10;  // a fifth, rounded
  const uint64_t low = random & 0xffffffff;
  const int64_t length =
      missing - delta +
      (delta > 0 ? static_cast<int64_t>(low * static_cast<uint64_t>(2 * delta) >> 32) : 0);
  const uint64_t room = kExtraBytes - static_cast<uint64_t>(length);
  return {extra_.data() + ((random >> 32) * room >> 32), static_cast<size_t>(length)};
}

std::string_view NexmarkStrings::RandomText(CounterRandom random, uint64_t n, int max, char special,
                                            data::StringArena* arena) {
  const CounterRandom text = random.Stream(n);
  const auto length = 3 + text.Below(0, static_cast<uint64_t>(max - 3));
  char* out = arena->Allocate(length);
  uint64_t bits = 0;
  for (uint64_t i = 0; i < length; ++i) {
    if (i % 4 == 0) bits = text.At(1 + i / 4);
    // 338 = 13 * 26: one in 13 is special, the rest are even.
    const uint64_t v = (bits & 0xffff) * 338 >> 16;
    bits >>= 16;
    out[i] = v < 26 ? special : static_cast<char>('a' + v % 26);
  }
  std::string_view result(out, length);
  while (!result.empty() && result.front() == ' ') result.remove_prefix(1);
  while (!result.empty() && result.back() == ' ') result.remove_suffix(1);
  return result;
}

}  // namespace thalweg::connectors
