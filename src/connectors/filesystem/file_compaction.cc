#include "connectors/filesystem/file_compaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <thread>
#include <tuple>

#include "base/failpoint.h"
#include "connectors/filesystem/part_file_name.h"
#include "connectors/filesystem/whole_file.h"

namespace thalweg::connectors {
namespace {

using Part = FileCommittable::Part;

constexpr size_t kOpenBins = 10;
constexpr int64_t kPieceBytes = 256 << 10;
constexpr int32_t kBatchRows = 4096;

/// Several files that become one.
struct Merge {
  std::string target;
  std::vector<Part> inputs;
};

/// Appends the files' bytes one after the other.
Status Join(FileSystem* fs, const std::vector<Part>& inputs, WritableFile* out) {
  std::string piece;
  for (const Part& input : inputs) {
    TW_ASSIGN_OR_RETURN(const auto file, fs->OpenForRead(input.hidden));
    for (int64_t at = 0; at < input.bytes;) {
      piece.resize(static_cast<size_t>(std::min(kPieceBytes, input.bytes - at)));
      TW_ASSIGN_OR_RETURN(const int64_t n, file->ReadAt(at, static_cast<int64_t>(piece.size()),
                                                        reinterpret_cast<uint8_t*>(piece.data())));
      if (n == 0) {
        return Status::Io(fmt::format("{}: holds {} of the {} bytes that were written",
                                      input.hidden, at, input.bytes));
      }
      TW_RETURN_IF_ERROR(out->Append(std::string_view(piece).substr(0, static_cast<size_t>(n))));
      at += n;
    }
  }
  return Status::OK();
}

/// Reads the files' rows and encodes them again.
Status Reencode(const FileSinkOptions& options, const std::vector<Part>& inputs,
                WritableFile* out) {
  const FileFormat& format = options.format;
  TW_ASSIGN_OR_RETURN(auto encoder, format.format->make_file_encoder(
                                        options.file_columns, format.options, format.context));
  std::string bytes;
  const auto flush = [&] {
    const Status s = out->Append(bytes);
    bytes.clear();
    return s;
  };
  for (const Part& input : inputs) {
    TW_ASSIGN_OR_RETURN(auto file, options.file_system->OpenForRead(input.hidden));
    TW_ASSIGN_OR_RETURN(auto reader,
                        format.format->make_reader(
                            std::make_shared<WholeFile>(std::move(file)),
                            formats::DecodeTarget{options.file_columns, options.file_columns}, {},
                            format.options, format.context));
    for (;;) {
      data::Batch batch;
      auto more = reader->Next(kBatchRows, &batch);
      if (!more.ok()) return more.status().WithContext(input.hidden);
      if (!*more) break;
      TW_RETURN_IF_ERROR(encoder->Write(batch, &bytes));
      if (static_cast<int64_t>(bytes.size()) >= kPieceBytes) TW_RETURN_IF_ERROR(flush());
    }
  }
  TW_RETURN_IF_ERROR(encoder->Finish(&bytes));
  return flush();
}

Status Run(const FileSinkOptions& options, const Merge& merge) {
  FileSystem* fs = options.file_system;
  // Of an attempt whose checkpoint has failed.
  TW_RETURN_IF_ERROR(fs->RemoveFile(merge.target));
  TW_ASSIGN_OR_RETURN(auto out, fs->Create(merge.target));
  TW_FAILPOINT("compact:created");
  Status merged = options.format.format->make_encoder != nullptr
                      ? Join(fs, merge.inputs, out.get())
                      : Reencode(options, merge.inputs, out.get());
  if (merged.ok()) merged = out->Close();
  // A full disk needs the room.
  if (!merged.ok()) (void)fs->RemoveFile(merge.target);
  TW_FAILPOINT("compact:merged");
  return merged;
}

Status RunAll(const FileSinkOptions& options, const std::vector<Merge>& merges, size_t threads) {
  std::vector<Status> results(merges.size());
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  const auto work = [&] {
    for (size_t i; !failed && (i = next.fetch_add(1)) < merges.size();) {
      results[i] = Run(options, merges[i]);
      if (!results[i].ok()) failed = true;
    }
  };
  std::vector<std::thread> others;
  for (size_t t = 1; t < std::min(threads, merges.size()); ++t) others.emplace_back(work);
  work();
  for (std::thread& t : others) t.join();
  for (Status& s : results) TW_RETURN_IF_ERROR(std::move(s));
  return Status::OK();
}

}  // namespace

std::vector<std::vector<size_t>> PackFiles(const std::vector<int64_t>& bytes,
                                           int64_t target_bytes) {
  struct Bin {
    std::vector<size_t> files;
    int64_t bytes = 0;
  };
  std::vector<std::vector<size_t>> packed;
  std::deque<Bin> open;
  for (size_t i = 0; i < bytes.size(); ++i) {
    auto bin = std::ranges::find_if(
        open, [&](const Bin& b) { return b.bytes + bytes[i] <= target_bytes; });
    if (bin == open.end()) {
      if (open.size() == kOpenBins) {
        packed.push_back(std::move(open.front().files));
        open.pop_front();
      }
      bin = open.emplace(open.end());
    }
    bin->files.push_back(i);
    bin->bytes += bytes[i];
  }
  for (Bin& bin : open) packed.push_back(std::move(bin.files));
  return packed;
}

Result<FileCommittable> CompactFiles(const FileSinkOptions& options, std::vector<Part> parts,
                                     size_t threads) {
  // Per folder, in the order of writers and of what each has written.
  using Order = std::tuple<std::string, int64_t, int64_t>;
  std::map<Order, Part> ordered;
  std::map<std::string, std::vector<Part>> folders;
  for (Part& part : parts) {
    const auto name = PartFileName::Parse(FileName(part.hidden));
    if (!name) return Status::Internal(part.hidden + ": is no file of this sink");
    ordered.emplace(Order{ParentDirectory(part.hidden), name->subtask, name->number},
                    std::move(part));
  }
  for (auto& [order, part] : ordered) folders[std::get<0>(order)].push_back(std::move(part));

  FileCommittable result;
  std::vector<Merge> merges;
  for (const auto& [folder, files] : folders) {
    std::vector<int64_t> bytes;
    for (const Part& file : files) bytes.push_back(file.bytes);
    for (const std::vector<size_t>& bin : PackFiles(bytes, *options.compact_bytes)) {
      const Part& first = files[bin[0]];
      if (bin.size() == 1) {
        result.publish.push_back({first.hidden, first.visible});
        continue;
      }
      Merge merge;
      merge.target =
          JoinPath(folder, PartFileName::Parse(FileName(first.hidden))->Compacted().ToString());
      for (const size_t i : bin) {
        merge.inputs.push_back(files[i]);
        result.remove.push_back(files[i].hidden);
      }
      result.publish.push_back({merge.target, first.visible});
      merges.push_back(std::move(merge));
    }
  }
  TW_RETURN_IF_ERROR(RunAll(options, merges, threads));
  TW_FAILPOINT("compact:done");
  return result;
}

}  // namespace thalweg::connectors
