// BIN, HEX, UNHEX.
#include "expr/binding.h"
#include "expr/functions/families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

using data::Type;

namespace {

constexpr char kHexDigits[] = "0123456789ABCDEF";

/// `v` in base 2^kShift, without leading zeros.
template <int kShift>
Status Digits(const KernelCall& call, int64_t v, std::string_view* out, bool*) {
  char buffer[64];
  char* at = buffer + sizeof(buffer);
  auto rest = static_cast<uint64_t>(v);
  do {
    *--at = kHexDigits[rest & ((1 << kShift) - 1)];
    rest >>= kShift;
  } while (rest != 0);
  *out = call.arena->Add({at, static_cast<size_t>(buffer + sizeof(buffer) - at)});
  return Status::OK();
}

Status HexOfBytes(const KernelCall& call, std::string_view s, std::string_view* out, bool*) {
  char* p = call.arena->Allocate(2 * s.size());
  for (size_t i = 0; i < s.size(); ++i) {
    p[2 * i] = kHexDigits[static_cast<uint8_t>(s[i]) >> 4];
    p[2 * i + 1] = kHexDigits[static_cast<uint8_t>(s[i]) & 15];
  }
  *out = {p, 2 * s.size()};
  return Status::OK();
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Of an odd number of digits the first gives a zero byte, as in Flink.
Status Unhex(const KernelCall& call, std::string_view s, std::string_view* out, bool* null) {
  const size_t odd = s.size() & 1;
  char* p = call.arena->Allocate((s.size() + 1) / 2);
  size_t n = 0;
  if (odd != 0) {
    *null = HexValue(s[0]) < 0;
    p[n++] = '\0';
  }
  for (size_t i = odd; i < s.size(); i += 2) {
    const int high = HexValue(s[i]), low = HexValue(s[i + 1]);
    if (high < 0 || low < 0) *null = true;
    p[n++] = static_cast<char>(high * 16 + low);
  }
  *out = {p, n};
  return Status::OK();
}

Result<BoundFunction> BindOne(const Type& param, const Type& result, Kernel kernel) {
  BoundFunction f;
  f.params = {param};
  f.result = result;
  f.kernel = kernel;
  return f;
}

Result<BoundFunction> BindBin(const BindArgs& args) {
  if (args.types.size() != 1 || !args.types[0].is_integer()) return NoSuchOverload();
  return BindOne(Type::Bigint(), Type::String(), &EachRowChecked<&Digits<1>>);
}

Result<BoundFunction> BindHex(const BindArgs& args) {
  if (args.types.size() != 1) return NoSuchOverload();
  if (args.types[0].is_integer()) {
    return BindOne(Type::Bigint(), Type::String(), &EachRowChecked<&Digits<4>>);
  }
  if (!args.types[0].is_character()) return NoSuchOverload();
  return BindOne(args.types[0], Type::String(), &EachRowChecked<&HexOfBytes>);
}

Result<BoundFunction> BindUnhex(const BindArgs& args) {
  if (args.types.size() != 1 || !FitsCharacter(args.types[0])) return NoSuchOverload();
  TW_ASSIGN_OR_RETURN(BoundFunction f,
                      BindOne(IsNullType(args.types[0]) ? Type::String() : args.types[0],
                              Type::Bytes(), &EachRowChecked<&Unhex>));
  f.result_nulls = ResultNulls::kAlways;
  return f;
}

constexpr auto kCategory = FunctionCategory::kArithmetic;

const ScalarFunction kFunctions[] = {
    {"BIN",
     {},
     kCategory,
     "BIN(integer)",
     "The integer's 64 bits without leading zeros.",
     {"BIN(4)", "100"},
     &BindBin},
    {"HEX",
     {},
     kCategory,
     "HEX(integer or string)",
     "Hexadecimal digits of the integer's 64 bits, or of the string's bytes.",
     {"HEX('hello')", "68656C6C6F"},
     &BindHex},
    {"UNHEX",
     {},
     kCategory,
     "UNHEX(string)",
     "The bytes of hexadecimal digits; NULL where there is another character.",
     {"DECODE(UNHEX('466C696E6B'), 'UTF-8')", "Flink"},
     &BindUnhex},
};

}  // namespace

FunctionFamily NumberTextFunctions() { return kFunctions; }

}  // namespace thalweg::expr
