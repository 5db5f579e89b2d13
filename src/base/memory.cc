#include "base/memory.h"

#include <fmt/format.h>

#include <cctype>

namespace thalweg {
namespace {

thread_local MemoryPool* current_pool = nullptr;

}  // namespace

MemoryPool::MemoryPool(std::string name, MemoryPool* parent, int64_t limit_bytes)
    : name_(std::move(name)),
      parent_(parent),
      parent_owner_(parent ? parent->weak_from_this().lock() : nullptr),
      limit_(limit_bytes) {}

MemoryPool::~MemoryPool() {
  // A table that is dropped whole leaves its bytes to its pool's end.
  if (parent_ != nullptr) parent_->Release(used());
}

Status MemoryPool::Exceeded(int64_t bytes) const {
  const std::string need = bytes > 0 ? fmt::format(" needs {} more, but", FormatBytes(bytes)) : "";
  return Status::ResourceExhausted(
      fmt::format("{}{} holds {} of its {} limit; raise --memory, or reduce the job's state "
                  "(table.exec.state.ttl, smaller windows, fewer keys)",
                  name_, need, FormatBytes(used()), FormatBytes(limit_)));
}

void MemoryPool::RaisePeak(int64_t used) {
  int64_t peak = peak_.load(std::memory_order_relaxed);
  while (used > peak && !peak_.compare_exchange_weak(peak, used, std::memory_order_relaxed)) {
  }
}

Status MemoryPool::Reserve(int64_t bytes) {
  for (MemoryPool* p = this; p != nullptr; p = p->parent_) {
    const int64_t now = p->used_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (now > p->limit_) {
      for (MemoryPool* q = this;; q = q->parent_) {
        q->used_.fetch_sub(bytes, std::memory_order_relaxed);
        if (q == p) break;
      }
      Status s = p->Exceeded(bytes);
      return p == this ? s : s.WithContext(name_);
    }
    p->RaisePeak(now);
  }
  return Status::OK();
}

void MemoryPool::Charge(int64_t bytes) {
  for (MemoryPool* p = this; p != nullptr; p = p->parent_) {
    p->RaisePeak(p->used_.fetch_add(bytes, std::memory_order_relaxed) + bytes);
  }
}

void MemoryPool::Release(int64_t bytes) {
  for (MemoryPool* p = this; p != nullptr; p = p->parent_) {
    p->used_.fetch_sub(bytes, std::memory_order_relaxed);
  }
}

Status MemoryPool::CheckLimit() const {
  for (const MemoryPool* p = this; p != nullptr; p = p->parent_) {
    if (p->used() > p->limit_)
      return p == this ? p->Exceeded(0) : p->Exceeded(0).WithContext(name_);
  }
  return Status::OK();
}

const MemoryPool* MemoryPool::Limited() const {
  const MemoryPool* pool = this;
  while (pool != nullptr && pool->limit_ == kNoLimit) pool = pool->parent_;
  return pool;
}

MemoryPool* MemoryPool::Process() {
  static MemoryPool* pool = new MemoryPool("process", nullptr);  // outlives every thread
  return pool;
}

MemoryPool* MemoryPool::Current() { return current_pool ? current_pool : Process(); }

ScopedMemoryPool::ScopedMemoryPool(MemoryPool* pool) : previous_(current_pool) {
  current_pool = pool;
}

ScopedMemoryPool::~ScopedMemoryPool() { current_pool = previous_; }

std::string FormatBytes(int64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double v = static_cast<double>(bytes);
  int u = 0;
  while (v >= 1024 && u < 4) {
    v /= 1024;
    ++u;
  }
  return u == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", v, kUnits[u]);
}

Result<int64_t> ParseBytes(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && text[i] == ' ') ++i;
  int64_t value = 0;
  const size_t digits = i;
  while (i < text.size() && std::isdigit(static_cast<unsigned char>(text[i]))) {
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, text[i] - '0', &value)) {
      return Status::InvalidSql(fmt::format("memory size '{}' is too large", text));
    }
    ++i;
  }
  const bool has_digits = i > digits;
  std::string unit;
  for (; i < text.size(); ++i) {
    if (text[i] != ' ')
      unit += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
  }
  int shift = -1;
  if (unit.empty() || unit == "b" || unit == "bytes") shift = 0;
  if (unit == "k" || unit == "kb" || unit == "kib" || unit == "kibibytes") shift = 10;
  if (unit == "m" || unit == "mb" || unit == "mib" || unit == "mebibytes") shift = 20;
  if (unit == "g" || unit == "gb" || unit == "gib" || unit == "gibibytes") shift = 30;
  if (unit == "t" || unit == "tb" || unit == "tib" || unit == "tebibytes") shift = 40;
  if (!has_digits || shift < 0) {
    return Status::InvalidSql(fmt::format(
        "'{}' is not a memory size; expected a number and a unit, like 512mb or 2gb", text));
  }
  if (value > (std::numeric_limits<int64_t>::max() >> shift)) {
    return Status::InvalidSql(fmt::format("memory size '{}' is too large", text));
  }
  return value << shift;
}

}  // namespace thalweg
