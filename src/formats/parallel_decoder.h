// ParallelDecoder: one stream, decoded by several threads, with the result of a single decoder.
//
//   Feed -> cut at a record's end -> parts -> decoded by helpers, or by the caller -> Next, in
//   order
//
// The caller feeds a few parts ahead. When Next finds the oldest part undone, it decodes that part
// itself, or, if a helper is about it, another one; it waits only when every part is in work, and
// so never longer than for what is left of one part. Line numbers: parts count their own, and what
// Next returns is put right; a part with an error is decoded again from its true line, for the text
// of the error. Helpers start with the second part, so that small files have none.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/memory.h"
#include "formats/registry.h"

namespace thalweg::formats {

/// A decoder of the format that up to `helpers` threads help; of its own kind if there are none, or
/// if streams of the format cannot be cut.
Result<std::unique_ptr<StreamDecoder>> MakeStreamDecoder(const Format& format, DecodeTarget target,
                                                         FormatOptions options,
                                                         FormatContext context, int helpers);

class ParallelDecoder : public StreamDecoder {
 public:
  using MakeDecoder = std::function<Result<std::unique_ptr<StreamDecoder>>()>;

  /// `make`: a decoder of one part, called from any thread. `helpers` > 0.
  ParallelDecoder(MakeDecoder make, std::unique_ptr<StreamCutter> cutter, int helpers);
  ~ParallelDecoder() override;

  void Seek(const DecodePosition& position) override;
  Status Feed(data::BufferPtr chunk, bool last) override;
  /// `max_rows` must be the same each time.
  Result<State> Next(int32_t max_rows, data::Batch* batch) override;
  DecodePosition position() const override { return position_; }
  /// Of the parts whose rows Next has begun to return.
  int64_t skipped() const override { return skipped_; }

 private:
  struct Piece {
    data::Batch batch;
    DecodePosition position;  // lines: of this part
  };
  struct Part {
    enum class State { kWaiting, kRunning, kDone };

    std::vector<data::BufferPtr> bytes;
    int64_t offset = 0;
    State state = State::kWaiting;  // under mutex_

    // What came of it: the decoding thread's until kDone, then Next's.
    std::vector<Piece> pieces;
    DecodePosition end;
    int64_t skipped = 0;
    Status status;
  };

  void AddPart(std::vector<data::BufferPtr> bytes);
  void Help();
  void DecodePart(Part* part, int64_t first_line) const;
  Part* FirstWaiting() const;  // under mutex_
  size_t window() const { return static_cast<size_t>(helpers_) * 2 + 1; }

  const MakeDecoder make_;
  const std::unique_ptr<StreamCutter> cutter_;
  const int helpers_;

  // The caller's.
  std::vector<data::BufferPtr> uncut_;  // behind the last part: a record that goes on
  int64_t uncut_bytes_ = 0;
  int64_t next_offset_ = 0;  // of the next part
  bool last_fed_ = false;
  std::unique_ptr<Part> current_;  // whose pieces are being returned
  size_t next_piece_ = 0;
  int64_t first_line_ = 0;  // of the current part
  int64_t skipped_ = 0;
  DecodePosition position_;

  // Set before the first part is there.
  int32_t max_rows_ = 0;
  MemoryPool* pool_ = nullptr;

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Part>> parts_;  // under mutex_
  bool stop_ = false;                        // under mutex_
};

}  // namespace thalweg::formats
