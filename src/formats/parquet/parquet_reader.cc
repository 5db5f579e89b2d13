#include "formats/parquet/parquet_reader.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>

#include "formats/parquet/arrow_import.h"
#include "formats/parquet/row_group_filter.h"

namespace thalweg::formats::parquet {
namespace {

using data::Type;
using data::TypeRoot;
using ::parquet::arrow::SchemaField;

/// Our file as Arrow sees it.
class ArrowFile : public arrow::io::RandomAccessFile {
 public:
  explicit ArrowFile(std::shared_ptr<const formats::RandomAccessFile> file)
      : file_(std::move(file)) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> GetSize() override { return file_->size(); }

  arrow::Result<int64_t> Read(int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t n, ReadAt(position_, bytes, out));
    position_ += n;
    return n;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, bytes));
    position_ += buffer->size();
    return buffer;
  }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    const int64_t n = std::max<int64_t>(0, std::min(bytes, file_->size() - position));
    if (n > 0) {
      const Status s = file_->ReadAt(position, n, static_cast<uint8_t*>(out));
      if (!s.ok()) return arrow::Status::IOError(s.message());
    }
    return n;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override {
    const int64_t available = std::max<int64_t>(0, file_->size() - position);
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(std::min(bytes, available)));
    ARROW_ASSIGN_OR_RAISE(const int64_t n,
                          ReadAt(position, buffer->size(), buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(n));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  const std::shared_ptr<const formats::RandomAccessFile> file_;
  int64_t position_ = 0;
  bool closed_ = false;
};

/// Adds the leaf columns that `type` needs of `field`.
void CollectLeaves(const SchemaField& field, const Type* type, std::vector<int>* leaves) {
  if (field.is_leaf()) {
    leaves->push_back(field.column_index);
    return;
  }
  const bool row = type != nullptr && type->root() == TypeRoot::kRow &&
                   field.field->type()->id() == arrow::Type::STRUCT;
  size_t found = 0;
  for (const SchemaField& child : field.children) {
    if (!row) {
      // Lists and maps: the element's type; a map's entries are a struct of their own.
      const bool element = type != nullptr && type->root() == TypeRoot::kArray &&
                           field.field->type()->id() == arrow::Type::LIST;
      CollectLeaves(child, element ? &type->child(0) : nullptr, leaves);
      continue;
    }
    for (const data::Field& f : type->fields()) {
      if (f.name != child.field->name()) continue;
      CollectLeaves(child, &f.type, leaves);
      ++found;
    }
  }
  // A ROW of which nothing is asked still says which rows are NULL: its first leaf tells.
  if (row && found == 0 && !field.children.empty()) {
    CollectLeaves(field.children[0], nullptr, leaves);
  }
}

class ParquetReader : public FileReader {
 public:
  ParquetReader(const DecodeTarget& target, std::vector<ColumnPredicate> predicates)
      : target_(target), predicates_(std::move(predicates)) {}

  Status Open(std::shared_ptr<const formats::RandomAccessFile> file) {
    auto properties = ::parquet::default_reader_properties();
    properties.enable_buffered_stream();
    properties.set_buffer_size(1 << 20);
    ::parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
    arrow_properties.set_pre_buffer(false);
    arrow_properties.set_coerce_int96_timestamp_unit(Int96Unit());
    auto source = std::make_shared<ArrowFile>(std::move(file));
    auto raw = ::parquet::ParquetFileReader::Open(source, properties);
    arrow_properties_ = arrow_properties;
    auto made = ::parquet::arrow::FileReader::Make(arrow::default_memory_pool(), std::move(raw),
                                                   arrow_properties);
    if (!made.ok()) return FromArrow(made.status());
    reader_ = std::move(*made);
    for (const SchemaField& field : reader_->manifest().schema_fields) {
      for (const data::Field& f : target_.schema) {
        if (f.name == field.field->name()) CollectLeaves(field, &f.type, &leaves_);
      }
    }
    std::sort(leaves_.begin(), leaves_.end());
    leaves_.erase(std::unique(leaves_.begin(), leaves_.end()), leaves_.end());
    return Status::OK();
  }

  void Seek(const RowGroupPosition& position) override {
    position_ = position;
    batches_.reset();
  }

  Result<bool> Next(int32_t max_rows, data::Batch* batch) override {
    try {
      return NextBatch(max_rows, batch);
    } catch (const std::exception& e) {
      return Status::BadData(e.what());
    }
  }

