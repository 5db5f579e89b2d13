// The first byte chooses options, the rest is a file of JSON lines.
#include "format_fuzz.h"

namespace thalweg::formats {
namespace {

using data::Type;

const data::Schema& Table() {
  static const data::Schema s = {
      {"a", Type::Int()},
      {"b", Type::String()},
      {"c", Type::Timestamp(3)},
      {"d", Type::Decimal(10, 2)},
      {"e", Type::Array(Type::Array(Type::Bigint()))},
      {"f",
       Type::Row({{"x", Type::String()}, {"y", Type::Double()}, {"a", Type::Array(Type::Int())}})},
      {"g", Type::Bytes()},
      {"h", Type::Date()},
      {"i", Type::Boolean()},
      {"j", Type::Map(Type::String(), Type::Row({{"x", Type::Float()}}))},
      {"k", Type::TimestampLtz(9)},
      {"l", Type::Tinyint()}};
  return s;
}

void Check(uint8_t choice, std::string_view input) {
  FormatOptions o;
  if (choice & 1) {
    o["ignore-parse-errors"] = "true";
  } else if (choice & 2) {
    o["fail-on-missing-field"] = "true";
  }
  if (choice & 4) o["timestamp-format.standard"] = "ISO-8601";
  data::Schema read = Table();
  if (choice & 8) read.erase(read.begin() + 2, read.end());
  if (choice & 16) read.erase(read.begin(), read.begin() + 1);
  CheckFuzzInput("json", {read, Table()}, o, input);
}

}  // namespace
}  // namespace thalweg::formats

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  thalweg::formats::Check(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
