#include "api/parameters.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/suggest.h"

namespace api {

using base::Code;
using base::Result;
using nlohmann::json;

namespace {

/// What somebody sent, as far as it can be repeated in a sentence.
std::string shown(const std::string& value) {
  constexpr std::size_t kShown = 60;
  return json(value.substr(0, kShown)).dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_offset(const json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() <= INT64_MAX;
}

}  // namespace

base::Status check_parameters(const httplib::Request& request,
                              const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : request.params) {
    if (std::ranges::find(known, name) == known.end()) {
      return base::error(Code::kInvalidArgument, "there is no parameter {} here; there are {}{}",
                         shown(name), base::listed(known), base::did_you_mean(name, known));
    }
    if (request.params.count(name) > 1) {
      return base::error(Code::kInvalidArgument, "the parameter {} is given twice", shown(name));
    }
  }
  return {};
}

Result<int> whole_number(const httplib::Request& request, const char* name, int least, int most,
                         int fallback) {
  if (!request.has_param(name)) return fallback;
  const std::string text = request.get_param_value(name);
  const char* end = text.data() + text.size();
  int value = 0;
  auto [read, wrong] = std::from_chars(text.data(), end, value);
  if (wrong == std::errc() && read == end && value >= least && value <= most) return value;
  return base::error(Code::kInvalidArgument, "\"{}\" must be a whole number from {} to {}, not {}",
                     name, least, most, shown(text));
}

Result<std::vector<std::int64_t>> whole_numbers(const httplib::Request& request, const char* name) {
  std::vector<std::int64_t> numbers;
  if (!request.has_param(name)) return numbers;
  const std::string text = request.get_param_value(name);
  const json given = json::parse(text, nullptr, false);
  if (!given.is_array() || given.empty() || !std::ranges::all_of(given, is_offset)) {
    return base::error(Code::kInvalidArgument,
                       "\"{}\" must be a list of whole numbers from 0 on, like [12,3,0], not {}",
                       name, shown(text));
  }
  for (const auto& number : given) numbers.push_back(number.get<std::int64_t>());
  return numbers;
}

}  // namespace api
