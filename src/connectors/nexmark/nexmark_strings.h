// The strings of Nexmark events: pools that columns point into, and random texts.
//
// Pools are made once per source and shared by all readers; columns keep them alive, so channel,
// url and extra cost no copy.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/counter_random.h"
#include "data/buffer.h"
#include "data/string_arena.h"

namespace thalweg::connectors {

class NexmarkStrings {
 public:
  static constexpr int kChannels = 10000;
  static constexpr int kHot = 4;

  explicit NexmarkStrings(uint64_t seed);

  std::string_view channel(size_t k) const { return channels_[k]; }
  std::string_view url(size_t k) const { return urls_[k]; }
  std::string_view hot_channel(size_t k) const;
  std::string_view hot_url(size_t k) const { return hot_urls_[k]; }
  std::string_view name(size_t k) const { return names_[k]; }
  static constexpr size_t kNames = 11 * 9;
  static std::string_view city(size_t k);
  static std::string_view state(size_t k);
  static constexpr size_t kCities = 10, kStates = 6;

  /// Padding that brings an event of `used` bytes to about `average` bytes: a piece of one long
  /// random text, chosen by `random`.
  std::string_view Extra(int64_t used, int64_t average, uint64_t random) const;
  /// Owner of all the above but city, state and hot_channel, which are static.
  const data::BufferPtr& buffer() const { return buffer_; }

  /// 3 to max - 1 letters, one in 13 of them `special`, blanks trimmed at both ends; the text is a
  /// function of (random, n).
  static std::string_view RandomText(CounterRandom random, uint64_t n, int max, char special,
                                     data::StringArena* arena);

 private:
  data::BufferPtr buffer_;
  std::string_view extra_;
  std::vector<std::string_view> channels_, urls_, names_;
  std::array<std::string_view, kHot> hot_urls_;
};

}  // namespace thalweg::connectors
