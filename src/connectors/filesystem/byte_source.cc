#include "connectors/filesystem/byte_source.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <vector>

#include "connectors/filesystem/frugal_file.h"

namespace thalweg::connectors {
namespace {

enum class Codec { kNone, kGzip, kZlib, kZstd, kUnsupported };

Codec CodecOf(std::string_view path) {
  const std::string_view name = FileName(path);
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return Codec::kNone;
  const std::string_view extension = name.substr(dot + 1);
  if (extension == "gz" || extension == "gzip") return Codec::kGzip;
  if (extension == "deflate") return Codec::kZlib;
  if (extension == "zst" || extension == "zstd") return Codec::kZstd;
  if (extension == "bz2" || extension == "xz") return Codec::kUnsupported;
  return Codec::kNone;
}

data::BufferPtr FirstBytes(std::shared_ptr<data::Buffer> buffer, int64_t bytes) {
  if (bytes == buffer->size()) return buffer;
  const uint8_t* data = buffer->data();
  return data::Buffer::Wrap(data, bytes, std::move(buffer));
}

class PlainSource : public ByteSource {
 public:
  explicit PlainSource(std::unique_ptr<ReadableFile> file) : file_(std::move(file)) {}

  Status Seek(int64_t offset) override {
    if (offset > file_->size()) {
      return Status::Io(fmt::format("{}: holds {} bytes, but {} were read before", file_->path(),
                                    file_->size(), offset));
    }
    offset_ = offset;
    return Status::OK();
  }

  Result<data::BufferPtr> Next(bool* last) override {
    const int64_t wanted = std::min(chunk_bytes_, file_->size() - offset_);
    chunk_bytes_ = std::min(chunk_bytes_ * 2, kChunkBytes);
    auto buffer = data::Buffer::Allocate(std::max<int64_t>(wanted, 1));
    TW_ASSIGN_OR_RETURN(const int64_t n, file_->ReadAt(offset_, wanted, buffer->mutable_data()));
    offset_ += n;
    *last = n < wanted || offset_ >= file_->size();
    if (!*last) file_->Prefetch(offset_, kChunkBytes);
    return FirstBytes(std::move(buffer), n);
  }

 private:
  const std::unique_ptr<ReadableFile> file_;
  int64_t offset_ = 0;
  // Starts small: a folder's files are all probed before the first is read on.
  int64_t chunk_bytes_ = 32 << 10;
};

/// One decompression algorithm: eats input, fills output.
class Decompressor {
 public:
  struct Step {
    size_t consumed;
    size_t produced;
  };
  virtual ~Decompressor() = default;
  virtual Result<Step> Run(const uint8_t* in, size_t in_bytes, uint8_t* out, size_t out_bytes) = 0;
  /// Whether the input so far ends at the end of a member or frame.
  virtual bool complete() const = 0;
};

class ZlibDecompressor : public Decompressor {
 public:
  explicit ZlibDecompressor(bool gzip) : gzip_(gzip) {
    TW_CHECK(inflateInit2(&z_, gzip ? 15 + 16 : 15) == Z_OK, "inflateInit2");
  }
  ~ZlibDecompressor() override { inflateEnd(&z_); }

  Result<Step> Run(const uint8_t* in, size_t in_bytes, uint8_t* out, size_t out_bytes) override {
    if (complete_ && in_bytes > 0) {
      // Bytes after a member: the next gzip member, or (as java.util.zip does) ignored padding.
      if (!gzip_ || in[0] != 0x1f) {
        if (!any_member_) return Status::BadData("is not in the compressed form its name says");
        return Step{in_bytes, 0};
      }
      if (any_member_) inflateReset(&z_);
      complete_ = false;
    }
    z_.next_in = const_cast<Bytef*>(in);
    z_.avail_in = static_cast<uInt>(in_bytes);
    z_.next_out = out;
    z_.avail_out = static_cast<uInt>(out_bytes);
    const int rc = inflate(&z_, Z_NO_FLUSH);
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
      return Status::BadData(fmt::format("damaged compressed data ({})",
                                         z_.msg != nullptr ? z_.msg : "unexpected end"));
    }
    if (rc == Z_STREAM_END) complete_ = any_member_ = true;
    return Step{in_bytes - z_.avail_in, out_bytes - z_.avail_out};
  }
  bool complete() const override { return complete_; }

 private:
  const bool gzip_;
  z_stream z_{};
  bool complete_ = false;
  bool any_member_ = false;
};

class ZstdDecompressor : public Decompressor {
 public:
  ZstdDecompressor() : context_(ZSTD_createDCtx()) { TW_CHECK(context_ != nullptr, "zstd"); }
  ~ZstdDecompressor() override { ZSTD_freeDCtx(context_); }

