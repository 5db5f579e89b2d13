#include "connectors/generator_split.h"

#include <fmt/format.h>

#include "base/byte_coding.h"

namespace thalweg::connectors {
namespace {

class GeneratorEnumerator : public Enumerator {
 public:
  explicit GeneratorEnumerator(std::vector<GeneratorSplit> splits) : splits_(std::move(splits)) {}

  Result<std::vector<Split>> Discover() override {
    std::vector<Split> found;
    if (done_) return found;
    done_ = true;
    for (const GeneratorSplit& s : splits_) {
      found.push_back({fmt::format("{}/{}", s.index + 1, s.count), s.Encode(), ""});
    }
    return found;
  }
  std::string Snapshot() const override { return done_ ? "1" : "0"; }
  Status Restore(const std::string& snapshot) override {
    if (snapshot != "0" && snapshot != "1") {
      return Status::Internal("damaged snapshot of a generator");
    }
    done_ = snapshot == "1";
    return Status::OK();
  }

 private:
  const std::vector<GeneratorSplit> splits_;
  bool done_ = false;
};

}  // namespace

std::string GeneratorSplit::Encode() const {
  std::string bytes;
  for (const uint64_t v : {index, count, rows, seed}) PutVarint(v, &bytes);
  return bytes;
}

Result<GeneratorSplit> GeneratorSplit::Decode(std::string_view payload) {
  GeneratorSplit s;
  ByteReader reader(payload);
  if (!reader.GetVarint(&s.index) || !reader.GetVarint(&s.count) || !reader.GetVarint(&s.rows) ||
      !reader.GetVarint(&s.seed) || !reader.at_end() || s.index >= s.count) {
    return Status::Internal("damaged split of a generator");
  }
  return s;
}

std::unique_ptr<Enumerator> MakeGeneratorEnumerator(std::vector<GeneratorSplit> splits) {
  return std::make_unique<GeneratorEnumerator>(std::move(splits));
}

std::string EncodeRowPosition(uint64_t rows) {
  std::string bytes;
  PutVarint(rows, &bytes);
  return bytes;
}

Result<uint64_t> DecodeRowPosition(std::string_view position) {
  uint64_t rows = 0;
  if (position.empty()) return rows;
  ByteReader reader(position);
  if (!reader.GetVarint(&rows) || !reader.at_end()) {
    return Status::Internal("damaged position of a generator");
  }
  return rows;
}

}  // namespace thalweg::connectors
