#include "connectors/filesystem/file_sink_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/failpoint.h"
#include "connectors/filesystem/file_sink_takeover.h"
#include "data/column.h"

namespace thalweg::connectors {
namespace {

/// Appends bytes that tell the value from every other one of its column.
void AppendRawValue(const data::Column& column, int32_t row, std::string* key) {
  if (column.IsNull(row)) {
    key->push_back('\0');
    return;
  }
  key->push_back('\1');
  if (column.physical() == data::PhysicalType::kString) {
    const auto text = column.At<std::string_view>(row);
    const auto size = static_cast<uint32_t>(text.size());
    key->append(reinterpret_cast<const char*>(&size), sizeof(size));
    key->append(text);
    return;
  }
  const auto width = static_cast<size_t>(data::PhysicalWidth(column.physical()));
  const auto* values = column.storage().values<uint8_t>();
  key->append(
      reinterpret_cast<const char*>(values) + width * static_cast<size_t>(column.StorageIndex(row)),
      width);
}

/// Whether two rows have the same value, as far as that can be told without reading texts: what is
/// derived from rows near each other (DATE_FORMAT) often is the very same text.
bool ClearlySame(const data::Column& column, int32_t a, int32_t b) {
  const int32_t i = column.StorageIndex(a), j = column.StorageIndex(b);
  if (i == j) return true;
  if (column.physical() != data::PhysicalType::kString || column.IsNull(a) || column.IsNull(b)) {
    return false;
  }
  const auto* texts = column.storage().values<std::string_view>();
  return texts[i].data() == texts[j].data() && texts[i].size() == texts[j].size();
}

}  // namespace

FileSinkWriter::FileSinkWriter(const FileSinkOptions& options, const WriterContext& context)
    : options_(options), context_(context) {}

int64_t FileSinkWriter::now_ms() const {
  if (now_ms_ != 0) return now_ms_;
  if (context_.eval != nullptr && context_.eval->now_ms != 0) return context_.eval->now_ms;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Status FileSinkWriter::Write(const data::Batch& batch) {
  if (batch.empty()) return Status::OK();
  data::Batch rows;
  rows.size = batch.size;
  for (const int i : options_.file_column_indices) {
    rows.columns.push_back(batch.columns[static_cast<size_t>(i)]);
  }
  if (options_.partition_indices.empty()) {
    rows.selection = batch.selection;
    rows.selected_count = batch.selected_count;
    return WriteTo(&partitions_[""], rows);
  }
  std::vector<Partition*> hit;
  const data::Rows selected = batch.rows();
  Partition* latest = nullptr;
  for (int32_t k = 0; k < selected.count(); ++k) {
    const bool same =
        k > 0 && std::all_of(options_.partition_indices.begin(), options_.partition_indices.end(),
                             [&](int i) {
                               return ClearlySame(*batch.columns[static_cast<size_t>(i)],
                                                  selected[k - 1], selected[k]);
                             });
    if (!same) {
      TW_ASSIGN_OR_RETURN(latest, PartitionOf(batch, selected[k]));
    }
    if (latest->rows.empty()) hit.push_back(latest);
    latest->rows.push_back(selected[k]);
  }
  for (Partition* partition : hit) {
    const auto count = static_cast<int32_t>(partition->rows.size());
    auto indices = data::Buffer::Allocate(static_cast<int64_t>(count) * 4);
    std::memcpy(indices->mutable_data(), partition->rows.data(), static_cast<size_t>(count) * 4);
    partition->rows.clear();
    rows.Select(std::move(indices), count);
    TW_RETURN_IF_ERROR(WriteTo(partition, rows));
  }
  return Status::OK();
}

Result<FileSinkWriter::Partition*> FileSinkWriter::PartitionOf(const data::Batch& batch,
                                                               int32_t row) {
  key_.clear();
  for (const int i : options_.partition_indices) {
    AppendRawValue(*batch.columns[static_cast<size_t>(i)], row, &key_);
  }
  if (previous_ != nullptr && key_ == previous_key_) return previous_;
  Partition*& found = by_key_[key_];
  if (found == nullptr) {
    PartitionSpec spec;
    for (size_t i = 0; i < options_.partition_keys.size(); ++i) {
      const auto& column = *batch.columns[static_cast<size_t>(options_.partition_indices[i])];
      spec.emplace_back(options_.partition_keys[i],
                        PartitionValueToText(column, row, options_.default_partition_name));
    }
    const std::string path = PartitionPath(spec);
    found = &partitions_[path];
    found->path = path;
  }
  previous_ = found;
  previous_key_ = key_;
  return found;
}

Status FileSinkWriter::WriteTo(Partition* partition, const data::Batch& rows) {
  if (partition->open == nullptr) TW_RETURN_IF_ERROR(OpenNew(partition));
  OpenFile* file = partition->open.get();
  partition->touched = true;
  file->used = ++uses_;
  file->updated_ms = now_ms();
  Status status = file->rows != nullptr ? file->rows->Encode(rows, &file->buffer)
                                        : file->bulk->Write(rows, &file->buffer);
  if (!status.ok()) return status.WithContext(fmt::format("table '{}'", options_.table_name));
  if (file->buffer.size() >= kFlushBytes) TW_RETURN_IF_ERROR(Flush(file));
  const int64_t bytes = file->written + static_cast<int64_t>(file->buffer.size());
  return options_.streaming && bytes > options_.rolling.file_bytes ? Roll(partition) : Status::OK();
}

Status FileSinkWriter::MakeEncoder(OpenFile* file) const {
  const FileFormat& format = options_.format;
  if (is_bulk()) {
    TW_ASSIGN_OR_RETURN(file->bulk, format.format->make_file_encoder(
                                        options_.file_columns, format.options, format.context));
  } else {
    TW_ASSIGN_OR_RETURN(file->rows, format.format->make_encoder(options_.file_columns,
                                                                format.options, format.context));
  }
  return Status::OK();
}

Status FileSinkWriter::OpenNew(Partition* partition, const PartFileName* origin) {
  auto file = std::make_unique<OpenFile>();
  const Ownership& owner = options_.owner;
  if (origin != nullptr && origin->lineage == owner.lineage) {
    file->name = origin->Hidden();
    file->name.generation = owner.generation;
  } else {
    file->name = {.lineage = owner.lineage,
                  .generation = owner.generation,
                  .origin = owner.generation,
                  .subtask = context_.subtask,
                  .number = counter_++};
  }
  const std::string folder =
      partition->path.empty() ? options_.root : JoinPath(options_.root, partition->path);
  file->hidden = JoinPath(folder, file->name.ToString());
  TW_RETURN_IF_ERROR(MakeEncoder(file.get()));
  TW_ASSIGN_OR_RETURN(file->file, options_.file_system->Create(file->hidden));
  ++descriptors_;
  file->created_ms = file->updated_ms = now_ms();
  file->used = ++uses_;
  if (file->rows != nullptr) TW_RETURN_IF_ERROR(file->rows->Begin(&file->buffer));
  partition->open = std::move(file);
  return LimitDescriptors(partition->open.get());
}

Status FileSinkWriter::LimitDescriptors(const OpenFile* keep) {
  while (descriptors_ > kMaxOpen) {
    Partition* oldest = nullptr;
    for (auto& [path, p] : partitions_) {
      if (p.open == nullptr || p.open->file == nullptr || p.open.get() == keep) continue;
      if (oldest == nullptr || p.open->used < oldest->open->used) oldest = &p;
    }
    if (oldest == nullptr) return Status::OK();
    if (is_bulk()) {
      TW_RETURN_IF_ERROR(Roll(oldest));
    } else {
      TW_RETURN_IF_ERROR(Flush(oldest->open.get()));
      TW_RETURN_IF_ERROR(oldest->open->file->Close());
      oldest->open->file = nullptr;
      --descriptors_;
    }
  }
  return Status::OK();
}

Status FileSinkWriter::EnsureDescriptor(OpenFile* file) {
  if (file->file != nullptr) return Status::OK();
  TW_ASSIGN_OR_RETURN(file->file, options_.file_system->OpenForAppend(file->hidden, file->written));
  ++descriptors_;
  return LimitDescriptors(file);
}

Status FileSinkWriter::Flush(OpenFile* file) {
  if (file->buffer.empty()) return Status::OK();
  TW_RETURN_IF_ERROR(EnsureDescriptor(file));
  TW_RETURN_IF_ERROR(file->file->Append(file->buffer));
  file->unsynced = true;
  file->written += static_cast<int64_t>(file->buffer.size());
  file->buffer.clear();
  return Status::OK();
}

Status FileSinkWriter::Roll(Partition* partition) {
  OpenFile* file = partition->open.get();
  TW_RETURN_IF_ERROR(file->rows != nullptr ? file->rows->Finish(&file->buffer)
                                           : file->bulk->Finish(&file->buffer));
  TW_RETURN_IF_ERROR(Flush(file));
  if (file->file != nullptr) {
    TW_RETURN_IF_ERROR(file->file->Close());
    file->file = nullptr;
    --descriptors_;
  }
  // A restore of a checkpoint that knows the file's beginning looks for it under its own name.
  const bool known = file->in_snapshot || file->name.origin != file->name.generation;
  const bool joinable = file->rows == nullptr || file->rows->appendable();
  rolled_.push_back(
      {file->name, file->hidden, file->written, file->in_snapshot, joinable && !known});
  partition->open = nullptr;
  return Status::OK();
}

Result<std::string> FileSinkWriter::Seal(int64_t epoch, bool roll) {
  TW_FAILPOINT("sink:seal");
  for (auto& [path, partition] : partitions_) {
    if (partition.touched && !path.empty()) next_.partitions.push_back(path);
    partition.touched = false;
    OpenFile* file = partition.open.get();
    if (file == nullptr) continue;
    bool keep = !roll && options_.streaming && !options_.compact_bytes && file->rows != nullptr &&
                file->rows->appendable() && file->written <= options_.rolling.file_bytes;
    // What is marked complete with this epoch has no rows in hidden files.
    if (keep && options_.commit.success_file && !path.empty()) {
      const int64_t watermark_ms =
          context_.eval != nullptr ? context_.eval->watermark_ms : INT64_MIN;
      TW_ASSIGN_OR_RETURN(const bool complete, IsComplete(options_.commit, path, file->created_ms,
                                                          watermark_ms, now_ms()));
      keep = !complete;
    }
    if (!keep) {
      TW_RETURN_IF_ERROR(Roll(&partition));
      continue;
    }
    TW_RETURN_IF_ERROR(Flush(file));
    if (file->unsynced) next_.open.push_back(file->hidden);
    file->unsynced = false;
  }
  for (const Rolled& r : rolled_) {
    std::string visible = JoinPath(ParentDirectory(r.hidden), r.name.Visible(epoch).ToString());
    if (options_.compact_bytes && r.may_be_merged) {
      next_.compact.push_back({r.hidden, std::move(visible), r.bytes});
    } else {
      next_.publish.push_back({r.hidden, std::move(visible)});
    }
  }
  rolled_.clear();
  // Partitions without an open file are forgotten, so that their number does not grow for ever.
  previous_ = nullptr;
  by_key_.clear();
  std::erase_if(partitions_, [](const auto& p) { return p.second.open == nullptr; });
  TW_FAILPOINT("sink:sealed");
  std::string committable = next_.Encode();
  next_ = {};
  return committable;
}

Result<std::string> FileSinkWriter::Snapshot() {
  std::vector<OpenFileState> files;
  for (auto& [path, partition] : partitions_) {
    if (partition.open == nullptr) continue;
    OpenFile& file = *partition.open;
    TW_CHECK(file.rows != nullptr && file.buffer.empty(), "a snapshot follows a seal");
    file.in_snapshot = true;
    files.push_back({file.hidden, path, file.written, file.created_ms});
  }
  return OpenFileState::EncodeAll(files);
}

Status FileSinkWriter::Restore(const std::vector<std::string>& snapshots) {
  for (const std::string& snapshot : snapshots) {
    TW_ASSIGN_OR_RETURN(const auto files, OpenFileState::DecodeAll(snapshot));
    for (const OpenFileState& state : files) {
      TW_ASSIGN_OR_RETURN(const auto source, FindCarried(options_, state));
      if (!source) continue;
      Partition* partition = &partitions_[state.partition];
      partition->path = state.partition;
      if (partition->open != nullptr) TW_RETURN_IF_ERROR(Roll(partition));
      const auto origin = PartFileName::Parse(FileName(state.hidden));
      TW_RETURN_IF_ERROR(OpenNew(partition, &*origin));
      OpenFile* file = partition->open.get();
      TW_RETURN_IF_ERROR(CopyCarried(state, *source, file));
      file->created_ms = state.created_ms;
      // Another lineage may still go on with its file.
      if (origin->lineage == options_.owner.lineage) next_.remove.push_back(*source);
    }
  }
  return Status::OK();
}

// The valid bytes move to a file of this generation: the old one may still have a writer that does
// not know it is dead.
Status FileSinkWriter::CopyCarried(const OpenFileState& state, const std::string& source,
                                   OpenFile* file) {
  file->buffer.clear();
  TW_ASSIGN_OR_RETURN(const auto old, options_.file_system->OpenForRead(source));
  if (old->size() < state.valid_length) {
    return Status::Io(fmt::format("{}: holds {} bytes, but the checkpoint knows {}", source,
                                  old->size(), state.valid_length));
  }
  while (file->written < state.valid_length) {
    file->buffer.resize(
        std::min<size_t>(kFlushBytes, static_cast<size_t>(state.valid_length - file->written)));
    TW_ASSIGN_OR_RETURN(const int64_t n,
                        old->ReadAt(file->written, static_cast<int64_t>(file->buffer.size()),
                                    reinterpret_cast<uint8_t*>(file->buffer.data())));
    if (n != static_cast<int64_t>(file->buffer.size())) {
      return Status::Io(source + ": shrank while it was copied");
    }
    TW_RETURN_IF_ERROR(Flush(file));
  }
  return Status::OK();
}

Status FileSinkWriter::OnProcessingTime(int64_t now_ms) {
  now_ms_ = now_ms;
  if (!options_.streaming || now_ms - last_check_ms_ < options_.rolling.check_ms) {
    return Status::OK();
  }
  last_check_ms_ = now_ms;
  for (auto& [path, partition] : partitions_) {
    const OpenFile* file = partition.open.get();
    if (file == nullptr) continue;
    if (now_ms - file->created_ms >= options_.rolling.rollover_ms ||
        now_ms - file->updated_ms >= options_.rolling.inactivity_ms) {
      TW_RETURN_IF_ERROR(Roll(&partition));
    }
  }
  return Status::OK();
}

void FileSinkWriter::Abort() {
  for (auto& [path, partition] : partitions_) {
    if (partition.open == nullptr) continue;
    if (partition.open->file != nullptr) (void)partition.open->file->Close();
    // A file that a checkpoint mentions belongs to whoever restores it.
    if (!partition.open->in_snapshot) {
      (void)options_.file_system->RemoveFile(partition.open->hidden);
    }
  }
  for (const Rolled& r : rolled_) {
    if (!r.in_snapshot) (void)options_.file_system->RemoveFile(r.hidden);
  }
  rolled_.clear();
  partitions_.clear();
  by_key_.clear();
  previous_ = nullptr;
  next_ = {};
}

}  // namespace thalweg::connectors
