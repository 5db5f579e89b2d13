// StateSegment: the bytes that one snapshot of a StateStore has written, read back for a restore.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/status.h"

namespace thalweg::state {

/// May be shared by the stores of several subtasks (rescaling): Read is thread-safe.
class StateSegment {
 public:
  virtual ~StateSegment() = default;
  /// For errors: the file's path.
  virtual const std::string& name() const = 0;
  virtual int64_t size() const = 0;
  /// Exactly bytes [offset, offset + bytes), which lie within size().
  virtual Status Read(int64_t offset, size_t bytes, char* to) const = 0;
};

/// Bytes in memory, not owned.
class MemorySegment final : public StateSegment {
 public:
  MemorySegment(std::string name, std::string_view bytes) : name_(std::move(name)), bytes_(bytes) {}
  const std::string& name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  Status Read(int64_t offset, size_t bytes, char* to) const override {
    std::memcpy(to, bytes_.data() + offset, bytes);
    return Status::OK();
  }

 private:
  const std::string name_;
  const std::string_view bytes_;
};

}  // namespace thalweg::state
