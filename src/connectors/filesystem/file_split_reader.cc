#include "connectors/filesystem/file_split_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/byte_coding.h"
#include "connectors/filesystem/byte_source.h"
#include "connectors/filesystem/column_predicates.h"
#include "connectors/filesystem/file_enumerator.h"
#include "connectors/filesystem/frugal_file.h"
#include "connectors/filesystem/whole_file.h"
#include "data/column_builder.h"
#include "formats/parallel_decoder.h"

namespace thalweg::connectors {
namespace {

constexpr char kStreamPosition = 's';
constexpr char kRowGroupPosition = 'g';

std::string EncodePosition(char tag, uint64_t a, uint64_t b) {
  std::string bytes(1, tag);
  PutVarint(a, &bytes);
  PutVarint(b, &bytes);
  return bytes;
}

Status DecodePosition(std::string_view bytes, char tag, uint64_t* a, uint64_t* b) {
  if (!bytes.empty() && bytes[0] == tag) {
    ByteReader reader(bytes.substr(1));
    if (reader.GetVarint(a) && reader.GetVarint(b) && reader.at_end()) return Status::OK();
  }
  return Status::Internal("damaged position of a file split");
}

data::ColumnPtr OneString(std::string_view text) {
  data::ColumnBuilder builder(data::Type::String().WithNullable(false));
  builder.AppendString(text);
  return builder.Finish();
}

data::ColumnPtr OneInt64(int64_t value, const data::Type& type) {
  data::ColumnBuilder builder(type);
  builder.Append<int64_t>(value);
  return builder.Finish();
}

Result<data::ColumnPtr> MetadataValue(std::string_view key, const FileSplit& file) {
  if (key == "file.path") return OneString(file.path);
  if (key == "file.name") return OneString(FileName(file.path));
  if (key == "file.size") return OneInt64(file.size, data::Type::Bigint().WithNullable(false));
  if (key == "file.modification-time") {
    return OneInt64(file.modification_ms, data::Type::TimestampLtz(3).WithNullable(false));
  }
  return Status::InvalidSql(fmt::format("filesystem tables have no metadata column '{}'", key));
}

/// How the scan's columns come about: decoded, or one value for the whole file.
struct Layout {
  data::Schema decoded;
  /// One per output column: index into the decoded columns, or -1 with a one-row constant.
  std::vector<int> source;
  std::vector<data::ColumnPtr> constants;

  void Apply(data::Batch* batch) const {
    std::vector<data::ColumnPtr> columns(source.size());
    for (size_t i = 0; i < source.size(); ++i) {
      columns[i] = source[i] >= 0 ? std::move(batch->columns[static_cast<size_t>(source[i])])
                                  : data::Column::MakeConstant(constants[i], 0, batch->size);
    }
    batch->columns = std::move(columns);
  }
};

Result<Layout> MakeLayout(const FileReaderOptions& options, const FileSplit& file,
                          const ScanSpec& spec) {
  Layout layout;
  for (const data::Field& column : spec.columns) {
    const auto same_name = [&](const auto& f) { return f.name == column.name; };
    if (std::ranges::any_of(options.file_columns, same_name)) {
      layout.source.push_back(static_cast<int>(layout.decoded.size()));
      layout.constants.emplace_back();
      layout.decoded.push_back(column);
      continue;
    }
    std::optional<std::string> value;
    for (const auto& [key, text] : file.partition) {
      if (key == column.name && text != options.default_partition_name) value = text;
    }
    auto constant = PartitionValueFromText(value, column.type);
    if (!constant.ok()) {
      return constant.status().WithContext(fmt::format("{}: column {}", file.path, column.name));
    }
    layout.source.push_back(-1);
    layout.constants.push_back(*constant);
  }
  for (const std::string& key : spec.metadata_keys) {
    TW_ASSIGN_OR_RETURN(data::ColumnPtr constant, MetadataValue(key, file));
    layout.source.push_back(-1);
    layout.constants.push_back(std::move(constant));
  }
  return layout;
}

/// Whether the file's partition rules its rows out. Only filters that no row could survive count.
bool IsExcluded(const Layout& layout, const ScanSpec& spec) {
  for (size_t i = 0; i < spec.columns.size(); ++i) {
    if (layout.constants[i] == nullptr) continue;
    for (const formats::ColumnPredicate& p : PredicatesOf(spec, {spec.columns[i]})) {
      if (!CanHold(p, *layout.constants[i])) return true;
    }
  }
  return false;
}

/// A file that is not even opened.
class ExcludedFileReader : public SplitReader {
 public:
  ExcludedFileReader(std::string path, std::string position)
      : path_(std::move(path)), position_(std::move(position)) {}
  Result<State> Next(data::Batch* batch) override { return State::kEnd; }
  std::string position() const override { return position_; }
  const std::string& name() const override { return path_; }

