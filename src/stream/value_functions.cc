// NULLIF, GetType, and functions on records and arrays.
#include <algorithm>
#include <array>

#include "stream/evaluators_internal.h"

namespace stream {
namespace {

using enum streamsql::FunctionId;

Value nullif(Call&, const Value* args, std::size_t) {
  auto order = compare(args[0], args[1]);
  bool equal = order && *order == 0;
  return equal || args[0].is_null() ? Value::null() : args[0];
}

Value get_type(Call&, const Value* args, std::size_t) {
  return Value::text(kind_text(args[0].kind));
}

Value get_array_element(Call& call, const Value* args, std::size_t) {
  if (args[0].kind != Kind::kArray) return call.wrong_type(args[0], "a value of type array");
  if (args[1].kind != Kind::kBigint) return call.wrong_type(args[1], "an index of type bigint");
  auto i = static_cast<std::uint64_t>(args[1].integer);
  if (i >= args[0].array->size) return Value::null();
  return args[0].array->items[i];
}

Value get_array_length(Call& call, const Value* args, std::size_t) {
  if (args[0].kind != Kind::kArray) return call.wrong_type(args[0], "a value of type array");
  return Value::bigint(static_cast<std::int64_t>(args[0].array->size));
}

Value get_record_property_value(Call& call, const Value* args, std::size_t) {
  if (args[0].kind != Kind::kRecord) return call.wrong_type(args[0], "a value of type record");
  if (args[1].kind != Kind::kText) return call.wrong_type(args[1], "a name of type nvarchar(max)");
  return args[0].record->find(args[1].view());
}

constexpr std::array kValueFunctions = {
    FunctionEntry{kNullif, nullif, true}, FunctionEntry{kGetType, get_type},
    FunctionEntry{kGetArrayElement, get_array_element},
    FunctionEntry{kGetArrayLength, get_array_length},
    FunctionEntry{kGetRecordPropertyValue, get_record_property_value}};

}  // namespace

const FunctionEntry* find_value_function(streamsql::FunctionId id) {
  auto it = std::find_if(kValueFunctions.begin(), kValueFunctions.end(),
                         [&](auto& f) { return f.id == id; });
  return it == kValueFunctions.end() ? nullptr : &*it;
}

}  // namespace stream
