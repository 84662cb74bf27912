#include "sqlfile/functions.h"

#include <utility>
#include <vector>

#include "sqlfile/tokens.h"

namespace sqlfile {
namespace {

/// Function → its whole text.
std::map<std::string, std::string> by_name_in(std::string_view functions) {
  std::map<std::string, std::string> by_name;
  std::string text, name;
  bool is_next = false;
  for (const Token& token : tokens(functions)) {
    if (token.same == ";") {
      by_name[name] = std::exchange(text, "");
      continue;
    }
    if (is_next) name = token.same;
    is_next = token.same == "function";
    text += token.same + ' ';
  }
  if (!text.empty()) by_name[name] = text;
  return by_name;
}

}  // namespace

std::map<std::string, std::string> used_functions(std::string_view query,
                                                  std::string_view functions) {
  auto all = by_name_in(functions);
  std::map<std::string, std::string> used;
  std::vector<std::string> texts{std::string(query)};
  while (!texts.empty()) {
    std::string text = std::move(texts.back());
    texts.pop_back();
    for (const Token& token : tokens(text)) {
      auto function = all.find(token.same);
      if (function == all.end() || !used.insert(*function).second) continue;
      texts.push_back(function->second);
    }
  }
  return used;
}

}  // namespace sqlfile