 private:
  const std::string path_, position_;
};

class StreamFileReader : public SplitReader {
 public:
  StreamFileReader(FileSystem* file_system, std::string path, Layout layout,
                   std::unique_ptr<formats::StreamDecoder> decoder,
                   formats::DecodePosition position, int32_t batch_rows)
      : file_system_(file_system),
        path_(std::move(path)),
        layout_(std::move(layout)),
        decoder_(std::move(decoder)),
        start_(position),
        batch_rows_(batch_rows) {}

  const std::string& name() const override { return path_; }
  int64_t skipped() const override { return decoder_->skipped(); }
  std::string position() const override {
    const formats::DecodePosition p = bytes_ == nullptr ? start_ : decoder_->position();
    return EncodePosition(kStreamPosition, static_cast<uint64_t>(p.byte_offset),
                          static_cast<uint64_t>(p.line));
  }

  Result<State> Next(data::Batch* batch) override {
    if (bytes_ == nullptr) TW_RETURN_IF_ERROR(Open());
    for (;;) {
      auto state = decoder_->Next(batch_rows_, batch);
      if (!state.ok()) return state.status().WithContext(path_);
      switch (*state) {
        case formats::StreamDecoder::State::kBatch:
          layout_.Apply(batch);
          return State::kBatch;
        case formats::StreamDecoder::State::kEnd:
          return State::kEnd;
        case formats::StreamDecoder::State::kNeedInput:
          TW_RETURN_IF_ERROR(FeedChunk());
      }
    }
  }

 private:
  Status Open() {
    TW_ASSIGN_OR_RETURN(bytes_, OpenByteSource(file_system_, path_));
    if (start_.byte_offset > 0) {
      TW_RETURN_IF_ERROR(bytes_->Seek(start_.byte_offset));
      decoder_->Seek(start_);
    }
    return Status::OK();
  }

  Status FeedChunk() {
    TW_CHECK(!last_fed_, path_ + ": the decoder wants input after the last chunk");
    TW_ASSIGN_OR_RETURN(data::BufferPtr chunk, bytes_->Next(&last_fed_));
    Status status = decoder_->Feed(std::move(chunk), last_fed_);
    return status.ok() ? status : status.WithContext(path_);
  }

  FileSystem* const file_system_;
  const std::string path_;
  const Layout layout_;
  const std::unique_ptr<formats::StreamDecoder> decoder_;
  const formats::DecodePosition start_;
  const int32_t batch_rows_;
  std::unique_ptr<ByteSource> bytes_;
  bool last_fed_ = false;
};

/// Reading and cutting a stream keep one thread as busy as decoding does three.
constexpr int kMaxDecodeHelpers = 3;

class RowGroupFileReader : public SplitReader {
 public:
  RowGroupFileReader(FileReaderOptions options, std::string path, Layout layout,
                     std::vector<formats::ColumnPredicate> predicates,
                     formats::RowGroupPosition position, int32_t batch_rows)
      : options_(std::move(options)),
        path_(std::move(path)),
        layout_(std::move(layout)),
        predicates_(std::move(predicates)),
        start_(position),
        batch_rows_(batch_rows) {}

