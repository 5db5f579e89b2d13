#include "runtime/task/input_gate.h"

#include <algorithm>

namespace thalweg::runtime {

using data::ElementKind;
using Kind = InputGate::Event::Kind;

namespace {

// tests/sim builds itself a broken program, too: one whose barriers align too late, after rows that
// stand behind them. Its simulation must notice.
#ifdef THALWEG_BROKEN_ALIGNMENT
constexpr bool kBarriersBlock = false;
#else
constexpr bool kBarriersBlock = true;
#endif

}  // namespace

InputGate::InputGate(std::vector<std::vector<Channel*>> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    open_per_input_.push_back(static_cast<int>(inputs[i].size()));
    for (Channel* c : inputs[i]) {
      channels_.push_back({c, static_cast<int>(i)});
      ++open_channels_;
    }
  }
}

InputGate::Event InputGate::Next() {
  if (!pending_.empty()) {
    Event e = std::move(pending_.front());
    pending_.erase(pending_.begin());
    return e;
  }
  for (size_t tried = 0; tried < channels_.size();) {
    ChannelState& state = channels_[next_];
    const bool waits = kBarriersBlock && state.blocked;
    data::Element* front = waits || state.ended ? nullptr : state.channel->Front();
    if (front == nullptr) {
      next_ = (next_ + 1) % channels_.size();
      ++tried;
      continue;
    }
    data::Element element = std::move(*front);
    // Moving the batch out left the accounted bytes in place for Pop.
    front->bytes = element.bytes;
    state.channel->Pop();
    Event e = OnElement(&state, std::move(element));
    next_ = (next_ + 1) % channels_.size();
    if (e.kind != Kind::kNone) return e;
    tried = 0;
  }
  return {};
}

InputGate::Event InputGate::OnElement(ChannelState* state, data::Element element) {
  switch (element.kind) {
    case ElementKind::kBatch:
      return {Kind::kBatch, state->input, 0, std::move(element.batch)};
    case ElementKind::kWatermark:
      state->watermark = std::max(state->watermark, element.value);
      if (auto e = CombineWatermarks()) return std::move(*e);
      return {};
    case ElementKind::kIdle:
    case ElementKind::kActive:
      state->idle = element.kind == ElementKind::kIdle;
      if (auto e = CombineWatermarks()) return std::move(*e);
      return {};
    case ElementKind::kBarrier:
      if (element.value < barrier_) return {};  // of a checkpoint that was given up
      if (element.value > barrier_) {
        for (ChannelState& c : channels_) c.blocked = false;
        barrier_ = element.value;
      }
      state->blocked = true;
      if (auto e = TryAlign()) return std::move(*e);
      return {};
    case ElementKind::kEnd: {
      state->ended = true;
      --open_channels_;
      std::vector<Event> events;
      if (auto e = CombineWatermarks()) events.push_back(std::move(*e));
      if (barrier_ != 0) {
        if (auto e = TryAlign()) events.push_back(std::move(*e));
      }
      if (--open_per_input_[static_cast<size_t>(state->input)] == 0) {
        events.push_back({Kind::kInputEnd, state->input, element.value, {}});
      }
      if (events.empty()) return {};
      Event first = std::move(events.front());
      for (size_t i = 1; i < events.size(); ++i) pending_.push_back(std::move(events[i]));
      return first;
    }
  }
  return {};
}

std::optional<InputGate::Event> InputGate::CombineWatermarks() {
  int64_t lowest = data::kMaxWatermark;
  int64_t highest_idle = data::kMinWatermark;
  bool any_active = false;
  bool any_idle = false;
  for (const ChannelState& c : channels_) {
    // An ended channel counts with its last watermark: +infinity if it was exhausted.
    if (c.idle && !c.ended) {
      any_idle = true;
      highest_idle = std::max(highest_idle, c.watermark);
      continue;
    }
    if (!c.ended) any_active = true;
    lowest = std::min(lowest, c.watermark);
  }
  std::optional<Event> event;
  const bool all_idle = any_idle && !any_active;
  if (all_idle && lowest == data::kMaxWatermark) lowest = highest_idle;
  if (lowest > watermark_) {
    watermark_ = lowest;
    event = Event{Kind::kWatermark, 0, lowest, {}};
  }
  if (all_idle != idle_) {
    idle_ = all_idle;
    Event change{all_idle ? Kind::kIdle : Kind::kActive, 0, 0, {}};
    if (event) {
      pending_.push_back(std::move(change));
    } else {
      event = std::move(change);
    }
  }
  return event;
}

std::optional<InputGate::Event> InputGate::TryAlign() {
  for (const ChannelState& c : channels_) {
    if (!c.blocked && !c.ended) return std::nullopt;
  }
  for (ChannelState& c : channels_) c.blocked = false;
  Event e{Kind::kBarrier, 0, barrier_, {}};
  barrier_ = 0;
  return e;
}

}  // namespace thalweg::runtime
