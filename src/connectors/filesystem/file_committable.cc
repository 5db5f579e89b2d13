#include "connectors/filesystem/file_committable.h"

#include "base/byte_coding.h"

namespace thalweg::connectors {
namespace {

// The first byte tells committables from snapshots.
constexpr char kCommittable = 'C';
constexpr char kUncompacted = 'U';
constexpr char kOpenFiles = 'O';

bool GetStrings(ByteReader* reader, std::vector<std::string>* strings) {
  uint64_t count;
  if (!reader->GetVarint(&count)) return false;
  for (uint64_t i = 0; i < count; ++i) {
    std::string s;
    if (!reader->GetString(&s)) return false;
    strings->push_back(std::move(s));
  }
  return true;
}

void PutStrings(const std::vector<std::string>& strings, std::string* out) {
  PutVarint(strings.size(), out);
  for (const std::string& s : strings) PutString(s, out);
}

}  // namespace

std::string FileCommittable::Encode() const {
  if (empty()) return {};
  std::string bytes(1, compact.empty() ? kCommittable : kUncompacted);
  PutVarint(publish.size(), &bytes);
  for (const Publish& p : publish) {
    PutString(p.hidden, &bytes);
    PutString(p.visible, &bytes);
  }
  PutStrings(open, &bytes);
  PutStrings(remove, &bytes);
  PutStrings(partitions, &bytes);
  for (const Part& p : compact) {
    PutString(p.hidden, &bytes);
    PutString(p.visible, &bytes);
    PutVarint(static_cast<uint64_t>(p.bytes), &bytes);
  }
  return bytes;
}

Result<FileCommittable> FileCommittable::Decode(std::string_view bytes) {
  FileCommittable result;
  if (bytes.empty()) return result;
  ByteReader reader(bytes.substr(1));
  uint64_t count;
  const bool uncompacted = bytes.front() == kUncompacted;
  bool ok = (uncompacted || bytes.front() == kCommittable) && reader.GetVarint(&count);
  for (uint64_t i = 0; ok && i < count; ++i) {
    Publish p;
    ok = reader.GetString(&p.hidden) && reader.GetString(&p.visible);
    result.publish.push_back(std::move(p));
  }
  ok = ok && GetStrings(&reader, &result.open) && GetStrings(&reader, &result.remove) &&
       GetStrings(&reader, &result.partitions);
  while (ok && uncompacted && !reader.at_end()) {
    Part p;
    uint64_t length = 0;
    ok = reader.GetString(&p.hidden) && reader.GetString(&p.visible) && reader.GetVarint(&length);
    p.bytes = static_cast<int64_t>(length);
    result.compact.push_back(std::move(p));
  }
  ok = ok && reader.at_end();
  if (!ok) return Status::Internal("damaged committable of a file sink");
  return result;
}

bool OpenFileState::Is(std::string_view bytes) { return bytes.starts_with(kOpenFiles); }

std::string OpenFileState::EncodeAll(const std::vector<OpenFileState>& files) {
  if (files.empty()) return {};
  std::string bytes(1, kOpenFiles);
  for (const OpenFileState& f : files) {
    PutString(f.hidden, &bytes);
    PutString(f.partition, &bytes);
    PutVarint(static_cast<uint64_t>(f.valid_length), &bytes);
    PutVarint(static_cast<uint64_t>(f.created_ms), &bytes);
  }
  return bytes;
}

Result<std::vector<OpenFileState>> OpenFileState::DecodeAll(std::string_view bytes) {
  std::vector<OpenFileState> files;
  if (bytes.empty()) return files;
  if (!Is(bytes)) return Status::Internal("damaged snapshot of a file sink");
  ByteReader reader(bytes.substr(1));
  while (!reader.at_end()) {
    OpenFileState f;
    uint64_t length, created;
    if (!reader.GetString(&f.hidden) || !reader.GetString(&f.partition) ||
        !reader.GetVarint(&length) || !reader.GetVarint(&created)) {
      return Status::Internal("damaged snapshot of a file sink");
    }
    f.valid_length = static_cast<int64_t>(length);
    f.created_ms = static_cast<int64_t>(created);
    files.push_back(std::move(f));
  }
  return files;
}

}  // namespace thalweg::connectors
