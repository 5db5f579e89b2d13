#include "runtime/exchange/channel.h"

#include <bit>

#include "runtime/task/wakeup.h"

namespace thalweg::runtime {

Channel::Channel(int max_elements, int64_t max_bytes, Wakeup* producer, Wakeup* consumer)
    : mask_(std::bit_ceil(static_cast<uint32_t>(max_elements)) - 1),
      max_elements_(static_cast<uint32_t>(max_elements)),
      max_bytes_(max_bytes),
      producer_(producer),
      consumer_(consumer),
      slots_(mask_ + 1) {}

bool Channel::HasRoom() const {
  const uint32_t used =
      tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire);
  return used < max_elements_ && (used == 0 || bytes_.load(std::memory_order_relaxed) < max_bytes_);
}

void Channel::Push(data::Element element) {
  const uint32_t tail = tail_.load(std::memory_order_relaxed);
  bytes_.fetch_add(element.bytes, std::memory_order_relaxed);
  slots_[tail & mask_] = std::move(element);
  tail_.store(tail + 1, std::memory_order_release);
  if (consumer_ != nullptr) consumer_->Notify();
}

data::Element* Channel::Front() {
  const uint32_t head = head_.load(std::memory_order_relaxed);
  if (head == tail_.load(std::memory_order_acquire)) return nullptr;
  return &slots_[head & mask_];
}

void Channel::Pop() {
  const uint32_t head = head_.load(std::memory_order_relaxed);
  data::Element& slot = slots_[head & mask_];
  bytes_.fetch_sub(slot.bytes, std::memory_order_relaxed);
  slot = data::Element();  // drop the batch now, not when the ring comes round
  head_.store(head + 1, std::memory_order_release);
  if (producer_ != nullptr) producer_->Notify();
}

bool Channel::Empty() const {
  return head_.load(std::memory_order_acquire) == tail_.load(std::memory_order_acquire);
}

}  // namespace thalweg::runtime
