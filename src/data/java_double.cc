// Double.toString and Float.toString as the JDK had them before version 19: usually but not always
// the shortest digits that read back as the same value. Steele and White's digit generation with
// the JDK's stopping rules, on exact integers.
#include <algorithm>
#include <bit>
#include <cmath>
#include <type_traits>
#include <vector>

#include "data/print.h"

namespace thalweg::data {
namespace {

constexpr int kFractionBits = 52;
constexpr uint64_t kHiddenBit = uint64_t{1} << kFractionBits;

/// Decimal digits and the position of the point: 0.d1d2d3... * 10^exponent.
struct Digits {
  char digit[24];
  int count = 0;
  int exponent = 0;

  void Push(int q) { digit[count++] = static_cast<char>('0' + q); }
  void RoundUp() {
    int i = count - 1;
    while (i > 0 && digit[i] == '9') digit[i--] = '0';
    if (digit[i] == '9') {
      ++exponent;
      digit[0] = '1';
      for (int k = 1; k < count; ++k) digit[k] = '0';
    } else {
      ++digit[i];
    }
  }
};

/// Unsigned integers of up to 1200 bits.
class Big {
 public:
  explicit Big(uint64_t v) : words_{static_cast<uint32_t>(v), static_cast<uint32_t>(v >> 32)} {
    Trim();
  }
  void Multiply(uint32_t f) {
    uint64_t carry = 0;
    for (uint32_t& w : words_) {
      carry += uint64_t{w} * f;
      w = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) words_.push_back(static_cast<uint32_t>(carry));
  }
  void MultiplyPow5(int n) {
    for (; n >= 13; n -= 13) Multiply(1220703125);
    for (; n > 0; --n) Multiply(5);
  }
  void ShiftLeft(int n) {
    if (words_.empty()) return;
    words_.insert(words_.begin(), static_cast<size_t>(n / 32), 0);
    if (n % 32 != 0) Multiply(uint32_t{1} << (n % 32));
  }
  void Add(const Big& o) {
    words_.resize(std::max(words_.size(), o.words_.size()) + 1, 0);
    uint64_t carry = 0;
    for (size_t i = 0; i < words_.size(); ++i) {
      carry += uint64_t{words_[i]} + (i < o.words_.size() ? o.words_[i] : 0);
      words_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    Trim();
  }
  void Subtract(const Big& o) {
    int64_t borrow = 0;
    for (size_t i = 0; i < words_.size(); ++i) {
      int64_t d = int64_t{words_[i]} - borrow - (i < o.words_.size() ? o.words_[i] : 0);
      borrow = d < 0;
      words_[i] = static_cast<uint32_t>(d);
    }
    Trim();
  }
  int Compare(const Big& o) const {
    if (words_.size() != o.words_.size()) return words_.size() < o.words_.size() ? -1 : 1;
    for (size_t i = words_.size(); i-- > 0;) {
      if (words_[i] != o.words_[i]) return words_[i] < o.words_[i] ? -1 : 1;
    }
    return 0;
  }

 private:
  void Trim() {
    while (!words_.empty() && words_.back() == 0) words_.pop_back();
  }
  std::vector<uint32_t> words_;
};

/// Bits of 5^n, or the bound 3 n above the table.
int BitsOfPow5(int n) {
  return n < 27 ? (n == 0 ? 0 : static_cast<int>(n * 2.321928094887362) + 1) : n * 3;
}

/// How many low digits of a whole number are noise when its low `p` bits are.
int InsignificantDigits(int p) {
  if (p <= 1) return 0;
  return static_cast<int>(p * 0.30102999566398120);
}

void WholeNumber(uint64_t value, int insignificant, Digits* out) {
  int exponent = 0;
  if (insignificant != 0) {
    uint64_t pow10 = 1;
    for (int i = 0; i < insignificant; ++i) pow10 *= 10;
    const uint64_t residue = value % pow10;
    value /= pow10;
    exponent += insignificant;
    if (residue >= pow10 / 2) ++value;
  }
  while (value % 10 == 0) {
    value /= 10;
    ++exponent;
  }
  char reversed[24];
  int n = 0;
  for (; value != 0; value /= 10) reversed[n++] = static_cast<char>('0' + value % 10);
  for (int i = n; i-- > 0;) out->digit[out->count++] = reversed[i];
  out->exponent = exponent + n;
}

int EstimateExponent(uint64_t fraction, int binary_exponent) {
  const double mantissa =
      std::bit_cast<double>((uint64_t{1023} << kFractionBits) | (fraction & (kHiddenBit - 1)));
  const double d = (mantissa - 1.5) * 0.289529654 + 0.176091259 +
                   static_cast<double>(binary_exponent) * 0.301029995663981;
  return static_cast<int>(std::floor(d));
}

/// Digit generation on any integer type with the scaled value b, scale s and half ulp m.
/// `inclusive`: the JDK's big-integer path stops already at b + m == 10 s.
template <typename Arithmetic>
void Generate(Arithmetic a, int decimal_exponent, Digits* out) {
  int q = a.NextDigit();
  a.ScaleUlp();
  bool low = a.Low();
  bool high = a.High();
  if (q == 0 && !high) {
    --decimal_exponent;
  } else {
    out->Push(q);
  }
  // E-notation shows at least two digits.
  if (decimal_exponent < -3 || decimal_exponent >= 8) low = high = false;
  while (!low && !high) {
    q = a.NextDigit();
    a.ScaleUlp();
    low = a.Low();
    high = a.High();
    out->Push(q);
  }
  out->exponent = decimal_exponent + 1;
  if (!high) return;
  if (low) {
    const int remainder = a.CompareRemainderToHalf();
    const bool odd = ((out->digit[out->count - 1] - '0') & 1) != 0;
    if (remainder > 0 || (remainder == 0 && odd)) out->RoundUp();
  } else {
    out->RoundUp();
  }
}

/// int32_t or int64_t, wrapping around where the JDK's does.
template <typename Word>
struct SmallArithmetic {
  SmallArithmetic(Word b, Word s, Word m, Word tens) : b(b), s(s), m(m), tens(tens) {}
  Word b, s, m, tens;
  int NextDigit() {
    const int q = static_cast<int>(b / s);
    b = Times10(b % s);
    return q;
  }
  void ScaleUlp() {
    m = Times10(m);
    overflow_ = !first_ && m <= 0;
    first_ = false;
  }
  bool Low() const { return overflow_ || b < m; }
  bool High() const { return overflow_ || Sum(b, m) > tens; }
  int CompareRemainderToHalf() const {
    const Word d = static_cast<Word>(static_cast<Unsigned>(b) * 2 - static_cast<Unsigned>(tens));
    return d < 0 ? -1 : d > 0 ? 1 : 0;
  }

