// The first byte chooses options, the rest is a CSV file.
#include "format_fuzz.h"

namespace thalweg::formats {
namespace {

using data::Type;

const data::Schema& Table() {
  static const data::Schema s = {{"a", Type::Int()},
                                 {"b", Type::String()},
                                 {"c", Type::Timestamp(3)},
                                 {"d", Type::Decimal(10, 2)},
                                 {"e", Type::Array(Type::Bigint())},
                                 {"f", Type::Row({{"x", Type::String()}, {"y", Type::Double()}})},
                                 {"g", Type::Bytes()},
                                 {"h", Type::Date()},
                                 {"i", Type::Boolean()},
                                 {"j", Type::Time()}};
  return s;
}

void Check(uint8_t choice, std::string_view input) {
  FormatOptions o;
  if (choice & 1) o["ignore-parse-errors"] = "true";
  if (choice & 2) o["allow-comments"] = "true";
  if (choice & 4) o["escape-character"] = "\\";
  if (choice & 8) o["null-literal"] = "n";
  if (choice & 16) o["quote-character"] = "'";
  // A few columns of one, some, all.
  data::Schema read = Table();
  if (choice & 32) read.erase(read.begin() + 2, read.end());
  data::Schema physical = Table();
  if (choice & 64) physical.erase(physical.begin() + 2, physical.end());
  if (choice & 64) read.resize(std::min<size_t>(read.size(), 2));
  CheckFuzzInput("csv", {read, physical}, o, input);
}

}  // namespace
}  // namespace thalweg::formats

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  thalweg::formats::Check(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
