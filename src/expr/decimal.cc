#include "expr/decimal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "data/print.h"

namespace thalweg::expr {
namespace {

using Uint128 = unsigned __int128;

constexpr std::array<Int128, 39> kPowers = [] {
  std::array<Int128, 39> p{};
  p[0] = 1;
  for (size_t i = 1; i < p.size(); ++i) p[i] = p[i - 1] * 10;
  return p;
}();

Uint128 Magnitude(Int128 v) { return v < 0 ? -static_cast<Uint128>(v) : static_cast<Uint128>(v); }
Int128 WithSign(Uint128 magnitude, bool negative) {
  return static_cast<Int128>(negative ? -magnitude : magnitude);
}

/// Unsigned 256 bits: what products and shifted dividends of 38 digits need.
struct Wide {
  uint32_t w[8] = {};  // little-endian

  static Wide Of(Uint128 v) {
    Wide x;
    for (int i = 0; i < 4; ++i) x.w[i] = static_cast<uint32_t>(v >> (32 * i));
    return x;
  }
  bool fits128() const { return (w[4] | w[5] | w[6] | w[7]) == 0; }
  Uint128 low128() const {
    Uint128 v = 0;
    for (int i = 3; i >= 0; --i) v = (v << 32) | w[i];
    return v;
  }
  void MultiplySmall(uint32_t f) {
    uint64_t carry = 0;
    for (uint32_t& x : w) {
      carry += uint64_t{x} * f;
      x = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  }
  /// Divides in place; returns the remainder.
  uint32_t DivideSmall(uint32_t d) {
    uint64_t rest = 0;
    for (int i = 7; i >= 0; --i) {
      rest = (rest << 32) | w[i];
      w[i] = static_cast<uint32_t>(rest / d);
      rest %= d;
    }
    return static_cast<uint32_t>(rest);
  }
  int Compare(const Wide& o) const {
    for (int i = 7; i >= 0; --i) {
      if (w[i] != o.w[i]) return w[i] < o.w[i] ? -1 : 1;
    }
    return 0;
  }
  void ShiftLeftOne() {
    uint32_t carry = 0;
    for (uint32_t& x : w) {
      const uint32_t next = x >> 31;
      x = (x << 1) | carry;
      carry = next;
    }
  }
  void Subtract(const Wide& o) {
    int64_t borrow = 0;
    for (int i = 0; i < 8; ++i) {
      const int64_t d = int64_t{w[i]} - o.w[i] - borrow;
      borrow = d < 0;
      w[i] = static_cast<uint32_t>(d);
    }
  }
  int BitLength() const {
    for (int i = 7; i >= 0; --i) {
      if (w[i] != 0) return 32 * i + 32 - __builtin_clz(w[i]);
    }
    return 0;
  }
};

Wide Product(Uint128 a, Uint128 b) {
  Wide x = Wide::Of(a), y = Wide::Of(b), r;
  for (int i = 0; i < 4; ++i) {
    uint64_t carry = 0;
    for (int j = 0; j < 4; ++j) {
      carry += uint64_t{x.w[i]} * y.w[j] + r.w[i + j];
      r.w[i + j] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    r.w[i + 4] = static_cast<uint32_t>(carry);
  }
  return r;
}

/// quotient and remainder of n / d.
void Divide(const Wide& n, Uint128 d, Wide* quotient, Uint128* remainder) {
  const Wide divisor = Wide::Of(d);
  Wide rest;
  *quotient = Wide();
  for (int bit = n.BitLength() - 1; bit >= 0; --bit) {
    rest.ShiftLeftOne();
    rest.w[0] |= (n.w[bit / 32] >> (bit % 32)) & 1;
    quotient->ShiftLeftOne();
    if (rest.Compare(divisor) >= 0) {
      rest.Subtract(divisor);
      quotient->w[0] |= 1;
    }
  }
  *remainder = rest.low128();
}

/// Drops `digits` decimal digits, rounding half up.
void DropDigits(Wide* v, int digits) {
  if (digits <= 0) return;
  for (--digits; digits > 0; --digits) v->DivideSmall(10);
  if (v->DivideSmall(10) >= 5) {
    for (uint32_t& x : v->w) {
      if (++x != 0) break;
    }
  }
}

int DigitCount(Wide v) {
  int n = 0;
  while (v.BitLength() > 0) {
    v.DivideSmall(10);
    ++n;
  }
  return n;
}

bool Finish(const Wide& v, bool negative, int precision, Int128* out) {
  if (!v.fits128() || v.low128() >= static_cast<Uint128>(kPowers[static_cast<size_t>(precision)])) {
    return false;
  }
  *out = WithSign(v.low128(), negative);
  return true;
}

bool RescaleWide(Wide v, bool negative, int from_scale, DecimalFormat to, Int128* out) {
  if (to.scale < from_scale) {
    DropDigits(&v, std::min(from_scale - to.scale, 80));
  } else {
    for (int i = from_scale; i < to.scale; ++i) {
      if (v.BitLength() > 250) return false;
      v.MultiplySmall(10);
    }
  }
  return Finish(v, negative, to.precision, out);
}

}  // namespace

Int128 PowerOf10(int n) { return kPowers[static_cast<size_t>(n)]; }

bool FitsPrecision(Int128 v, int precision) {
  const Int128 bound = kPowers[static_cast<size_t>(precision)];
  return v < bound && v > -bound;
}

bool DecimalRescale(Int128 v, int from_scale, DecimalFormat to, Int128* out) {
  if (from_scale == to.scale) {
    *out = v;
    return FitsPrecision(v, to.precision);
  }
  if (to.scale > from_scale) {
    const int up = to.scale - from_scale;
    // |v| < 10^(precision - up) exactly if the product fits.
    if (v == 0) {
      *out = 0;
      return true;
    }
    if (up > to.precision || !FitsPrecision(v, to.precision - up)) return false;
    *out = v * kPowers[static_cast<size_t>(up)];
    return true;
  }
  const int down = from_scale - to.scale;
  if (down > 38) {
    *out = 0;
    return true;
  }
  const Uint128 divisor = static_cast<Uint128>(kPowers[static_cast<size_t>(down)]);
  const Uint128 magnitude = Magnitude(v);
  Uint128 q = magnitude / divisor;
  if (magnitude % divisor >= divisor / 2) ++q;
  *out = WithSign(q, v < 0);
  return FitsPrecision(*out, to.precision);
}

bool DecimalAdd(Int128 a, int a_scale, Int128 b, int b_scale, DecimalFormat to, Int128* out) {
  const int scale = std::max(a_scale, b_scale);
  Int128 x, y, sum;
  if (!__builtin_mul_overflow(a, kPowers[static_cast<size_t>(scale - a_scale)], &x) &&
      !__builtin_mul_overflow(b, kPowers[static_cast<size_t>(scale - b_scale)], &y) &&
      !__builtin_add_overflow(x, y, &sum)) {
    return DecimalRescale(sum, scale, to, out);
  }
  Wide u =
      Product(Magnitude(a), static_cast<Uint128>(kPowers[static_cast<size_t>(scale - a_scale)]));
  Wide v =
      Product(Magnitude(b), static_cast<Uint128>(kPowers[static_cast<size_t>(scale - b_scale)]));
  bool negative = a < 0;
  if ((a < 0) == (b < 0)) {
    uint64_t carry = 0;
    for (int i = 0; i < 8; ++i) {
      carry += uint64_t{u.w[i]} + v.w[i];
      u.w[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  } else {
    if (u.Compare(v) < 0) {
      std::swap(u, v);
      negative = !negative;
    }
    u.Subtract(v);
  }
  return RescaleWide(u, negative, scale, to, out);
}

bool DecimalMultiply(Int128 a, int a_scale, Int128 b, int b_scale, DecimalFormat to, Int128* out) {
  Int128 product;
  if (!__builtin_mul_overflow(a, b, &product)) {
    return DecimalRescale(product, a_scale + b_scale, to, out);
  }
  return RescaleWide(Product(Magnitude(a), Magnitude(b)), (a < 0) != (b < 0), a_scale + b_scale, to,
                     out);
}

bool DecimalDivide(Int128 a, int a_scale, Int128 b, int b_scale, DecimalFormat to, Int128* out) {
  if (a == 0) {
    *out = 0;
    return true;
  }
  const bool negative = (a < 0) != (b < 0);
  // a * 10^shift / b has 38 to 40 significant digits, or is exact.
  const Uint128 x = Magnitude(a), y = Magnitude(b);
  const int shift = std::clamp(39 + DigitCount(Wide::Of(y)) - DigitCount(Wide::Of(x)), 0, 76);
  Wide n = Product(x, static_cast<Uint128>(kPowers[static_cast<size_t>(std::min(shift, 38))]));
  for (int i = 38; i < shift; ++i) n.MultiplySmall(10);
  Wide q;
  Uint128 rest;
  Divide(n, y, &q, &rest);
  int scale = a_scale - b_scale + shift;
  const int digits = DigitCount(q);
  if (digits > 38) {
    // What the remainder adds is below the digits that are dropped, so half up sees all it needs.
    DropDigits(&q, digits - 38);
    scale -= digits - 38;
  }
  return RescaleWide(q, negative, scale, to, out);
}

bool DecimalModulo(Int128 a, int a_scale, Int128 b, int b_scale, DecimalFormat to, Int128* out) {
  const int scale = std::max(a_scale, b_scale);
  Int128 x, y;
  if (!__builtin_mul_overflow(a, kPowers[static_cast<size_t>(scale - a_scale)], &x) &&
      !__builtin_mul_overflow(b, kPowers[static_cast<size_t>(scale - b_scale)], &y)) {
    return DecimalRescale(x % y, scale, to, out);
  }
  const Wide n =
      Product(Magnitude(a), static_cast<Uint128>(kPowers[static_cast<size_t>(scale - a_scale)]));
  const Wide d =
      Product(Magnitude(b), static_cast<Uint128>(kPowers[static_cast<size_t>(scale - b_scale)]));
  if (!d.fits128()) return RescaleWide(n, a < 0, scale, to, out);  // |a| < |b|
  Wide q;
  Uint128 rest;
  Divide(n, d.low128(), &q, &rest);
  return RescaleWide(Wide::Of(rest), a < 0, scale, to, out);
}

int DecimalCompare(Int128 a, int a_scale, Int128 b, int b_scale) {
  if (a_scale == b_scale) return a < b ? -1 : a > b ? 1 : 0;
  if ((a < 0) != (b < 0)) return a < b ? -1 : 1;
  const int scale = std::max(a_scale, b_scale);
  const Wide x =
      Product(Magnitude(a), static_cast<Uint128>(kPowers[static_cast<size_t>(scale - a_scale)]));
  const Wide y =
      Product(Magnitude(b), static_cast<Uint128>(kPowers[static_cast<size_t>(scale - b_scale)]));
  return a < 0 ? -x.Compare(y) : x.Compare(y);
}

double DecimalToDouble(Int128 v, int scale) {
  constexpr Int128 kExact = Int128{1} << 53;
  if (v > -kExact && v < kExact && scale <= 22) {
    return static_cast<double>(v) / static_cast<double>(kPowers[static_cast<size_t>(scale)]);
  }
  std::string text;
  data::AppendDecimal(v, scale, &text);
  return std::strtod(text.c_str(), nullptr);
}

int64_t DecimalToInt64(Int128 v, int scale) {
  return static_cast<int64_t>(v / kPowers[static_cast<size_t>(scale)]);
}

bool DecimalFromDouble(double v, DecimalFormat to, Int128* out) {
  if (!std::isfinite(v)) return false;
  std::string text;
  data::AppendDouble(v, &text);
  return ParseDecimal(text, to, out) == DecimalParse::kOk;
}

DecimalParse ParseDecimal(std::string_view text, DecimalFormat to, Int128* out) {
  size_t i = 0;
  bool negative = false;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
  Wide value;
  int digits = 0;   // significant ones, those kept in value
  int dropped = 0;  // digits after the 60th
  int scale = 0;
  bool any = false, point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (point) ++scale;
    if (digits >= 60) {  // far below the 38 digits that can matter
      ++dropped;
      continue;
    }
    value.MultiplySmall(10);
    uint64_t carry = static_cast<uint64_t>(c - '0');
    for (int k = 0; k < 8 && carry != 0; ++k) {
      carry += value.w[k];
      value.w[k] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (digits > 0 || c != '0') ++digits;
  }
  if (!any) return DecimalParse::kMalformed;
  int64_t exponent = 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    bool negative_exponent = false;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative_exponent = text[i++] == '-';
    const size_t first = i;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      exponent = std::min<int64_t>(exponent * 10 + (text[i] - '0'), 1000000000);
    }
    if (i == first) return DecimalParse::kMalformed;
    if (negative_exponent) exponent = -exponent;
  }
  if (i != text.size()) return DecimalParse::kMalformed;
  const int64_t effective = scale - dropped - exponent;
  if (value.BitLength() == 0) {
    *out = 0;
    return DecimalParse::kOk;
  }
  if (effective > 1000) {
    *out = 0;
    return DecimalParse::kOk;
  }
  if (effective < -200) return DecimalParse::kOverflow;
  return RescaleWide(value, negative, static_cast<int>(effective), to, out)
             ? DecimalParse::kOk
             : DecimalParse::kOverflow;
}

}  // namespace thalweg::expr
