#include "streamsql/functions.h"

#include <algorithm>
#include <array>

#include "base/result.h"
#include "streamsql/lexer.h"

namespace streamsql {
namespace {

using enum FunctionId;
constexpr auto kScalar = FunctionKind::kScalar;
constexpr auto kAggregate = FunctionKind::kAggregate;
constexpr auto kAnalytic = FunctionKind::kAnalytic;

constexpr std::array kFunctions = {
    Function{"LOWER", kLower, kScalar, 1, 1, Returns::kText},
    Function{"UPPER", kUpper, kScalar, 1, 1, Returns::kText},
    Function{"LEN", kLen, kScalar, 1, 1, Returns::kBigint},
    Function{"CONCAT", kConcat, kScalar, 2, -1, Returns::kText},
    Function{"CONCAT_WS", kConcatWs, kScalar, 2, -1, Returns::kText},
    Function{"SUBSTRING", kSubstring, kScalar, 3, 3, Returns::kText},
    Function{"LEFT", kLeft, kScalar, 2, 2, Returns::kText},
    Function{"RIGHT", kRight, kScalar, 2, 2, Returns::kText},
    Function{"TRIM", kTrim, kScalar, 1, 1, Returns::kText},
    Function{"LTRIM", kLtrim, kScalar, 1, 1, Returns::kText},
    Function{"RTRIM", kRtrim, kScalar, 1, 1, Returns::kText},
    Function{"REPLACE", kReplace, kScalar, 3, 3, Returns::kText},
    Function{"REPLICATE", kReplicate, kScalar, 2, 2, Returns::kText},
    Function{"REVERSE", kReverse, kScalar, 1, 1, Returns::kText},
    Function{"CHARINDEX", kCharindex, kScalar, 2, 3, Returns::kBigint},
    Function{"PATINDEX", kPatindex, kScalar, 2, 2, Returns::kBigint},
    Function{"STUFF", kStuff, kScalar, 4, 4, Returns::kText},
    Function{"UNICODE", kUnicode, kScalar, 1, 1, Returns::kBigint},
    Function{"NCHAR", kNchar, kScalar, 1, 1, Returns::kText},
    Function{"DATEADD", kDateadd, kScalar, 3, 3, Returns::kDatetime, true},
    Function{"DATEDIFF", kDatediff, kScalar, 3, 3, Returns::kBigint, true},
    Function{"DATEPART", kDatepart, kScalar, 2, 2, Returns::kBigint, true},
    Function{"DATENAME", kDatename, kScalar, 2, 2, Returns::kText, true},
    Function{"YEAR", kYear, kScalar, 1, 1, Returns::kBigint},
    Function{"MONTH", kMonth, kScalar, 1, 1, Returns::kBigint},
    Function{"DAY", kDay, kScalar, 1, 1, Returns::kBigint},
    Function{"DATETIMEFROMPARTS", kDatetimefromparts, kScalar, 7, 7, Returns::kDatetime},
    Function{"ABS", kAbs, kScalar, 1, 1, Returns::kArgument},
    Function{"CEILING", kCeiling, kScalar, 1, 1, Returns::kArgument},
    Function{"FLOOR", kFloor, kScalar, 1, 1, Returns::kArgument},
    Function{"EXP", kExp, kScalar, 1, 1, Returns::kFloat},
    Function{"POWER", kPower, kScalar, 2, 2, Returns::kFloat},
    Function{"ROUND", kRound, kScalar, 2, 2, Returns::kArgument},
    Function{"SIGN", kSign, kScalar, 1, 1, Returns::kArgument},
    Function{"SQUARE", kSquare, kScalar, 1, 1, Returns::kFloat},
    Function{"SQRT", kSqrt, kScalar, 1, 1, Returns::kFloat},
    Function{"COALESCE", kCoalesce, kScalar, 1, -1, Returns::kVaries},
    Function{"NULLIF", kNullif, kScalar, 2, 2, Returns::kArgument},
    Function{"GetType", kGetType, kScalar, 1, 1, Returns::kText},
    Function{"GetArrayElement", kGetArrayElement, kScalar, 2, 2, Returns::kVaries},
    Function{"GetArrayLength", kGetArrayLength, kScalar, 1, 1, Returns::kBigint},
    Function{"GetRecordPropertyValue", kGetRecordPropertyValue, kScalar, 2, 2, Returns::kVaries},
    Function{"COUNT", kCount, kAggregate, 0, 1, Returns::kBigint},
    Function{"SUM", kSum, kAggregate, 1, 1, Returns::kArgument},
    Function{"AVG", kAvg, kAggregate, 1, 1, Returns::kFloat},
    Function{"MIN", kMin, kAggregate, 1, 1, Returns::kArgument},
    Function{"MAX", kMax, kAggregate, 1, 1, Returns::kArgument},
    Function{"Collect", kCollect, kAggregate, 0, 1, Returns::kVaries},
    Function{"CollectTop", kCollectTop, kAggregate, 1, 2, Returns::kVaries},
    Function{"TopOne", kTopOne, kAggregate, 0, 1, Returns::kVaries},
    Function{"ISFIRST", kIsFirst, kAnalytic, 2, 2, Returns::kBigint},
    Function{"LAG", kLag, kAnalytic, 1, 3, Returns::kArgument},
    Function{"LAST", kLast, kAnalytic, 1, 2, Returns::kArgument},
};

constexpr std::array<std::string_view, 5> kWindows = {
    "TumblingWindow", "HoppingWindow", "SlidingWindow", "SessionWindow", "System.Timestamp"};

constexpr std::array<std::string_view, 25> kUnsupported = {"Windows",
                                                           "Window",
                                                           "System.Window",
                                                           "STDEV",
                                                           "STDEVP",
                                                           "VAR",
                                                           "VARP",
                                                           "PERCENTILE_CONT",
                                                           "PERCENTILE_DISC",
                                                           "REGEXMATCH",
                                                           "TRANSLATE",
                                                           "JSON_PARSE",
                                                           "GetMetadataPropertyValue",
                                                           "MATCH_RECOGNIZE",
                                                           "CreatePoint",
                                                           "CreatePolygon",
                                                           "CreateLineString",
                                                           "ST_DISTANCE",
                                                           "ST_WITHIN",
                                                           "ST_OVERLAPS",
                                                           "ST_INTERSECTS",
                                                           "AnomalyDetection_SpikeAndDip",
                                                           "AnomalyDetection_ChangePoint",
                                                           "ISDATE",
                                                           "UDF"};

struct PartName {
  std::string_view name;
  DatePart part;
};
constexpr std::array<PartName, 37> kParts = {{
    {"year", DatePart::kYear},       {"yyyy", DatePart::kYear},
    {"yy", DatePart::kYear},         {"quarter", DatePart::kQuarter},
    {"qq", DatePart::kQuarter},      {"q", DatePart::kQuarter},
    {"month", DatePart::kMonth},     {"mm", DatePart::kMonth},
    {"m", DatePart::kMonth},         {"dayofyear", DatePart::kDayofyear},
    {"dy", DatePart::kDayofyear},    {"y", DatePart::kDayofyear},
    {"day", DatePart::kDay},         {"dd", DatePart::kDay},
    {"d", DatePart::kDay},           {"week", DatePart::kWeek},
    {"wk", DatePart::kWeek},         {"ww", DatePart::kWeek},
    {"weekday", DatePart::kWeekday}, {"dw", DatePart::kWeekday},
    {"w", DatePart::kWeekday},       {"hour", DatePart::kHour},
    {"hh", DatePart::kHour},         {"minute", DatePart::kMinute},
    {"mi", DatePart::kMinute},       {"n", DatePart::kMinute},
    {"second", DatePart::kSecond},   {"ss", DatePart::kSecond},
    {"s", DatePart::kSecond},        {"millisecond", DatePart::kMillisecond},
    {"ms", DatePart::kMillisecond},  {"microsecond", DatePart::kMicrosecond},
    {"mcs", DatePart::kMicrosecond}, {"hours", DatePart::kHour},
    {"minutes", DatePart::kMinute},  {"seconds", DatePart::kSecond},
    {"days", DatePart::kDay},
}};

}  // namespace

const Function* find_function(std::string_view name) {
  auto it = std::find_if(kFunctions.begin(), kFunctions.end(),
                         [&](const Function& f) { return same_name(f.name, name); });
  return it == kFunctions.end() ? nullptr : &*it;
}

const Function& function_of(FunctionId id) {
  auto it = std::find_if(kFunctions.begin(), kFunctions.end(),
                         [&](const Function& f) { return f.id == id; });
  CHECK(it != kFunctions.end());
  return *it;
}

bool is_unsupported_function(std::string_view name) {
  return std::any_of(kUnsupported.begin(), kUnsupported.end(), [&](std::string_view known) {
    return same_name(known, name) || same_name(known, name.substr(0, name.find('.')));
  });
}

const std::vector<std::string_view>& function_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all(kWindows.begin(), kWindows.end());
    for (const Function& f : kFunctions) all.push_back(f.name);
    return all;
  }();
  return names;
}

std::optional<DatePart> find_date_part(std::string_view name) {
  auto it = std::find_if(kParts.begin(), kParts.end(),
                         [&](const PartName& p) { return same_name(p.name, name); });
  if (it == kParts.end()) return std::nullopt;
  return it->part;
}

}  // namespace streamsql
