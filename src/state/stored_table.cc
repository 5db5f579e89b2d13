#include "state/stored_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "state/snapshot/byte_stream.h"
#include "state/string_ref.h"
#include "state/value_list.h"

namespace thalweg::state {

Result<std::shared_ptr<const StoredTable>> StoredTable::Open(
    std::vector<std::shared_ptr<const StateSegment>> segments, TableSchema schema) {
  auto table = std::make_shared<StoredTable>();
  table->segments_ = std::move(segments);
  table->schema_ = std::move(schema);
  for (size_t s = table->segments_.size(); s-- > 0;) {
    Status wrong;
    TW_RETURN_IF_ERROR(VisitBlocks(
        *table->segments_[s], [&](const BlockHeader& h, std::string_view name, int64_t body) {
          if (name != table->schema_.name) return;
          if (h.layout != table->schema_.layout ||
              h.row_bytes != static_cast<uint32_t>(table->schema_.row_bytes)) {
            wrong = Status::BadData(
                fmt::format("{} at byte {}: its rows are not those that the checkpoint describes",
                            table->segments_[s]->name(), body));
          }
          table->blocks_[static_cast<int>(h.key_group)].push_back({h, s, body});
        }));
    TW_RETURN_IF_ERROR(wrong);
  }
  return {std::move(table)};
}

StoredRowBatch::StoredRowBatch(const TableSchema& schema, MemoryPool* pool)
    : schema_(schema), memory_(pool), slab_(&memory_) {
  std::vector<data::Type> types;
  for (const KeySchema& k : schema.keys) types.push_back(k.type);
  const RowLayout layout(types, 0);
  for (int i = 0; i < layout.num_keys(); ++i) {
    if (layout.key_is_string(i)) key_strings_.push_back(layout.key_offset(i));
  }
}

Status StoredRowBatch::Add(const char* image, std::string_view tail) {
  const auto row_bytes = static_cast<size_t>(schema_.row_bytes);
  const size_t begin = images_.size();
  images_.resize(begin + (row_bytes + 7) / 8);
  auto* row = reinterpret_cast<uint8_t*>(images_.data() + begin);
  std::memcpy(row, image, row_bytes);
  ByteReader in(tail);
  bool ok = true;
  for (const int32_t offset : key_strings_) {
    ok = ok && reinterpret_cast<StringRef*>(row + offset)->Load(&slab_, &in);
  }
  for (const FieldSchema& f : schema_.fields) {
    for (const TailPart& part : f.tails) {
      if (!ok) break;
      if (part.kind == TailPart::Kind::kString) {
        ok = reinterpret_cast<StringRef*>(row + part.offset)->Load(&slab_, &in);
      } else {
        ok = reinterpret_cast<ValueList*>(row + part.offset)->Load(&slab_, &in).ok();
      }
    }
  }
  if (!ok || in.remaining() != 0) {
    return Status::BadData("what a row owns is cut off or has bytes to spare");
  }
  rows_.push_back(nullptr);
  return memory_.status();
}

// The images do not move any more.
void StoredRowBatch::Seal() {
  const size_t words = (static_cast<size_t>(schema_.row_bytes) + 7) / 8;
  for (size_t i = 0; i < rows_.size(); ++i) {
    rows_[i] = reinterpret_cast<uint8_t*>(images_.data() + i * words);
  }
}

StoredRowReader::StoredRowReader(std::shared_ptr<const StoredTable> table,
                                 data::KeyGroupRange groups)
    : table_(std::move(table)), groups_(groups) {
  position_.group = groups.first;
}

Result<bool> StoredRowReader::Decide(uint32_t place) {
  if (place == 0 || place >= RowHeader::kDuplicate) {
    return Status::BadData("a place is out of range");
  }
  const size_t word = (place - 1) / 64;
  if (word >= decided_.size()) decided_.resize(std::max(word + 1, decided_.size() * 2));
  const uint64_t bit = uint64_t{1} << (place - 1) % 64;
  const bool fresh = (decided_[word] & bit) == 0;
  decided_[word] |= bit;
  return fresh;
}

Status StoredRowReader::LoadBlock(const StoredTable::Block& block) {
  body_.resize(block.header.body_bytes);
  const StateSegment& segment = *table_->segments_[block.segment];
  Status read = segment.Read(block.body, body_.size(), body_.data());
  const std::string_view bytes(body_.data(), body_.size());
  if (read.ok()) read = CheckBlockBody(block.header, bytes);
  if (read.ok()) contents_ = BlockContents(block.header, bytes);
  for (uint32_t i = 0; read.ok() && i < contents_.num_freed(); ++i) {
    read = Decide(contents_.FreedPlace(i)).status();
  }
  if (!read.ok()) {
    return read.WithContext(fmt::format("{} at byte {}", segment.name(), block.body));
  }
  loaded_ = true;
  return Status::OK();
}

Status StoredRowReader::ReadRows(int32_t max_rows, uint64_t until, StoredRowBatch* out) {
  const int32_t live = table_->schema_.live_offset;
  for (; position_.row < until; ++position_.row) {
    if (out != nullptr && out->size() >= max_rows) return Status::OK();
    const char* image;
    std::string_view tail;
    TW_RETURN_IF_ERROR(contents_.NextRow(&image, &tail));
    RowHeader header;
    std::memcpy(&header, image, sizeof(header));
    TW_ASSIGN_OR_RETURN(const bool fresh, Decide(header.place()));
    if (!fresh || out == nullptr) continue;
    uint32_t holds = 1;
    if (live >= 0) std::memcpy(&holds, image + live, sizeof(holds));
    if (holds == 0) continue;
    TW_RETURN_IF_ERROR(out->Add(image, tail));
  }
  return Status::OK();
}

Status StoredRowReader::Seek(const StoredRowPosition& position) {
  const Status gone = Status::BadData("the checkpoint that was being read has changed");
  if (!groups_.contains(position.group) && position.group != groups_.end) return gone;
  position_.group = position.group;
  const auto group = table_->blocks_.find(position.group);
  if (group == table_->blocks_.end()) return position.block == 0 ? Status::OK() : gone;
  if (position.block > group->second.size()) return gone;
  for (; position_.block < position.block; ++position_.block) {
    TW_RETURN_IF_ERROR(LoadBlock(group->second[position_.block]));
    position_.row = 0;
    TW_RETURN_IF_ERROR(ReadRows(0, contents_.num_rows(), nullptr));
    position_.row = 0;
    loaded_ = false;
  }
  if (position.row == 0) return Status::OK();
  if (position.block == group->second.size()) return gone;
  TW_RETURN_IF_ERROR(LoadBlock(group->second[position_.block]));
  if (position.row > contents_.num_rows()) return gone;
  return ReadRows(0, position.row, nullptr);
}

Result<bool> StoredRowReader::Next(int32_t max_rows, int* key_group, StoredRowBatch* out) {
  while (position_.group < groups_.end) {
    const auto group = table_->blocks_.find(position_.group);
    if (group == table_->blocks_.end() || position_.block == group->second.size()) {
      if (out->size() > 0) break;
      ++position_.group;
      position_.block = position_.row = 0;
      decided_.clear();
      loaded_ = false;
      continue;
    }
    const StoredTable::Block& block = group->second[position_.block];
    if (!loaded_) TW_RETURN_IF_ERROR(LoadBlock(block));
    Status read = ReadRows(max_rows, contents_.num_rows(), out);
    if (!read.ok()) {
      const StateSegment& segment = *table_->segments_[block.segment];
      return read.WithContext(fmt::format("{} at byte {}", segment.name(), block.body));
    }
    if (position_.row < contents_.num_rows()) break;  // the batch is full
    ++position_.block;
    position_.row = 0;
    loaded_ = false;
  }
  *key_group = position_.group;
  out->Seal();
  return out->size() > 0;
}

}  // namespace thalweg::state