  Result<Step> Run(const uint8_t* in, size_t in_bytes, uint8_t* out, size_t out_bytes) override {
    if (complete_ && in_bytes == 0) return Step{0, 0};  // would begin another frame
    ZSTD_inBuffer input{in, in_bytes, 0};
    ZSTD_outBuffer output{out, out_bytes, 0};
    const size_t rc = ZSTD_decompressStream(context_, &output, &input);
    if (ZSTD_isError(rc)) {
      return Status::BadData(fmt::format("damaged compressed data ({})", ZSTD_getErrorName(rc)));
    }
    complete_ = rc == 0;
    return Step{input.pos, output.pos};
  }
  bool complete() const override { return complete_; }

 private:
  ZSTD_DCtx* const context_;
  bool complete_ = false;
};

class CompressedSource : public ByteSource {
 public:
  CompressedSource(std::unique_ptr<ReadableFile> file, std::unique_ptr<Decompressor> decompressor)
      : file_(std::move(file)), decompressor_(std::move(decompressor)), input_(kChunkBytes) {}

  Status Seek(int64_t offset) override {
    TW_CHECK(offset >= offset_, "compressed files are read forward only");
    while (offset_ < offset) {
      bool last = false;
      TW_ASSIGN_OR_RETURN(data::BufferPtr chunk,
                          Fill(std::min(kChunkBytes, offset - offset_), &last));
      if (last && offset_ < offset) {
        return Status::Io(fmt::format("{}: holds {} bytes, but {} were read before", file_->path(),
                                      offset_, offset));
      }
    }
    return Status::OK();
  }

  Result<data::BufferPtr> Next(bool* last) override { return Fill(kChunkBytes, last); }

 private:
  Result<data::BufferPtr> Fill(int64_t bytes, bool* last) {
    auto buffer = data::Buffer::Allocate(bytes);
    int64_t filled = 0;
    *last = false;
    while (filled < bytes) {
      if (next_ == end_ && !at_end_) TW_RETURN_IF_ERROR(ReadInput());
      // At the end of the input the decompressor may still hold output.
      auto step =
          decompressor_->Run(input_.data() + next_, end_ - next_, buffer->mutable_data() + filled,
                             static_cast<size_t>(bytes - filled));
      if (!step.ok()) {
        return Status::BadData(fmt::format("{}: {} near byte {}", file_->path(),
                                           step.status().message(), file_offset_ - (end_ - next_)));
      }
      next_ += step->consumed;
      filled += static_cast<int64_t>(step->produced);
      if (next_ == end_ && at_end_ && step->produced == 0) {
        if (!decompressor_->complete() && file_->size() > 0) {
          return Status::BadData(
              fmt::format("{}: truncated: the compressed data breaks off at "
                          "byte {}, the end of the file",
                          file_->path(), file_offset_));
        }
        *last = true;
        break;
      }
    }
    offset_ += filled;
    return FirstBytes(std::move(buffer), filled);
  }

  Status ReadInput() {
    TW_ASSIGN_OR_RETURN(const int64_t n, file_->ReadAt(file_offset_, kChunkBytes, input_.data()));
    file_offset_ += n;
    at_end_ = n < kChunkBytes;
    if (!at_end_) file_->Prefetch(file_offset_, kChunkBytes);
    next_ = 0;
    end_ = static_cast<size_t>(n);
    return Status::OK();
  }

  const std::unique_ptr<ReadableFile> file_;
  const std::unique_ptr<Decompressor> decompressor_;
  std::vector<uint8_t> input_;
  size_t next_ = 0;  // into input_
  size_t end_ = 0;
  int64_t file_offset_ = 0;  // of the compressed bytes, after input_
  int64_t offset_ = 0;       // of the decompressed bytes
  bool at_end_ = false;
};

}  // namespace

bool IsCompressedName(std::string_view path) {
  const Codec codec = CodecOf(path);
  return codec != Codec::kNone && codec != Codec::kUnsupported;
}

Result<std::unique_ptr<ByteSource>> OpenByteSource(FileSystem* file_system,
                                                   const std::string& path) {
  const Codec codec = CodecOf(path);
  if (codec == Codec::kUnsupported) {
    return Status::NotSupported(fmt::format(
        "{}: compression by its extension (supported: .gz, .gzip, .deflate, .zst)", path));
  }
  TW_ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> file, FrugalFile::Open(file_system, path));
  if (codec == Codec::kNone) return {std::make_unique<PlainSource>(std::move(file))};
  std::unique_ptr<Decompressor> decompressor;
  if (codec == Codec::kZstd) {
    decompressor = std::make_unique<ZstdDecompressor>();
  } else {
    decompressor = std::make_unique<ZlibDecompressor>(codec == Codec::kGzip);
  }
  return {std::make_unique<CompressedSource>(std::move(file), std::move(decompressor))};
}

}  // namespace thalweg::connectors
