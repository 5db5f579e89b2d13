#include "formats/parallel_decoder.h"

#include <algorithm>

namespace thalweg::formats {
namespace {

/// More than any record may have: its decoder says so.
constexpr int64_t kUncutBytes = int64_t{65} << 20;

data::BufferPtr Slice(const data::BufferPtr& buffer, size_t begin, size_t end) {
  if (begin == 0 && end == static_cast<size_t>(buffer->size())) return buffer;
  return data::Buffer::Wrap(buffer->data() + begin, static_cast<int64_t>(end - begin), buffer);
}

}  // namespace

Result<std::unique_ptr<StreamDecoder>> MakeStreamDecoder(const Format& format, DecodeTarget target,
                                                         FormatOptions options,
                                                         FormatContext context, int helpers) {
  if (helpers == 0 || format.make_cutter == nullptr) {
    return format.make_decoder(target, options, context);
  }
  TW_ASSIGN_OR_RETURN(auto cutter, format.make_cutter(options));
  ParallelDecoder::MakeDecoder make = [&format, target = std::move(target),
                                       options = std::move(options), context = std::move(context)] {
    return format.make_decoder(target, options, context);
  };
  TW_RETURN_IF_ERROR(make().status());
  return {std::make_unique<ParallelDecoder>(std::move(make), std::move(cutter), helpers)};
}

ParallelDecoder::ParallelDecoder(MakeDecoder make, std::unique_ptr<StreamCutter> cutter,
                                 int helpers)
    : make_(std::move(make)), cutter_(std::move(cutter)), helpers_(helpers) {
  cutter_->Restart(true);
}

ParallelDecoder::~ParallelDecoder() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  for (std::thread& t : threads_) t.join();
}

void ParallelDecoder::Seek(const DecodePosition& position) {
  position_ = position;
  first_line_ = position.line;
  next_offset_ = position.byte_offset;
  cutter_->Restart(position.byte_offset == 0);
}

Status ParallelDecoder::Feed(data::BufferPtr chunk, bool last) {
  last_fed_ = last;
  const auto size = static_cast<size_t>(chunk->size());
  const size_t cut =
      last ? size : cutter_->Cut({reinterpret_cast<const char*>(chunk->data()), size});
  std::vector<data::BufferPtr> bytes = std::move(uncut_);
  uncut_.clear();
  if (cut > 0) bytes.push_back(Slice(chunk, 0, cut));
  if (cut == 0 && !last) {
    uncut_ = std::move(bytes);
  } else if (!bytes.empty()) {
    AddPart(std::move(bytes));
    uncut_bytes_ = 0;
  }
  if (cut < size) {
    uncut_.push_back(Slice(chunk, cut, size));
    uncut_bytes_ += static_cast<int64_t>(size - cut);
  }
  if (uncut_bytes_ > kUncutBytes) {
    AddPart(std::move(uncut_));
    uncut_.clear();
    uncut_bytes_ = 0;
  }
  return Status::OK();
}

void ParallelDecoder::AddPart(std::vector<data::BufferPtr> bytes) {
  auto part = std::make_unique<Part>();
  part->offset = next_offset_;
  for (const data::BufferPtr& b : bytes) next_offset_ += b->size();
  part->bytes = std::move(bytes);
  if (pool_ == nullptr) pool_ = MemoryPool::Current();
  std::lock_guard lock(mutex_);
  parts_.push_back(std::move(part));
  changed_.notify_all();
  if (parts_.size() < 2) return;
  while (threads_.size() < static_cast<size_t>(helpers_)) threads_.emplace_back([this] { Help(); });
}

Result<StreamDecoder::State> ParallelDecoder::Next(int32_t max_rows, data::Batch* batch) {
  if (max_rows_ == 0) max_rows_ = max_rows;
  for (;;) {
    if (current_ != nullptr) {
      if (next_piece_ < current_->pieces.size()) {
        Piece& piece = current_->pieces[next_piece_++];
        *batch = std::move(piece.batch);
        position_ = {piece.position.byte_offset, first_line_ + piece.position.line};
        return State::kBatch;
      }
      if (!current_->status.ok()) {
        DecodePart(current_.get(), first_line_);
        return current_->status;
      }
      first_line_ += current_->end.line;
      position_ = {current_->end.byte_offset, first_line_};
      current_.reset();
    }
    std::unique_lock lock(mutex_);
    if (parts_.empty() || (!last_fed_ && parts_.size() < window())) {
      return last_fed_ ? State::kEnd : State::kNeedInput;
    }
    if (parts_.front()->state == Part::State::kDone) {
      current_ = std::move(parts_.front());
      parts_.pop_front();
      next_piece_ = 0;
      skipped_ += current_->skipped;
    } else if (Part* part = FirstWaiting(); part != nullptr) {
      part->state = Part::State::kRunning;
      lock.unlock();
      DecodePart(part, 0);
      lock.lock();
      part->state = Part::State::kDone;
    } else {
      changed_.wait(lock, [this] { return parts_.front()->state == Part::State::kDone; });
    }
  }
}

void ParallelDecoder::Help() {
  std::unique_lock lock(mutex_);
  for (;;) {
    Part* part = nullptr;
    changed_.wait(lock, [&] { return stop_ || (part = FirstWaiting()) != nullptr; });
    if (stop_) return;
    part->state = Part::State::kRunning;
    lock.unlock();
    DecodePart(part, 0);
    lock.lock();
    part->state = Part::State::kDone;
    changed_.notify_all();
  }
}

ParallelDecoder::Part* ParallelDecoder::FirstWaiting() const {
  const auto waiting =
      std::ranges::find_if(parts_, [](const auto& p) { return p->state == Part::State::kWaiting; });
  return waiting == parts_.end() ? nullptr : waiting->get();
}

void ParallelDecoder::DecodePart(Part* part, int64_t first_line) const {
  const ScopedMemoryPool scope(pool_);
  part->pieces.clear();
  auto decoder = make_();
  if (!decoder.ok()) {
    part->status = decoder.status();
    return;
  }
  StreamDecoder& d = **decoder;
  if (part->offset > 0) d.Seek({part->offset, first_line});
  size_t fed = 0;
  for (;;) {
    data::Batch batch;
    auto state = d.Next(max_rows_, &batch);
    part->status = state.status();
    if (!state.ok() || *state == State::kEnd) break;
    if (*state == State::kBatch) {
      part->pieces.push_back({std::move(batch), d.position()});
      continue;
    }
    TW_CHECK(fed < part->bytes.size(), "a decoder wants input after the last chunk");
    const data::BufferPtr bytes = part->bytes[fed++];
    part->status = d.Feed(bytes, fed == part->bytes.size());
    if (!part->status.ok()) break;
  }
  part->end = d.position();
  part->skipped = d.skipped();
  if (part->status.ok()) part->bytes.clear();
}

}  // namespace thalweg::formats
