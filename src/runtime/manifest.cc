#include "runtime/manifest.h"

#include <fmt/format.h>

#include <cstring>

#include "base/byte_coding.h"
#include "base/checksum.h"

namespace thalweg::runtime {
namespace {

constexpr std::string_view kMagic = "thalweg checkpoint\n";

void PutFixed64(uint64_t v, std::string* out) {
  out->append(reinterpret_cast<const char*>(&v), sizeof(v));
}

uint64_t Fixed64At(std::string_view bytes, size_t offset) {
  uint64_t v;
  std::memcpy(&v, bytes.data() + offset, sizeof(v));
  return v;
}

void Put(const operators::StateEntry& e, std::string* out) {
  PutString(e.name, out);
  PutSigned(e.key_group, out);
  PutString(e.bytes, out);
}

void Put(const StateSegment& s, std::string* out) {
  PutString(s.file, out);
  PutString(s.bytes, out);
  PutSigned(s.size, out);
  PutSigned(s.epoch, out);
  PutVarint(s.base ? 1 : 0, out);
  PutSigned(s.groups.first, out);
  PutSigned(s.groups.end, out);
}

template <typename T>
void PutAll(const std::vector<T>& items, std::string* out);

void Put(const std::string& s, std::string* out) { PutString(s, out); }

void Put(int64_t v, std::string* out) { PutSigned(v, out); }

void Put(const state::TableSchema& t, std::string* out) { t.AppendTo(out); }

void Put(const data::Field& f, std::string* out) {
  PutString(f.name, out);
  state::AppendType(f.type, out);
}

void Put(const StoredSink& s, std::string* out) {
  PutString(s.node.table, out);
  PutAll(s.node.physical, out);
  PutAll(s.node.primary_key, out);
  PutAll(s.node.partition_keys, out);
  PutVarint(s.node.options.size(), out);
  for (const auto& [name, value] : s.node.options) {
    PutString(name, out);
    PutString(value, out);
  }
  PutVarint(s.node.overwrite ? 1 : 0, out);
  PutVarint(s.streaming ? 1 : 0, out);
}

void Put(const NodeSnapshot& n, std::string* out) {
  PutString(n.uid, out);
  PutString(n.name, out);
  PutSigned(n.parallelism, out);
  PutVarint(n.finished ? 1 : 0, out);
  PutSigned(n.state_rows, out);
  PutSigned(n.state_bytes, out);
  PutAll(n.entries, out);
  PutAll(n.segments, out);
  PutString(n.family, out);
  PutAll(n.tables, out);
  PutAll(n.table_rows, out);
  PutVarint(n.sink ? 1 : 0, out);
  if (n.sink) Put(*n.sink, out);
}

void Put(const PendingOutput& p, std::string* out) {
  PutString(p.uid, out);
  PutSigned(p.epoch, out);
  PutSigned(p.watermark_ms, out);
  PutAll(p.committables, out);
}

template <typename T>
void PutAll(const std::vector<T>& items, std::string* out) {
  PutVarint(items.size(), out);
  for (const T& item : items) Put(item, out);
}

/// Reads fields one after the other; ok() says whether all of them were there.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : in_(bytes) {}
  /// What the fields below leave out, if the file is older.
  void set_version(uint64_t version) { version_ = version; }
  bool ok() const { return ok_; }
  bool at_end() const { return in_.at_end(); }

