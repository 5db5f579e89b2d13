// ByteSource: one file as a stream of chunks, decompressed by its name's extension.
//
// Extensions as in Flink: .gz and .gzip (several members allowed), .deflate (zlib), .zst; .bz2 and
// .xz are refused by name. Plain bytes are read straight from the page cache with one chunk asked
// for ahead, so the kernel's own read-ahead overlaps a cold disk with decoding, and no thread of
// ours is needed. Offsets are those of the decompressed bytes. Errors name the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "base/status.h"
#include "data/buffer.h"

namespace thalweg::connectors {

class ByteSource {
 public:
  /// Long copies out of the page cache are cheaper per byte (by a quarter against 256 KiB), and a
  /// batch of usual rows fits into one chunk.
  static constexpr int64_t kChunkBytes = 1 << 20;

  virtual ~ByteSource() = default;
  /// The next bytes start at `offset`. For compressed files only forward of what was read.
  virtual Status Seek(int64_t offset) = 0;
  /// Up to kChunkBytes (possibly 0 at the end); *last if nothing follows.
  virtual Result<data::BufferPtr> Next(bool* last) = 0;
};

/// True if the name's extension says that the file is compressed in a way we can read.
bool IsCompressedName(std::string_view path);

Result<std::unique_ptr<ByteSource>> OpenByteSource(FileSystem* file_system,
                                                   const std::string& path);

}  // namespace thalweg::connectors