  RowGroupPosition position() const override { return position_; }

 private:
  /// INT96 timestamps are read in the finest unit that the table needs.
  arrow::TimeUnit::type Int96Unit() const {
    int precision = 0;
    for (const data::Field& f : target_.schema) FinestPrecision(f.type, &precision);
    return precision <= 3   ? arrow::TimeUnit::MILLI
           : precision <= 6 ? arrow::TimeUnit::MICRO
                            : arrow::TimeUnit::NANO;
  }
  static void FinestPrecision(const Type& type, int* precision) {
    if (type.is_timestamp()) *precision = std::max(*precision, type.precision());
    for (int i = 0; i < type.num_children(); ++i) FinestPrecision(type.child(i), precision);
  }

  Result<bool> NextBatch(int32_t max_rows, data::Batch* batch) {
    const auto& metadata = *reader_->parquet_reader()->metadata();
    for (; position_.row_group < metadata.num_row_groups(); NextGroup()) {
      if (position_.row == 0 && CanSkipRowGroup(metadata, position_.row_group, predicates_)) {
        continue;
      }
      const int64_t rows = metadata.RowGroup(position_.row_group)->num_rows();
      if (position_.row >= rows) continue;
      if (leaves_.empty()) {  // no column is asked for: rows are only counted
        batch->size = static_cast<int32_t>(std::min<int64_t>(max_rows, rows - position_.row));
        return Emit(nullptr, batch);
      }
      if (batches_ == nullptr) TW_RETURN_IF_ERROR(OpenGroup(max_rows));
      std::shared_ptr<arrow::RecordBatch> next;
      TW_RETURN_IF_ERROR(FromArrow(batches_->ReadNext(&next)));
      // After a restore: rows returned before are read again and dropped.
      while (next != nullptr && skip_ >= next->num_rows()) {
        skip_ -= next->num_rows();
        TW_RETURN_IF_ERROR(FromArrow(batches_->ReadNext(&next)));
      }
      if (next == nullptr) continue;
      if (skip_ > 0) next = next->Slice(skip_);
      skip_ = 0;
      batch->size = static_cast<int32_t>(next->num_rows());
      return Emit(next.get(), batch);
    }
    return false;
  }

  void NextGroup() {
    ++position_.row_group;
    position_.row = 0;
    batches_.reset();
  }

  Status OpenGroup(int32_t max_rows) {
    reader_->set_batch_size(max_rows);
    auto batches = reader_->GetRecordBatchReader({position_.row_group}, leaves_);
    if (!batches.ok()) return FromArrow(batches.status());
    batches_ = std::move(*batches);
    skip_ = position_.row;
    return Status::OK();
  }

  /// Fills the batch's columns from `from` and moves on.
  Result<bool> Emit(const arrow::RecordBatch* from, data::Batch* batch) {
    const int32_t size = batch->size;
    *batch = data::Batch();
    batch->size = size;
    for (const data::Field& f : target_.schema) {
      const auto array = from == nullptr ? nullptr : from->GetColumnByName(f.name);
      if (array == nullptr) {
        batch->columns.push_back(data::Column::MakeNull(f.type, size));
        continue;
      }
      TW_ASSIGN_OR_RETURN(auto column, ImportArray(f.name, *array, f.type));
      batch->columns.push_back(std::move(column));
    }
    position_.row += size;
    return true;
  }

  const DecodeTarget target_;
  const std::vector<ColumnPredicate> predicates_;
  ::parquet::ArrowReaderProperties arrow_properties_;
  std::unique_ptr<::parquet::arrow::FileReader> reader_;
  std::vector<int> leaves_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;  // of the current row group
  int64_t skip_ = 0;
  RowGroupPosition position_;
};

}  // namespace

Result<std::unique_ptr<FileReader>> OpenParquetReader(std::shared_ptr<const RandomAccessFile> file,
                                                      const DecodeTarget& target,
                                                      std::vector<ColumnPredicate> predicates) {
  try {
    auto reader = std::make_unique<ParquetReader>(target, std::move(predicates));
    TW_RETURN_IF_ERROR(reader->Open(std::move(file)));
    return std::unique_ptr<FileReader>(std::move(reader));
  } catch (const std::exception& e) {
    return Status::BadData(e.what());
  }
}

}  // namespace thalweg::formats::parquet
