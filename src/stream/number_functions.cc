// Number functions: ABS … SQRT.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/result.h"
#include "stream/convert.h"
#include "stream/evaluators_internal.h"

namespace stream {
namespace {

using enum streamsql::FunctionId;

bool number(Call& call, const Value& value) {
  if (value.is_number()) return true;
  call.wrong_type(value, "a number (type bigint or float)");
  return false;
}

/// JSON has no infinities and no NaN: they become NULL.
Value finite(double value) { return std::isfinite(value) ? Value::real(value) : Value::null(); }

template <double (*kFunction)(double)>
Value of_double(Call& call, const Value* args, std::size_t) {
  return number(call, args[0]) ? finite(kFunction(args[0].as_double())) : Value::null();
}
double square(double x) { return x * x; }

/// Functions of whole numbers that keep bigint as it is.
template <double (*kFunction)(double)>
Value to_whole(Call& call, const Value* args, std::size_t) {
  if (!number(call, args[0])) return Value::null();
  return args[0].kind == Kind::kBigint ? args[0] : Value::real(kFunction(args[0].number));
}

Value absolute(Call& call, const Value* args, std::size_t) {
  if (!number(call, args[0])) return Value::null();
  if (args[0].kind == Kind::kFloat) return Value::real(std::fabs(args[0].number));
  if (args[0].integer == INT64_MIN)
    return call.fail("ABS of the lowest bigint does not fit a bigint");
  return Value::bigint(std::abs(args[0].integer));
}

Value sign(Call& call, const Value* args, std::size_t) {
  if (!number(call, args[0])) return Value::null();
  double x = args[0].as_double();
  int s = x > 0 ? 1 : x < 0 ? -1 : 0;
  return args[0].kind == Kind::kBigint ? Value::bigint(s) : Value::real(s);
}

Value power(Call& call, const Value* args, std::size_t) {
  if (!number(call, args[0]) || !number(call, args[1])) return Value::null();
  return finite(std::pow(args[0].as_double(), args[1].as_double()));
}

/// Half away from zero on the decimal digits that the number prints with: ROUND(2.675, 2) = 2.68.
double round_decimal(double x, std::int64_t places) {
  char text[40];
  auto end = std::to_chars(text, text + sizeof text, x, std::chars_format::scientific).ptr;
  std::string_view all(text, static_cast<std::size_t>(end - text));
  std::size_t e = all.find('e');
  int exponent = 0;
  const char* exponent_at = text + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_at, end, exponent);
  std::string digits;
  for (char c : all.substr(0, e))
    if (c >= '0' && c <= '9') digits += c;
  std::int64_t keep = exponent + 1 + places;  // digits that stay
  if (keep >= static_cast<std::int64_t>(digits.size())) return x;
  if (keep < 0) return 0;
  bool up = digits[static_cast<std::size_t>(keep)] >= '5';
  digits.resize(static_cast<std::size_t>(keep));
  digits.insert(digits.begin(), '0');
  for (std::size_t i = digits.size(); up && i > 0; i--) {
    up = digits[i - 1] == '9';
    digits[i - 1] = up ? '0' : static_cast<char>(digits[i - 1] + 1);
  }
  std::string rounded = fmt::format("{}{}e{}", x < 0 ? "-" : "", digits, -places);
  double out = 0;
  std::from_chars(rounded.data(), rounded.data() + rounded.size(), out);
  return out;
}

Value round_bigint(Call& call, std::int64_t x, std::int64_t places) {
  if (places >= 0) return Value::bigint(x);
  if (places < -18) return Value::bigint(0);
  std::int64_t unit = 1;
  for (; places < 0; places++) unit *= 10;
  std::int64_t rest = x % unit, half = unit / 2, out = x - rest;
  bool overflow = false;
  if (rest >= half) overflow = __builtin_add_overflow(out, unit, &out);
  if (rest <= -half) overflow = __builtin_sub_overflow(out, unit, &out);
  return overflow ? call.fail("the result of ROUND does not fit a bigint") : Value::bigint(out);
}

Value round(Call& call, const Value* args, std::size_t) {
  if (!number(call, args[0]) || !number(call, args[1])) return Value::null();
  auto places = static_cast<std::int64_t>(std::clamp(args[1].as_double(), -400.0, 400.0));
  if (args[0].kind == Kind::kBigint) return round_bigint(call, args[0].integer, places);
  return Value::real(round_decimal(args[0].number, places));
}

constexpr std::array kNumberFunctions = {FunctionEntry{kAbs, absolute},
                                         FunctionEntry{kCeiling, to_whole<std::ceil>},
                                         FunctionEntry{kFloor, to_whole<std::floor>},
                                         FunctionEntry{kExp, of_double<std::exp>},
                                         FunctionEntry{kPower, power},
                                         FunctionEntry{kRound, round},
                                         FunctionEntry{kSign, sign},
                                         FunctionEntry{kSquare, of_double<square>},
                                         FunctionEntry{kSqrt, of_double<std::sqrt>}};

}  // namespace

const FunctionEntry* find_number_function(streamsql::FunctionId id) {
  auto it = std::find_if(kNumberFunctions.begin(), kNumberFunctions.end(),
                         [&](auto& f) { return f.id == id; });
  return it == kNumberFunctions.end() ? nullptr : &*it;
}

}  // namespace stream
