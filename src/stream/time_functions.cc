// Time functions: DATEADD … DATETIMEFROMPARTS. A text in the place of a datetime is read as one.
#include <algorithm>
#include <array>
#include <cmath>

#include "stream/convert.h"
#include "stream/datetime.h"
#include "stream/evaluators_internal.h"

namespace stream {
namespace {

using enum streamsql::FunctionId;

bool datetime(Call& call, const Value& value, Ticks& out) {
  auto ticks = to_datetime(value);
  if (!ticks) {
    call.wrong_type(value, "a value of type datetime");
    return false;
  }
  out = *ticks;
  return true;
}

Value dateadd(Call& call, const Value* args, std::size_t) {
  Ticks t = 0;
  if (!args[0].is_number()) return call.wrong_type(args[0], "a number");
  if (!datetime(call, args[1], t)) return Value::null();
  auto n = convert(args[0], streamsql::SqlType::kBigint, call.arena);  // cuts the fraction off
  auto sum = n ? date_add(call.expr.part, n->integer, t) : std::nullopt;
  if (!sum) return call.fail("the result of DATEADD is outside the years 1 to 9999");
  return Value::datetime(*sum);
}

Value datediff(Call& call, const Value* args, std::size_t) {
  Ticks a = 0, b = 0;
  if (!datetime(call, args[0], a) || !datetime(call, args[1], b)) return Value::null();
  return Value::bigint(date_diff(call.expr.part, a, b));
}

Value part_of(Call& call, const Value& value, DatePart part) {
  Ticks t = 0;
  return datetime(call, value, t) ? Value::bigint(date_part(part, t)) : Value::null();
}

Value datepart(Call& call, const Value* args, std::size_t) {
  return part_of(call, args[0], call.expr.part);
}

Value datename(Call& call, const Value* args, std::size_t) {
  Ticks t = 0;
  if (!datetime(call, args[0], t)) return Value::null();
  return Value::text(call.arena.copy(date_name(call.expr.part, t)));
}

template <DatePart kPart>
Value fixed_part(Call& call, const Value* args, std::size_t) {
  return part_of(call, args[0], kPart);
}

Value datetimefromparts(Call& call, const Value* args, std::size_t) {
  std::int64_t parts[7];
  for (int i = 0; i < 7; i++) {
    if (args[i].kind != Kind::kBigint) return call.wrong_type(args[i], "numbers of type bigint");
    parts[i] = args[i].integer;
  }
  auto made = datetime_from_parts(parts);
  return made ? Value::datetime(*made) : call.fail("DATETIMEFROMPARTS: there is no such date");
}

constexpr std::array kTimeFunctions = {FunctionEntry{kDateadd, dateadd},
                                       FunctionEntry{kDatediff, datediff},
                                       FunctionEntry{kDatepart, datepart},
                                       FunctionEntry{kDatename, datename},
                                       FunctionEntry{kYear, fixed_part<DatePart::kYear>},
                                       FunctionEntry{kMonth, fixed_part<DatePart::kMonth>},
                                       FunctionEntry{kDay, fixed_part<DatePart::kDay>},
                                       FunctionEntry{kDatetimefromparts, datetimefromparts}};

}  // namespace

const FunctionEntry* find_time_function(streamsql::FunctionId id) {
  auto it = std::find_if(kTimeFunctions.begin(), kTimeFunctions.end(),
                         [&](auto& f) { return f.id == id; });
  return it == kTimeFunctions.end() ? nullptr : &*it;
}

}  // namespace stream
