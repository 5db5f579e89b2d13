// InputGate: all channels into one subtask: picks the next element fairly, combines watermarks and
// idleness, aligns barriers, and counts ends.
//
// Combined watermark: the minimum over channels that are neither idle nor ended; an ended channel
// has sent its last one. Alignment: a channel that has delivered barrier N is not read again until
// every channel that has not ended has delivered N, or a later barrier shows that N was given up.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/element.h"
#include "runtime/exchange/channel.h"

namespace thalweg::runtime {

class InputGate {
 public:
  /// Channels of input 0, then of input 1, ...
  explicit InputGate(std::vector<std::vector<Channel*>> inputs);

  /// What the subtask has to do next.
  struct Event {
    enum class Kind : uint8_t {
      kNone,       ///< nothing to read now
      kBatch,      ///< `batch` from `input`
      kWatermark,  ///< the combined watermark rose to `value`
      kIdle,       ///< every channel is idle
      kActive,     ///< no longer so
      kBarrier,    ///< barrier `value` is aligned
      kInputEnd,   ///< all channels of `input` have ended; `value` 1: stopped, not exhausted
    };
    Kind kind = Kind::kNone;
    int input = 0;
    int64_t value = 0;
    data::Batch batch;
  };
  /// Consumes elements until one makes an event.
  Event Next();
  bool all_ended() const { return open_channels_ == 0; }
  int64_t watermark() const { return watermark_; }

 private:
  struct ChannelState {
    Channel* channel;
    int input;
    int64_t watermark = data::kMinWatermark;
    bool idle = false;
    bool ended = false;
    bool blocked = false;  // has delivered the barrier being aligned
  };
  Event OnElement(ChannelState* state, data::Element element);
  std::optional<Event> CombineWatermarks();
  std::optional<Event> TryAlign();

  std::vector<ChannelState> channels_;
  std::vector<int> open_per_input_;
  std::vector<Event> pending_;  // events that one element made beyond the first, oldest first
  size_t next_ = 0;
  int open_channels_ = 0;
  int64_t watermark_ = data::kMinWatermark;
  int64_t barrier_ = 0;  // being aligned, 0 if none
  bool idle_ = false;
};

}  // namespace thalweg::runtime