  const std::string& name() const override { return path_; }
  std::string position() const override {
    const formats::RowGroupPosition p = reader_ == nullptr ? start_ : reader_->position();
    return EncodePosition(kRowGroupPosition, static_cast<uint64_t>(p.row_group),
                          static_cast<uint64_t>(p.row));
  }

  Result<State> Next(data::Batch* batch) override {
    if (reader_ == nullptr) TW_RETURN_IF_ERROR(Open());
    auto more = reader_->Next(batch_rows_, batch);
    if (!more.ok()) return more.status().WithContext(path_);
    if (!*more) return State::kEnd;
    layout_.Apply(batch);
    return State::kBatch;
  }

 private:
  Status Open() {
    TW_ASSIGN_OR_RETURN(auto file, FrugalFile::Open(options_.file_system, path_));
    auto reader = options_.format.format->make_reader(
        std::make_shared<WholeFile>(std::move(file)),
        formats::DecodeTarget{layout_.decoded, options_.file_columns}, predicates_,
        options_.format.options, options_.format.context);
    if (!reader.ok()) return reader.status().WithContext(path_);
    reader_ = std::move(*reader);
    if (start_.row_group > 0 || start_.row > 0) reader_->Seek(start_);
    return Status::OK();
  }

  const FileReaderOptions options_;
  const std::string path_;
  const Layout layout_;
  const std::vector<formats::ColumnPredicate> predicates_;
  const formats::RowGroupPosition start_;
  const int32_t batch_rows_;
  std::unique_ptr<formats::FileReader> reader_;
};

}  // namespace

std::vector<MetadataColumn> FileMetadataColumns() {
  return {{"file.path", data::Type::String().WithNullable(false)},
          {"file.name", data::Type::String().WithNullable(false)},
          {"file.size", data::Type::Bigint().WithNullable(false)},
          {"file.modification-time", data::Type::TimestampLtz(3).WithNullable(false)}};
}

Result<std::unique_ptr<SplitReader>> MakeFileSplitReader(const FileReaderOptions& options,
                                                         const Split& split, const ScanSpec& spec,
                                                         const ReaderContext& context) {
  TW_ASSIGN_OR_RETURN(const FileSplit file, FileSplit::Decode(split.payload));
  TW_ASSIGN_OR_RETURN(Layout layout, MakeLayout(options, file, spec));
  if (IsExcluded(layout, spec)) {
    return {std::make_unique<ExcludedFileReader>(file.path, split.position)};
  }
  const formats::Format& format = *options.format.format;
  uint64_t first = 0, second = 0;
  if (format.make_decoder != nullptr) {
    if (!split.position.empty()) {
      TW_RETURN_IF_ERROR(DecodePosition(split.position, kStreamPosition, &first, &second));
    }
    TW_ASSIGN_OR_RETURN(auto decoder, formats::MakeStreamDecoder(
                                          format, {layout.decoded, options.file_columns},
                                          options.format.options, options.format.context,
                                          std::min(context.decode_helpers, kMaxDecodeHelpers)));
    return {std::make_unique<StreamFileReader>(
        options.file_system, file.path, std::move(layout), std::move(decoder),
        formats::DecodePosition{static_cast<int64_t>(first), static_cast<int64_t>(second)},
        context.batch_rows)};
  }
  if (!split.position.empty()) {
    TW_RETURN_IF_ERROR(DecodePosition(split.position, kRowGroupPosition, &first, &second));
  }
  std::vector<formats::ColumnPredicate> predicates = PredicatesOf(spec, layout.decoded);
  return {std::make_unique<RowGroupFileReader>(
      options, file.path, std::move(layout), std::move(predicates),
      formats::RowGroupPosition{static_cast<int32_t>(first), static_cast<int64_t>(second)},
      context.batch_rows)};
}

}  // namespace thalweg::connectors
