#include "state/state_block.h"

#include <fmt/format.h>

#include <cstring>

#include "base/checksum.h"

namespace thalweg::state {
namespace {

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
