// MD5, SHA1, SHA224 ... SHA512, SHA2: lower-case hexadecimal digests of strings and bytes.
#include <openssl/evp.h>

#include "expr/binding.h"
#include "expr/functions/families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

using data::Type;

namespace {

using Algorithm = const EVP_MD* (*)();

std::string_view HexDigest(const EVP_MD* algorithm, std::string_view s, data::StringArena* arena) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int n = 0;
  EVP_Digest(s.data(), s.size(), digest, &n, algorithm, nullptr);
  constexpr char kHex[] = "0123456789abcdef";
  char* p = arena->Allocate(2 * n);
  for (unsigned int i = 0; i < n; ++i) {
    p[2 * i] = kHex[digest[i] >> 4];
    p[2 * i + 1] = kHex[digest[i] & 15];
  }
  return {p, 2 * n};
}

Status Digest(const KernelCall& call, data::Column* out) {
  const auto algorithm = *static_cast<const Algorithm*>(call.state);
  const data::ColumnView<std::string_view> in(*call.args[0]);
  auto* to = out->mutable_values<std::string_view>();
  call.rows.ForEach([&](int32_t i) { to[i] = HexDigest(algorithm(), in[i], call.arena); });
  return Status::OK();
}

Algorithm Sha2OfBits(int64_t bits) {
  switch (bits) {
    case 224:
      return &EVP_sha224;
    case 256:
      return &EVP_sha256;
    case 384:
      return &EVP_sha384;
    case 512:
      return &EVP_sha512;
    default:
      return nullptr;
  }
}

Status Sha2(const KernelCall& call, data::Column* out) {
  const data::ColumnView<std::string_view> in(*call.args[0]);
  const data::ColumnView<int32_t> bits(*call.args[1]);
  auto* to = out->mutable_values<std::string_view>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    const Algorithm algorithm = Sha2OfBits(bits[i]);
    if (algorithm == nullptr) {
      return Status::Evaluation("SHA2: the length must be 224, 256, 384 or 512, not " +
                                std::to_string(bits[i]));
    }
    to[i] = HexDigest(algorithm(), in[i], call.arena);
  }
  return Status::OK();
}

bool Hashable(const Type& t) { return t.is_character() || t.is_binary(); }

template <Algorithm kAlgorithm, int kDigits>
Result<BoundFunction> BindDigest(const BindArgs& args) {
  if (args.types.size() != 1 || !Hashable(args.types[0])) return NoSuchOverload();
  BoundFunction f = BindAsIs(args, Type::Char(kDigits), &Digest);
  f.state = std::make_shared<Algorithm>(kAlgorithm);
  return f;
}

Result<BoundFunction> BindSha2(const BindArgs& args) {
  if (args.types.size() != 2 || !Hashable(args.types[0]) || !args.types[1].is_integer()) {
    return NoSuchOverload();
  }
  const auto bits = LiteralInteger(args, 1);
  if (bits && Sha2OfBits(*bits) == nullptr) return NoSuchOverload();
  BoundFunction f = BindAsIs(args, Type::Varchar(128), &Sha2);
  f.params[1] = Type::Int();
  return f;
}

constexpr auto kCategory = FunctionCategory::kHash;

const ScalarFunction kFunctions[] = {
    {"MD5",
     {},
     kCategory,
     "MD5(string)",
     "The MD5 digest, 32 hexadecimal digits.",
     {"MD5('abc')", "900150983cd24fb0d6963f7d28e17f72"},
     &BindDigest<&EVP_md5, 32>},
    {"SHA1",
     {},
     kCategory,
     "SHA1(string)",
     "The SHA-1 digest, 40 hexadecimal digits.",
     {"SHA1('abc')", "a9993e364706816aba3e25717850c26c9cd0d89d"},
     &BindDigest<&EVP_sha1, 40>},
    {"SHA224",
     {},
     kCategory,
     "SHA224(string)",
     "The SHA-224 digest, 56 hexadecimal digits.",
     {"SHA224('abc')", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
     &BindDigest<&EVP_sha224, 56>},
    {"SHA256",
     {},
     kCategory,
     "SHA256(string)",
     "The SHA-256 digest, 64 hexadecimal digits.",
     {"SHA256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
     &BindDigest<&EVP_sha256, 64>},
    {"SHA384",
     {},
     kCategory,
     "SHA384(string)",
     "The SHA-384 digest, 96 hexadecimal digits.",
     {"CHAR_LENGTH(SHA384('abc'))", "96"},
     &BindDigest<&EVP_sha384, 96>},
    {"SHA512",
     {},
     kCategory,
     "SHA512(string)",
     "The SHA-512 digest, 128 hexadecimal digits.",
     {"CHAR_LENGTH(SHA512('abc'))", "128"},
     &BindDigest<&EVP_sha512, 128>},
    {"SHA2",
     {},
     kCategory,
     "SHA2(string, bits)",
     "The SHA-2 digest of 224, 256, 384 or 512 bits.",
     {"SHA2('abc', 256)", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
     &BindSha2},
};

}  // namespace

FunctionFamily HashFunctions() { return kFunctions; }

}  // namespace thalweg::expr