  void Get(std::string* v) { ok_ = ok_ && in_.GetString(v); }
  void Get(uint64_t* v) { ok_ = ok_ && in_.GetVarint(v); }
  void Get(int64_t* v) { ok_ = ok_ && in_.GetSigned(v); }
  void Get(int* v) {
    int64_t wide = 0;
    Get(&wide);
    *v = static_cast<int>(wide);
  }
  void Get(bool* v) {
    uint64_t flag = 0;
    Get(&flag);
    *v = flag != 0;
  }
  void Get(operators::StateEntry* e) {
    Get(&e->name);
    Get(&e->key_group);
    Get(&e->bytes);
  }
  void Get(StateSegment* s) {
    Get(&s->file);
    Get(&s->bytes);
    Get(&s->size);
    Get(&s->epoch);
    Get(&s->base);
    Get(&s->groups.first);
    Get(&s->groups.end);
  }
  void Get(NodeSnapshot* n) {
    Get(&n->uid);
    Get(&n->name);
    Get(&n->parallelism);
    Get(&n->finished);
    Get(&n->state_rows);
    Get(&n->state_bytes);
    Get(&n->entries);
    Get(&n->segments);
    if (version_ < 2) return;
    Get(&n->family);
    Get(&n->tables);
    if (version_ < 3) return;
    Get(&n->table_rows);
    bool has_sink = false;
    Get(&has_sink);
    if (has_sink) Get(&n->sink.emplace());
  }
  void Get(data::Field* f) {
    Get(&f->name);
    ok_ = ok_ && state::ReadType(&in_, &f->type);
  }
  void Get(StoredSink* s) {
    Get(&s->node.table);
    Get(&s->node.physical);
    Get(&s->node.primary_key);
    Get(&s->node.partition_keys);
    uint64_t options = 0;
    Get(&options);
    for (uint64_t i = 0; ok_ && i < options; ++i) {
      std::string name;
      Get(&name);
      Get(&s->node.options[name]);
    }
    Get(&s->node.overwrite);
    Get(&s->streaming);
  }
  void Get(state::TableSchema* t) { ok_ = ok_ && t->ReadFrom(&in_); }
  void Get(PendingOutput* p) {
    Get(&p->uid);
    Get(&p->epoch);
    Get(&p->watermark_ms);
    Get(&p->committables);
  }
  template <typename T>
  void Get(std::vector<T>* items) {
    uint64_t n = 0;
    Get(&n);
    for (uint64_t i = 0; ok_ && i < n; ++i) {
      T item{};
      Get(&item);
      items->push_back(std::move(item));
    }
  }

 private:
  ByteReader in_;
  uint64_t version_ = Manifest::kVersion;
  bool ok_ = true;
};

}  // namespace

const NodeSnapshot* Manifest::Find(std::string_view uid) const {
  for (const NodeSnapshot& n : nodes) {
    if (n.uid == uid) return &n;
  }
  return nullptr;
}

std::string Manifest::Encode() const {
  std::string body;
  PutVarint(kVersion, &body);
  PutString(job, &body);
  PutString(lineage, &body);
  PutSigned(generation, &body);
  PutSigned(epoch, &body);
  PutSigned(created_ms, &body);
  PutSigned(max_parallelism, &body);
  PutVarint(final ? 1 : 0, &body);
  PutAll(nodes, &body);
  PutAll(pending, &body);

  std::string out(kMagic);
  PutFixed64(body.size(), &out);
  PutFixed64(Checksum64(body), &out);
  return out + body;
}

Result<Manifest> Manifest::Decode(std::string_view bytes) {
  constexpr size_t kHeader = kMagic.size() + 2 * sizeof(uint64_t);
  if (bytes.size() < kHeader || !bytes.starts_with(kMagic)) {
    return Status::BadData("this is no checkpoint of thalweg, or its beginning is damaged");
  }
  const uint64_t size = Fixed64At(bytes, kMagic.size());
  const uint64_t checksum = Fixed64At(bytes, kMagic.size() + 8);
  const std::string_view body = bytes.substr(kHeader);
  if (body.size() != size) {
    return Status::BadData(fmt::format("damaged: {} bytes after the header, where {} were written",
                                       body.size(), size));
  }
  if (Checksum64(body) != checksum) {
    return Status::BadData("damaged: it does not have the checksum with which it was written");
  }
  Manifest m;
  Fields in(body);
  uint64_t version = 0;
  in.Get(&version);
  if (version > kVersion) {
    return Status::NotSupported(fmt::format(
        "written by a newer thalweg: format {}, this program reads up to {}", version, kVersion));
  }
  in.set_version(version);
  in.Get(&m.job);
  in.Get(&m.lineage);
  in.Get(&m.generation);
  in.Get(&m.epoch);
  in.Get(&m.created_ms);
  in.Get(&m.max_parallelism);
  in.Get(&m.final);
  in.Get(&m.nodes);
  in.Get(&m.pending);
  if (!in.ok() || !in.at_end()) return Status::BadData("damaged: a field is cut off");
  return m;
}

}  // namespace thalweg::runtime
