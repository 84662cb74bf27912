#include <algorithm>
#include <array>

#include "lake/foreign_json_internal.h"
#include "lake/spark_words_internal.h"

namespace lake {
namespace {

struct Word {
  std::string_view name, why;
};

constexpr std::array<Word, 8> kWords{{
    {"^", "^ is a power here and an exclusive or in Spark: write power(a, b) or xor(a, b)"},
    {"<=>", "<=> is a distance here and an equality in Spark: write a IS NOT DISTINCT FROM b"},
    {"array_agg",
     "array_agg() keeps nulls here and leaves them out in Spark: write collect_list(x)"},
    {"hash", "hash() gives other numbers in Spark: write md5(x)"},
    {"typeof", "typeof() names types otherwise in Spark: write the CAST that is needed"},
    {"skewness", "skewness() has another formula in Spark: write it with avg() and stddev_pop()"},
    {"kurtosis", "kurtosis() has another formula in Spark: write it with avg() and stddev_pop()"},
    {"to_json",
     "to_json() keeps nulls here and leaves them out in Spark: write the text with concat()"},
}};

/// Parts of a time that both know, with another value.
constexpr std::array<Word, 7> kParts{{
    {"dow", "dayofweek(x)"},
    {"dayofweek", "dayofweek(x)"},
    {"weekday", "weekday(x)"},
    {"second", "second(x)"},
    {"seconds", "second(x)"},
    {"sec", "second(x)"},
    {"s", "second(x)"},
}};

const Word* find(const auto& words, std::string_view name) {
  auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? nullptr : &*found;
}

std::string lower_spark(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

/// The constant that a node is; null for others.
const Json& constant(const Json& node) {
  static const Json kNone;
  if (member(node, "class") != "CONSTANT") return kNone;
  const Json& value = member(node, "value");
  return member(value, "is_null") == true ? kNone : member(value, "value");
}

std::optional<std::string> part_of_time(const Json& function) {
  const Json& arguments = member(function, "children");
  if (arguments.size() != 2 || !constant(arguments[0]).is_string()) return {};
  const Word* part = find(kParts, lower_spark(constant(arguments[0]).get<std::string>()));
  if (part == nullptr) return {};
  return fmt::format("extract({} FROM x) is another number in Spark: write {}", part->name,
                     part->why);
}

std::optional<std::string> element(const Json& node, SqlUse use) {
  const Json& arguments = member(node, "children");
  if (arguments.size() != 2) return {};
  const Json& index = constant(arguments[1]);
  if (!index.is_number_integer() || (use == SqlUse::kAnswer && index != 0)) return {};
  auto number = index.get<std::int64_t>();
  return fmt::format(
      "x[{}] counts from 1 here and from 0 in Spark: write element_at(x, n), whose first is "
      "element_at(x, 1)",
      number);
}

}  // namespace

std::optional<std::string> spark_differs(const Json& node, SqlUse use) {
  if (text_member(node, "type") == "ARRAY_EXTRACT") return element(node, use);
  if (text_member(node, "class") != "FUNCTION" || use == SqlUse::kAnswer) return {};
  std::string name = lower_spark(text_member(node, "function_name"));
  if (name == "date_part" || name == "datepart") return part_of_time(node);
  const Word* word = find(kWords, name);
  return word == nullptr ? std::nullopt : std::optional(std::string{word->why});
}

}  // namespace lake
