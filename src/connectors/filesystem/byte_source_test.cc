#include "connectors/filesystem/byte_source.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <vector>

#include "base/temporary_folder_testing.h"

namespace thalweg::connectors {
namespace {

std::string Deflate(std::string_view text, int window_bits) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 1000, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string Zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string LongText() {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += std::to_string(i * 7919) + "\n";
  return text;
}

/// Everything from `offset` on, or the error's message.
std::string ReadFrom(const std::string& path, int64_t offset) {
  auto source = OpenByteSource(FileSystem::Posix(), path);
  if (!source.ok()) return source.status().message();
  if (offset > 0) {
    if (Status s = (*source)->Seek(offset); !s.ok()) return s.message();
  }
  std::string text;
  for (bool last = false; !last;) {
    auto chunk = (*source)->Next(&last);
    if (!chunk.ok()) return chunk.status().message();
    text.append(reinterpret_cast<const char*>((*chunk)->data()),
                static_cast<size_t>((*chunk)->size()));
  }
  return text;
}

TEST(ByteSource, ReadsAllFormsFromAnyOffset) {
  const TemporaryFolder dir;
  const std::string text = LongText();
  dir.Write("a", text);
  dir.Write("a.gz", Deflate(text, 15 + 16));
  dir.Write("a.deflate", Deflate(text, 15));
  dir.Write("a.zst", Zstd(text));
  for (const char* name : {"a", "a.gz", "a.deflate", "a.zst"}) {
    EXPECT_TRUE(ReadFrom(dir / name, 0) == text) << name;
    EXPECT_TRUE(ReadFrom(dir / name, 777777) == text.substr(777777)) << name;
    EXPECT_EQ(ReadFrom(dir / name, static_cast<int64_t>(text.size())), "") << name;
  }
}

TEST(ByteSource, SeveralMembersAndEmptyFiles) {
  const TemporaryFolder dir;
  dir.Write("m.gz", Deflate("one ", 31) + Deflate("", 31) + Deflate("two", 31));
  dir.Write("m.zst", Zstd("one ") + Zstd("two"));
  dir.Write("empty", "");
  dir.Write("empty.gz", "");
  EXPECT_EQ(ReadFrom(dir / "m.gz", 0), "one two");
  EXPECT_EQ(ReadFrom(dir / "m.zst", 0), "one two");
  EXPECT_EQ(ReadFrom(dir / "empty", 0), "");
  EXPECT_EQ(ReadFrom(dir / "empty.gz", 0), "");
}

TEST(ByteSource, DamagedFilesAreNamed) {
  const TemporaryFolder dir;
  const std::string gz = Deflate(LongText(), 31), zst = Zstd(LongText());
  dir.Write("cut.gz", gz.substr(0, gz.size() / 2));
  dir.Write("cut.zst", zst.substr(0, zst.size() / 2));
  dir.Write("text.gz", "not compressed at all");
  dir.Write("x.bz2", "");
  EXPECT_EQ(ReadFrom(dir / "cut.gz", 0),
            dir / "cut.gz" + ": truncated: the compressed data breaks off at byte " +
                std::to_string(gz.size() / 2) + ", the end of the file");
  EXPECT_TRUE(ReadFrom(dir / "cut.zst", 0).starts_with(dir / "cut.zst" + ": truncated"));
  EXPECT_TRUE(
      ReadFrom(dir / "text.gz", 0).starts_with(dir / "text.gz" + ": damaged compressed data"));
  EXPECT_TRUE(ReadFrom(dir / "x.bz2", 0).starts_with(dir / "x.bz2" + ": compression"));
  EXPECT_EQ(ReadFrom(dir / "none", 0), dir / "none" + ": No such file or directory");
}

TEST(ByteSource, ManyFilesSideBySideNeedFewDescriptors) {
  const TemporaryFolder dir;
  const std::string text = LongText();
  dir.Write("a", text);
  std::vector<std::unique_ptr<ByteSource>> sources;
  const auto descriptors = [] { return FileSystem::Posix()->List("/proc/self/fd")->size(); };
  const size_t before = descriptors();
  for (int i = 0; i < 400; ++i) {
    auto source = OpenByteSource(FileSystem::Posix(), dir / "a");
    ASSERT_TRUE(source.ok());
    sources.push_back(std::move(*source));
    bool last;
    ASSERT_TRUE(sources.back()->Next(&last).ok());
  }
  EXPECT_LE(descriptors(), before + 260);
  // One that has given its descriptor back goes on where it was.
  bool last;
  auto chunk = sources.back()->Next(&last);
  ASSERT_TRUE(chunk.ok());
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>((*chunk)->data()), 100),
            std::string_view(text).substr(32 << 10, 100));
}

}  // namespace
}  // namespace thalweg::connectors
