// Streaming SQL: any text is compiled or refused, and what parses prints to a fixed point.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "streamsql/parser.h"
#include "streamsql/print.h"
#include "streamsql/streamsql.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static const streamsql::Names names{
      {"pageviews", "stars"}, {"vip", "vipusers", "users"}, {"raw", "output"}};
  auto plan = streamsql::compile(text, names);
  if (!plan) CHECK(plan.error().line >= 1 && !plan.error().message.empty());
  auto script = streamsql::parse(text);
  if (!script) return 0;
  std::string once = streamsql::print(*script);
  auto again = streamsql::parse(once);
  CHECK(again.has_value(), "{}", once);
  CHECK(streamsql::print(*again) == once, "{}", once);
  return 0;
}
