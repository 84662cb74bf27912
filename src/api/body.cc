#include "api/body.h"

#include <algorithm>

namespace api {

using base::Code;
using base::Result;
using nlohmann::json;

namespace {

constexpr int kDepthMax = 100;

/// How deep arrays and objects stand in one another; `text` needs not be JSON.
int depth_of(const std::string& text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') ++i;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
    if (c == ']' || c == '}') --depth;
  }
  return deepest;
}

}  // namespace

Result<json> parse_object(const std::string& text) {
  if (depth_of(text) > kDepthMax) {
    return base::error(Code::kInvalidArgument, "the body is nested deeper than {} levels",
                       kDepthMax);
  }
  json body = json::parse(text, nullptr, false);
  if (body.is_object()) return body;
  return base::error(Code::kInvalidArgument, "the body must be a JSON object");
}

Result<int> whole_number(const json& body, const char* name, int least, int most, int fallback) {
  auto found = body.find(name);
  if (found == body.end()) return fallback;
  if (found->is_number_integer() && *found >= least && *found <= most) return found->get<int>();
  return base::error(Code::kInvalidArgument, "\"{}\" must be a whole number from {} to {}", name,
                     least, most);
}

}  // namespace api