 private:
  using Unsigned = std::make_unsigned_t<Word>;
  static Word Times10(Word v) { return static_cast<Word>(static_cast<Unsigned>(v) * 10); }
  static Word Sum(Word x, Word y) {
    return static_cast<Word>(static_cast<Unsigned>(x) + static_cast<Unsigned>(y));
  }
  bool first_ = true;
  bool overflow_ = false;
};

template <typename Word>
Word ScaledWord(uint64_t v, int five, int two) {
  for (; five > 0; --five) v *= 5;
  return static_cast<Word>(v << two);
}

struct BigArithmetic {
  Big b, s, m, tens;
  int NextDigit() {
    int q = 0;
    while (b.Compare(s) >= 0) {
      b.Subtract(s);
      ++q;
    }
    b.Multiply(10);
    return q;
  }
  void ScaleUlp() { m.Multiply(10); }
  bool Low() const { return b.Compare(m) < 0; }
  bool High() const {
    Big sum = b;
    sum.Add(m);
    return sum.Compare(tens) >= 0;
  }
  int CompareRemainderToHalf() const {
    Big twice = b;
    twice.ShiftLeft(1);
    return twice.Compare(tens);
  }
};

/// value = fraction * 2^(binary_exponent - 52), fraction normalised to 53 bits.
void ToDigits(int binary_exponent, uint64_t fraction, int significant_bits, Digits* out) {
  const int tail_zeros = std::countr_zero(fraction);
  const int bits = kFractionBits + 1 - tail_zeros;
  const int tiny_bits = std::max(0, bits - binary_exponent - 1);
  if (binary_exponent <= 62 && binary_exponent >= -21 && tiny_bits == 0 && bits < 64) {
    const int insignificant = binary_exponent > significant_bits
                                  ? InsignificantDigits(binary_exponent - significant_bits - 1)
                                  : 0;
    const uint64_t whole = binary_exponent >= kFractionBits
                               ? fraction << (binary_exponent - kFractionBits)
                               : fraction >> (kFractionBits - binary_exponent);
    WholeNumber(whole, insignificant, out);
    return;
  }
  const int decimal_exponent = EstimateExponent(fraction, binary_exponent);
  const int b5 = std::max(0, -decimal_exponent);
  int b2 = b5 + tiny_bits + binary_exponent;
  const int s5 = std::max(0, decimal_exponent);
  int s2 = s5 + tiny_bits;
  const int m5 = b5;
  int m2 = b2 - significant_bits;
  fraction >>= tail_zeros;
  b2 -= bits - 1;
  const int common = std::min(b2, s2);
  b2 -= common;
  s2 -= common;
  m2 -= common;
  if (bits == 1) m2 -= 1;  // below a power of two the next value is half as far away
  if (m2 < 0) {
    b2 -= m2;
    s2 -= m2;
    m2 = 0;
  }
  const int value_bits = bits + b2 + BitsOfPow5(b5);
  const int ten_bits = s2 + 1 + BitsOfPow5(s5 + 1);
  const auto generate_small = [&](auto word) {
    using Word = decltype(word);
    const auto s = ScaledWord<Word>(1, s5, s2);
    Generate(SmallArithmetic<Word>(ScaledWord<Word>(fraction, b5, b2), s,
                                   ScaledWord<Word>(1, m5, m2), static_cast<Word>(s * 10)),
             decimal_exponent, out);
  };
  if (value_bits < 32 && ten_bits < 32) {
    generate_small(int32_t{});
  } else if (value_bits < 64 && ten_bits < 64) {
    generate_small(int64_t{});
  } else {
    auto scaled = [](uint64_t v, int five, int two) {
      Big x(v);
      x.MultiplyPow5(five);
      x.ShiftLeft(two);
      return x;
    };
    Generate(BigArithmetic{scaled(fraction, b5, b2), scaled(1, s5, s2), scaled(1, m5, m2),
                           scaled(1, s5 + 1, s2 + 1)},
             decimal_exponent, out);
  }
}

void Format(const Digits& d, std::string* out) {
  if (d.exponent > 0 && d.exponent < 8) {
    const int whole = std::min(d.count, d.exponent);
    out->append(d.digit, static_cast<size_t>(whole));
    if (whole < d.exponent) {
      out->append(static_cast<size_t>(d.exponent - whole), '0');
      *out += ".0";
    } else {
      *out += '.';
      if (d.count > whole) {
        out->append(d.digit + whole, static_cast<size_t>(d.count - whole));
      } else {
        *out += '0';
      }
    }
  } else if (d.exponent <= 0 && d.exponent > -3) {
    *out += "0.";
    out->append(static_cast<size_t>(-d.exponent), '0');
    out->append(d.digit, static_cast<size_t>(d.count));
  } else {
    *out += d.digit[0];
    *out += '.';
    if (d.count > 1) {
      out->append(d.digit + 1, static_cast<size_t>(d.count - 1));
    } else {
      *out += '0';
    }
    *out += 'E';
    AppendInt(d.exponent - 1, out);
  }
}

/// True when it has printed NaN, an infinity or zero.
bool AppendSpecial(double value, std::string* out) {
  if (std::isnan(value)) {
    *out += "NaN";
    return true;
  }
  if (std::signbit(value)) *out += '-';
  if (std::isinf(value)) {
    *out += "Infinity";
    return true;
  }
  if (value == 0) {
    *out += "0.0";
    return true;
  }
  return false;
}

}  // namespace

void AppendDouble(double value, std::string* out) {
  if (AppendSpecial(value, out)) return;
  const auto bits = std::bit_cast<uint64_t>(value);
  uint64_t fraction = bits & (kHiddenBit - 1);
  int exponent = static_cast<int>((bits >> kFractionBits) & 0x7ff);
  int significant = kFractionBits + 1;
  if (exponent == 0) {
    const int zeros = std::countl_zero(fraction);
    const int shift = zeros - (63 - kFractionBits);
    fraction <<= shift;
    exponent = 1 - shift;
    significant = 64 - zeros;
  } else {
    fraction |= kHiddenBit;
  }
  Digits digits;
  ToDigits(exponent - 1023, fraction, significant, &digits);
  Format(digits, out);
}

void AppendFloat(float value, std::string* out) {
  if (AppendSpecial(value, out)) return;
  constexpr int kFloatFractionBits = 23;
  const auto bits = std::bit_cast<uint32_t>(value);
  uint32_t fraction = bits & ((1u << kFloatFractionBits) - 1);
  int exponent = static_cast<int>((bits >> kFloatFractionBits) & 0xff);
  int significant = kFloatFractionBits + 1;
  if (exponent == 0) {
    const int zeros = std::countl_zero(fraction);
    const int shift = zeros - (31 - kFloatFractionBits);
    fraction <<= shift;
    exponent = 1 - shift;
    significant = 32 - zeros;
  } else {
    fraction |= 1u << kFloatFractionBits;
  }
  Digits digits;
  ToDigits(exponent - 127, uint64_t{fraction} << (kFractionBits - kFloatFractionBits), significant,
           &digits);
  Format(digits, out);
}

}  // namespace thalweg::data
