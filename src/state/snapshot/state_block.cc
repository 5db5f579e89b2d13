#include "state/snapshot/state_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/checksum.h"
#include "state/snapshot/column_packing.h"
#include "state/snapshot/row_packing.h"

namespace thalweg::state {
namespace {

/// A table's name is short: read with the header.
constexpr int64_t kHeadBytes = sizeof(BlockHeader) + 200;

/// What a block's bytes grow by, once there are as many.
constexpr size_t kStep = 4 << 10;

uint64_t HeadChecksum(const BlockHeader& h, std::string_view name) {
  std::string bytes(reinterpret_cast<const char*>(&h), offsetof(BlockHeader, head_checksum));
  bytes += name;
  return Checksum64(bytes);
}

}  // namespace

Status ReadBlockHead(std::string_view head, BlockHeader* h, std::string_view* name) {
  if (head.size() < sizeof(BlockHeader)) return Status::BadData("a block's header is cut off");
  std::memcpy(h, head.data(), sizeof(BlockHeader));
  if (h->magic != BlockHeader::kMagic) return Status::BadData("this is no block of state");
  if (h->version == 0 || h->version == 2 || h->version > BlockHeader::kVersion) {
    return Status::BadData(
        fmt::format("blocks of state of version {}, which this program does not "
                    "know",
                    h->version));
  }
  if (head.size() < sizeof(BlockHeader) + h->name_bytes) {
    return Status::BadData("a block's name is cut off");
  }
  *name = head.substr(sizeof(BlockHeader), h->name_bytes);
  if (HeadChecksum(*h, *name) != h->head_checksum) {
    return Status::BadData("a block's header is damaged (its checksum does not fit)");
  }
  return Status::OK();
}

Status CheckBlockBody(const BlockHeader& h, std::string_view body) {
  if (body.size() != h.body_bytes || body.size() < uint64_t{h.freed} * 4) {
    return Status::BadData("a block's rows are cut off");
  }
  if (Checksum64(body) != h.body_checksum) {
    return Status::BadData("a block's rows are damaged (their checksum does not fit)");
  }
  return Status::OK();
}

Status VisitBlocks(const StateSegment& segment, const BlockVisitor& f) {
  std::string head;
  for (int64_t at = 0; at < segment.size();) {
    const auto wrong = [&](const Status& status) {
      return status.WithContext(fmt::format("{} at byte {}", segment.name(), at));
    };
    head.resize(static_cast<size_t>(std::min(kHeadBytes, segment.size() - at)));
    TW_RETURN_IF_ERROR(segment.Read(at, head.size(), head.data()));
    BlockHeader header;
    std::string_view name;
    Status read = ReadBlockHead(head, &header, &name);
    if (!read.ok()) return wrong(read);
    const int64_t body = at + static_cast<int64_t>(sizeof(header) + name.size());
    if (header.body_bytes > static_cast<uint64_t>(segment.size() - body)) {
      return wrong(Status::BadData("a block's rows are cut off"));
    }
    f(header, name, body);
    at = body + static_cast<int64_t>(header.body_bytes);
  }
  return Status::OK();
}

void BlockBuilder::Begin(std::string_view table, std::string* out) {
  out_ = out;
  start_ = out->size();
  out->append(sizeof(BlockHeader), '\0');
  out->append(table);
  body_ = end_ = out->size();
}

void BlockBuilder::AddRow(uint64_t hash, const uint8_t* row, size_t row_bytes,
                          std::string_view tail) {
  const RowHeader& h = *HeaderOf(row);
  const uint32_t distance = h.place_bits - last_place_bits_ - 1;
  last_place_bits_ = h.place_bits;
  ++rows_;
  char* end = End(1 + PackedRoom(row_bytes) + tail.size());
  *end++ = 0;
  end = PackRow(hash, static_cast<uint32_t>(tail.size()), distance, row, row_bytes, end);
  if (!tail.empty()) std::memcpy(end, tail.data(), tail.size());
  end_ = static_cast<size_t>(end - out_->data()) + tail.size();
}

void BlockBuilder::AddRows(std::span<const uint8_t* const> rows, bool hashes, size_t row_bytes) {
  if (rows.empty()) return;
  rows_ += static_cast<uint32_t>(rows.size());
  char* end = End(1 + PackedRowsRoom(rows.size(), row_bytes));
  *end++ = static_cast<char>(rows.size());
  end = PackRows(rows, hashes, row_bytes, &last_place_bits_, end);
  end_ = static_cast<size_t>(end - out_->data());
}

char* BlockBuilder::End(size_t room) {
  if (out_->size() < end_ + room) {
    out_->resize(end_ + std::max(room, std::min(end_ - start_, kStep)));
  }
  return out_->data() + end_;
}

void BlockBuilder::Seal(BlockHeader h) {
  std::string* out = std::exchange(out_, nullptr);
  if (rows_ == 0 && freed_.empty()) return out->resize(start_);
  out->resize(end_);
  h.magic = BlockHeader::kMagic;
  h.version = BlockHeader::kVersion;
  const std::string table = out->substr(start_ + sizeof(h), body_ - start_ - sizeof(h));
  h.name_bytes = static_cast<uint16_t>(table.size());
  h.freed = static_cast<uint32_t>(freed_.size());
  h.rows = rows_;
  out->append(reinterpret_cast<const char*>(freed_.data()), freed_.size() * 4);
  const std::string_view body = std::string_view(*out).substr(body_);
  h.body_bytes = body.size();
  h.body_checksum = Checksum64(body);
  h.head_checksum = HeadChecksum(h, table);
  std::memcpy(out->data() + start_, &h, sizeof(h));
  freed_.clear();
  rows_ = last_place_bits_ = 0;
}

BlockContents::BlockContents(const BlockHeader& header, std::string_view body)
    : row_bytes_(header.row_bytes), rows_(header.rows), version_(header.version) {
  const size_t freed = size_t{header.freed} * 4;
  const size_t rows = body.size() - freed;
  freed_ = version_ > 1 ? body.substr(rows) : body.substr(0, freed);
  left_ = version_ > 1 ? body.substr(0, rows) : body.substr(freed);
}

uint32_t BlockContents::FreedPlace(uint32_t i) const {
  uint32_t place;
  std::memcpy(&place, freed_.data() + size_t{i} * 4, 4);
  return place;
}

bool BlockContents::Unpack() {
  const char* from = left_.data();
  const char* const end = from + left_.size();
  size_t rows = 0;  // 0: one that stands alone
  if (version_ > 3) {
    if (from == end) return false;
    rows = static_cast<uint8_t>(*from++);
    if (rows > kMostPackedRows) return false;
  }
  together_ = given_ = 0;
  const size_t together = std::max<size_t>(rows, 1);
  if (images_.size() < together * row_bytes_) images_.resize(together * row_bytes_);
  if (rows > 0) {
    from = UnpackRows(from, end, rows, row_bytes_, images_.data());
  } else if (version_ > 1) {
    from = UnpackRow(from, end, row_bytes_, images_.data());
  } else if (left_.size() >= row_bytes_) {
    std::memcpy(images_.data(), from, row_bytes_);
    from += row_bytes_;
  } else {
    return false;
  }
  if (from == nullptr) return false;
  left_.remove_prefix(static_cast<size_t>(from - left_.data()));
  together_ = together;
  return true;
}

Status BlockContents::NextRow(const char** image, std::string_view* tail) {
  if (given_ == together_ && !Unpack()) return Status::BadData("a row is cut off");
  char* const row = images_.data() + given_++ * row_bytes_;
  RowHeader h;
  std::memcpy(&h, row, sizeof(h));
  if (left_.size() < h.group) return Status::BadData("a row's strings are cut off");
  *tail = left_.substr(0, h.group);
  left_.remove_prefix(h.group);
  if (version_ > 1) h.place_bits += last_place_bits_ + 1;
  last_place_bits_ = h.place_bits;
  h.stamp = h.group = h.epoch = 0;
  std::memcpy(row, &h, sizeof(h));
  *image = row;
  return h.place() != 0 ? Status::OK() : Status::BadData("a place is out of range");
}

Status BlockContents::CheckEnd() const {
  return left_.empty() && given_ == together_ ? Status::OK()
                                              : Status::BadData("a block has bytes to spare");
}

}  // namespace thalweg::state
