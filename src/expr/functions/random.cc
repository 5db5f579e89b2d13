// RAND, RAND_INTEGER and UUID.
//
// A seeded generator is java.util.Random's, so its numbers are Flink's. Its state lives in the
// task's EvalContext, one per call in the SQL text.
#include <random>

#include "expr/binding.h"
#include "expr/functions/families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

using data::Type;

namespace {

/// java.util.Random.
class JavaRandom {
 public:
  explicit JavaRandom(uint64_t* state) : state_(state) {}
  static uint64_t StateOfSeed(int64_t seed) {
    return (static_cast<uint64_t>(seed) ^ kMultiplier) & kMask;
  }
  double NextDouble() {
    const auto high = static_cast<int64_t>(Next(26));
    return static_cast<double>((high << 27) + static_cast<int64_t>(Next(27))) * 0x1.0p-53;
  }
  int32_t NextInt(int32_t bound) {
    auto r = static_cast<int32_t>(Next(31));
    const int32_t m = bound - 1;
    if ((bound & m) == 0) return static_cast<int32_t>((int64_t{bound} * r) >> 31);
    for (int32_t u = r; (r = u % bound, static_cast<int64_t>(u) - r + m > INT32_MAX);
         u = static_cast<int32_t>(Next(31))) {
    }
    return r;
  }
  uint64_t NextLong() { return (uint64_t{Next(32)} << 32) ^ Next(32); }

 private:
  static constexpr uint64_t kMultiplier = 0x5DEECE66D;
  static constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;
  uint32_t Next(int bits) {
    *state_ = (*state_ * kMultiplier + 11) & kMask;
    return static_cast<uint32_t>(*state_ >> (48 - bits));
  }
  uint64_t* state_;
};

/// BoundFunction::state: which generator of the context a call uses.
struct Generator {
  std::optional<int64_t> seed;
};

uint64_t* StateOf(const KernelCall& call) {
  auto [it, is_new] = call.context.random_states.emplace(call.state, 0);
  if (is_new) {
    const auto& generator = *static_cast<const Generator*>(call.state);
    int64_t seed;
    if (generator.seed) {
      seed = *generator.seed;
    } else if (call.context.seed != 0) {
      seed = static_cast<int64_t>(call.context.seed + call.context.random_states.size());
    } else {
      seed =
          static_cast<int64_t>((uint64_t{std::random_device{}()} << 32) ^ std::random_device{}());
    }
    it->second = JavaRandom::StateOfSeed(seed);
  }
  return &it->second;
}

Status Rand(const KernelCall& call, data::Column* out) {
  JavaRandom random(StateOf(call));
  auto* to = out->mutable_values<double>();
  call.rows.ForEach([&](int32_t i) { to[i] = random.NextDouble(); });
  return Status::OK();
}

/// A seed that is not constant: a new generator for each row.
Status RandOfSeed(const KernelCall& call, data::Column* out) {
  const data::ColumnView<int32_t> seed(*call.args[0]);
  auto* to = out->mutable_values<double>();
  call.rows.ForEach([&](int32_t i) {
    uint64_t state = JavaRandom::StateOfSeed(seed[i]);
    to[i] = JavaRandom(&state).NextDouble();
  });
  return Status::OK();
}

Status RandInteger(const KernelCall& call, data::Column* out) {
  const data::ColumnView<int32_t> bound(*call.args.back());
  const bool seed_column =
      static_cast<const Generator*>(call.state)->seed == std::nullopt && call.args.size() == 2;
  uint64_t* shared = StateOf(call);
  auto* to = out->mutable_values<int32_t>();
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if (bound[i] <= 0) return Status::Evaluation("RAND_INTEGER: the bound must be positive");
    uint64_t state = 0;
    if (seed_column) {
      state = JavaRandom::StateOfSeed(data::ColumnView<int32_t>(*call.args[0])[i]);
    }
    to[i] = JavaRandom(seed_column ? &state : shared).NextInt(bound[i]);
  }
  return Status::OK();
}

Status Uuid(const KernelCall& call, data::Column* out) {
  JavaRandom random(StateOf(call));
  auto* to = out->mutable_values<std::string_view>();
  call.rows.ForEach([&](int32_t i) {
    constexpr char kHex[] = "0123456789abcdef";
    const uint64_t high = (random.NextLong() & 0xffffffffffff0fff) | 0x4000;  // version 4
    const uint64_t low = (random.NextLong() & 0x3fffffffffffffff) | 0x8000000000000000;
    char* p = call.arena->Allocate(36);
    int digit = 0;
    for (int k = 0; k < 36; ++k) {
      if (k == 8 || k == 13 || k == 18 || k == 23) {
        p[k] = '-';
        continue;
      }
      const uint64_t half = digit < 16 ? high : low;
      p[k] = kHex[(half >> (60 - 4 * (digit % 16))) & 15];
      ++digit;
    }
    to[i] = {p, 36};
  });
  return Status::OK();
}

std::shared_ptr<const Generator> MakeGenerator(std::optional<int64_t> seed) {
  return std::make_shared<Generator>(Generator{seed});
}

bool AreIntegers(const BindArgs& args) {
  for (const Type& t : args.types) {
    if (!FitsInteger(t)) return false;
  }
  return true;
}

Result<BoundFunction> BindRand(const BindArgs& args) {
  if (args.types.size() > 1 || !AreIntegers(args)) return NoSuchOverload();
  BoundFunction f;
  f.result = Type::Double();
  f.kernel = &Rand;
  std::optional<int64_t> seed;
  if (args.types.size() == 1) {
    f.params = {Type::Int()};
    seed = LiteralInteger(args, 0);
    if (!seed) f.kernel = &RandOfSeed;
  }
  f.state = MakeGenerator(seed);
  return f;
}

Result<BoundFunction> BindRandInteger(const BindArgs& args) {
  const size_t n = args.types.size();
  if (n == 0 || n > 2 || !AreIntegers(args)) return NoSuchOverload();
  BoundFunction f;
  f.params.assign(n, Type::Int());
  f.result = Type::Int();
  f.kernel = &RandInteger;
  f.state = MakeGenerator(n == 2 ? LiteralInteger(args, 0) : std::nullopt);
  return f;
}

Result<BoundFunction> BindUuid(const BindArgs& args) {
  if (!args.types.empty()) return NoSuchOverload();
  BoundFunction f;
  f.result = Type::Char(36);
  f.kernel = &Uuid;
  f.state = MakeGenerator(std::nullopt);
  return f;
}

constexpr auto kCategory = FunctionCategory::kArithmetic;

const ScalarFunction kFunctions[] = {
    {"RAND",
     {},
     kCategory,
     "RAND([seed])",
     "A random DOUBLE in [0, 1).",
     {"RAND() < 1", "TRUE"},
     &BindRand,
     false},
    {"RAND_INTEGER",
     {},
     kCategory,
     "RAND_INTEGER([seed, ] bound)",
     "A random INT in [0, bound).",
     {"RAND_INTEGER(1)", "0"},
     &BindRandInteger,
     false},
    {"UUID",
     {},
     kCategory,
     "UUID()",
     "A random UUID (version 4).",
     {"CHAR_LENGTH(UUID())", "36"},
     &BindUuid,
     false},
};

}  // namespace

FunctionFamily RandomFunctions() { return kFunctions; }

}  // namespace thalweg::expr
