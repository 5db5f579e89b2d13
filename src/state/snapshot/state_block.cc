#include "state/snapshot/state_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/checksum.h"

namespace thalweg::state {
namespace {

/// A table's name is short: read with the header.
constexpr int64_t kHeadBytes = sizeof(BlockHeader) + 200;

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
  if (h->version != BlockHeader::kVersion) {
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

void BlockBuilder::Seal(BlockHeader h, std::string_view table, std::string* out) {
  h.magic = BlockHeader::kMagic;
  h.version = BlockHeader::kVersion;
  h.name_bytes = static_cast<uint16_t>(table.size());
  h.freed = static_cast<uint32_t>(freed_.size());
  h.rows = rows_;
  const std::string_view freed(reinterpret_cast<const char*>(freed_.data()), freed_.size() * 4);
  h.body_bytes = freed.size() + body_.size();
  const size_t start = out->size();
  out->resize(start + sizeof(h));
  out->append(table);
  const size_t body = out->size();
  out->append(freed);
  out->append(body_);
  h.body_checksum = Checksum64(std::string_view(*out).substr(body));
  h.head_checksum = HeadChecksum(h, table);
  std::memcpy(out->data() + start, &h, sizeof(h));
  body_.clear();
  freed_.clear();
  rows_ = 0;
}

}  // namespace thalweg::state
