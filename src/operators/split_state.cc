#include "operators/split_state.h"

#include <cstring>

namespace thalweg::operators {
namespace {

void PutString(std::string_view s, std::string* out) {
  const auto n = static_cast<uint32_t>(s.size());
  out->append(reinterpret_cast<const char*>(&n), sizeof n);
  out->append(s);
}

template <typename T>
bool GetNumber(std::string_view* in, T* value) {
  if (in->size() < sizeof(T)) return false;
  std::memcpy(value, in->data(), sizeof(T));
  in->remove_prefix(sizeof(T));
  return true;
}

bool GetString(std::string_view* in, std::string* value) {
  uint32_t n = 0;
  if (!GetNumber(in, &n) || in->size() < n) return false;
  value->assign(in->substr(0, n));
  in->remove_prefix(n);
  return true;
}

}  // namespace

std::string SplitState::Encode() const {
  std::string out;
  PutString(split.id, &out);
  PutString(split.payload, &out);
  PutString(split.position, &out);
  out.append(reinterpret_cast<const char*>(&emitted_watermark), sizeof emitted_watermark);
  out.append(reinterpret_cast<const char*>(&current_watermark), sizeof current_watermark);
  return out;
}

Result<SplitState> SplitState::Decode(std::string_view bytes) {
  SplitState s;
  if (!GetString(&bytes, &s.split.id) || !GetString(&bytes, &s.split.payload) ||
      !GetString(&bytes, &s.split.position) || !GetNumber(&bytes, &s.emitted_watermark) ||
      !GetNumber(&bytes, &s.current_watermark) || !bytes.empty()) {
    return Status::BadData("the snapshot of a source's split is cut off or malformed");
  }
  return s;
}

}  // namespace thalweg::operators
