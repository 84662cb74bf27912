// A file's statistics as Delta writes them, from what COPY … RETURN_STATS says.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "lake/delta_internal.h"

namespace lake {
namespace {

constexpr std::size_t kTextMax =
    64;  // longer texts get no bounds: they'd weigh more than they help

Json number(const std::string& text) {
  Json value = Json::parse(text, nullptr, false);
  return value.is_number() ? value : Json{};
}

/// A double, or a FLOAT as the double that it is. Of two zeros readers know no order: a minimum is
/// the negative one, a maximum the other.
Json real(const std::string& text, bool is_max, bool single) {
  Json parsed = number(text);
  if (parsed.is_null()) return {};
  double value = single ? std::strtof(text.c_str(), nullptr) : parsed.get<double>();
  if (!std::isfinite(value)) return {};
  if (value == 0) return is_max ? 0.0 : -0.0;
  return value;
}

/// JSON's readers make a double of a decimal. One of more digits than that holds is rounded to the
/// outside.
Json decimal(const std::string& text, bool is_max) {
  constexpr std::ptrdiff_t kExactDigits = 15;
  Json parsed = number(text);
  bool exact =
      std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; }) <= kExactDigits;
  if (exact || parsed.is_null()) return parsed;
  return std::nextafter(std::strtod(text.c_str(), nullptr), is_max ? HUGE_VAL : -HUGE_VAL);
}

/// "2026-06-01 00:00:00.123456+00" as "2026-06-01T00:00:00.123Z". Readers keep milliseconds of a
/// bound, so a maximum is rounded up. Null for what isn't a plain date of four digits.
Json instant(std::string text, bool is_max, bool utc) {
  if (text.ends_with("+00")) text.resize(text.size() - 3);
  auto parsed = base::parse_instant(text);
  if (!parsed) return {};
  std::int64_t ms = base::to_millis(*parsed);
  if (is_max && base::from_millis(ms) < *parsed) ++ms;
  std::string bound = base::format_millis(base::from_millis(ms));
  if (!utc) bound.pop_back();  // Z
  return bound;
}

/// Null for those of other than four digits of a year, before 1, and infinite ones.
Json date(const std::string& text) {
  bool plain = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
               text.find_first_not_of("0123456789-") == std::string::npos;
  return plain ? Json(text) : Json{};
}

Json bound(const Json& type, const std::string& text, bool is_max) {
  if (!type.is_string()) return {};
  const auto& name = type.get_ref<const std::string&>();
  if (name == "string") return text.size() <= kTextMax ? Json(text) : Json{};
  if (name == "date") return date(text);
  if (name == "timestamp") return instant(text, is_max, true);
  if (name == "timestamp_ntz") return instant(text, is_max, false);
  if (name == "boolean" || name == "binary") return {};
  if (name == "double" || name == "float") return real(text, is_max, name == "float");
  if (name.starts_with("decimal")) return decimal(text, is_max);
  return number(text);
}

}  // namespace

Json delta_stats(const Json& copy_stats, const Json& schema, std::int64_t rows) {
  Json min = Json::object(), max = Json::object(), nulls = Json::object();
  for (const auto& field : schema.at("fields")) {
    const auto& name = field.at("name").get_ref<const std::string&>();
    auto found = copy_stats.find(name);
    if (found == copy_stats.end() || !found->is_object()) continue;
    if (found->contains("null_count")) {
      nulls[name] = number(found->at("null_count").get<std::string>());
    }
    if (!found->contains("min") || !found->contains("max")) continue;
    if (found->value("has_nan", "") == "true") continue;
    Json low = bound(field.at("type"), found->at("min").get<std::string>(), false);
    Json high = bound(field.at("type"), found->at("max").get<std::string>(), true);
    if (low.is_null() || high.is_null()) continue;
    min[name] = std::move(low);
    max[name] = std::move(high);
  }
  return {{"numRecords", rows}, {"minValues", min}, {"maxValues", max}, {"nullCount", nulls}};
}

}  // namespace lake
