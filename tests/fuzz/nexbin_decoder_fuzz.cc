// The first byte chooses what is read, the rest is a nexbin file.
#include "format_fuzz.h"

namespace thalweg::formats {
namespace {

using data::Type;

const data::Schema& Table() {
  static const Type l = Type::Bigint(), s = Type::String(), t = Type::Timestamp(3);
  static const data::Schema table = {
      {"event_type", Type::Int()},
      {"person",
       Type::Row({{"a", l}, {"b", s}, {"c", s}, {"d", s}, {"e", s}, {"f", s}, {"g", t}, {"h", s}})},
      {"auction", Type::Row({{"a", l},
                             {"b", s},
                             {"c", s},
                             {"d", l},
                             {"e", l},
                             {"f", t},
                             {"g", t},
                             {"h", l},
                             {"i", l},
                             {"j", s}})},
      {"bid", Type::Row({{"a", l}, {"b", l}, {"c", l}, {"d", s}, {"e", s}, {"f", t}, {"g", s}})}};
  return table;
}

void Check(uint8_t choice, std::string_view input) {
  data::Schema read;
  for (size_t i = 0; i < 4; ++i) {
    if (choice >> i & 1) read.push_back(Table()[i]);
  }
  if (choice & 16)
    read.push_back({"bid", Type::Row({{"d", Type::String()}, {"c", Type::Bigint()}})});
  CheckFuzzInput("nexbin", {read, Table()}, {}, input);
}

}  // namespace
}  // namespace thalweg::formats

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  // Reading `bid` twice is nothing that a query does.
  const uint8_t choice = (data[0] & 8) ? data[0] & 15 : data[0];
  thalweg::formats::Check(choice, {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
