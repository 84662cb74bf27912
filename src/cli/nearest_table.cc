#include "cli/nearest_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/suggest.h"

namespace cli {
namespace {

std::string_view bare_name(std::string_view table) { return table.substr(table.find('.') + 1); }

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> names;
  while (!list.empty()) {
    auto end = std::min(list.find(", "), list.size());
    names.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 2, list.size()));
  }
  return names;
}

/// "did you mean 'gold.sales'?", or nothing.
std::string hint_of(std::string_view name, const std::vector<std::string_view>& tables) {
  std::vector<std::string_view> bare;
  for (auto table : tables) {  // without its tier, or in another
    if (bare_name(table) == bare_name(name)) return fmt::format("did you mean '{}'?", table);
    bare.push_back(bare_name(table));
  }
  std::string near = base::did_you_mean(name, tables);
  if (!near.empty()) return near.substr(2);  // without "; "
  near = base::did_you_mean(bare_name(name), bare);
  for (auto table : tables) {
    if (near.find(fmt::format("'{}'", bare_name(table))) != std::string::npos) {
      return fmt::format("did you mean '{}'?", table);
    }
  }
  return "";
}

}  // namespace

std::string with_nearest_table(const std::string& message) {
  constexpr std::string_view kTable = "table ", kMissing = " does not exist; there are ";
  constexpr std::string_view kNoTier = "\" is no tier: ";
  if (auto at = message.find(kMissing); at != std::string::npos) {
    auto begin = message.rfind(kTable, at);
    if (begin == std::string::npos) return message;
    begin += kTable.size();
    std::string name = message.substr(begin, at - begin);
    std::string hint = hint_of(name, split(std::string_view(message).substr(at + kMissing.size())));
    return hint.empty() ? message : message.substr(0, at) + " does not exist; " + hint;
  }
  if (auto end = message.find(kNoTier); end != std::string::npos && end > 0) {
    auto begin = message.rfind('"', end - 1);
    if (begin == std::string::npos) return message;
    std::string_view tier = std::string_view(message).substr(begin + 1, end - begin - 1);
    return message + base::did_you_mean(tier, {"bronze", "silver", "gold", "meta"});
  }
  return message;
}

}  // namespace cli
