// The catalogue of functions: names, how many arguments, what they return. The binder checks calls
// against it and the engine has one implementation for each id.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace streamsql {

enum class FunctionId {
  kNone,
  // text
  kLower,
  kUpper,
  kLen,
  kConcat,
  kConcatWs,
  kSubstring,
  kLeft,
  kRight,
  kTrim,
  kLtrim,
  kRtrim,
  kReplace,
  kReplicate,
  kReverse,
  kCharindex,
  kPatindex,
  kStuff,
  kUnicode,
  kNchar,
  // time
  kDateadd,
  kDatediff,
  kDatepart,
  kDatename,
  kYear,
  kMonth,
  kDay,
  kDatetimefromparts,
  // numbers
  kAbs,
  kCeiling,
  kFloor,
  kExp,
  kPower,
  kRound,
  kSign,
  kSquare,
  kSqrt,
  // values
  kCoalesce,
  kNullif,
  kGetType,
  kGetArrayElement,
  kGetArrayLength,
  kGetRecordPropertyValue,
  // aggregates
  kCount,
  kSum,
  kAvg,
  kMin,
  kMax,
  kCollect,
  kCollectTop,
  kTopOne,
  // analytic
  kIsFirst,
  kLag,
  kLast,
};

/// Aggregates with OVER are analytic too.
enum class FunctionKind { kScalar, kAggregate, kAnalytic };

/// What every result (NULL aside) is; kArgument = as the first argument, kVaries = unknown.
enum class Returns { kBigint, kFloat, kText, kDatetime, kArgument, kVaries };

struct Function {
  std::string_view name;
  FunctionId id;
  FunctionKind kind;
  int args_min;
  int args_max;  ///< -1 = any number
  Returns returns;
  bool date_part_first = false;  ///< the first argument is a unit such as `minute`
};

/// Any letter case; nullptr when unknown.
const Function* find_function(std::string_view name);
const Function& function_of(FunctionId id);
/// A name of the dialect that this version does not run (JSON_PARSE, REGEXMATCH, …).
bool is_unsupported_function(std::string_view name);
/// Names of all functions and windows, for hints.
const std::vector<std::string_view>& function_names();

enum class DatePart {
  kYear,
  kQuarter,
  kMonth,
  kDayofyear,
  kDay,
  kWeek,
  kWeekday,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
};
/// "minute", "mi", "n", … in any letter case.
std::optional<DatePart> find_date_part(std::string_view name);

}  // namespace streamsql
