#include "notebook/quotes_internal.h"

namespace notebook {

std::optional<std::string> take_quoted(std::string_view& text) {
  if (text.empty() || (text.front() != '"' && text.front() != '\'')) return std::nullopt;
  const char quote = text.front();
  std::string inner;
  for (std::size_t i = 1; i < text.size(); ++i) {
    bool has_next = i + 1 < text.size();
    if (text[i] == '\\' && has_next && (text[i + 1] == quote || text[i + 1] == '\\')) {
      inner += text[++i];
    } else if (text[i] != quote) {
      inner += text[i];
    } else if (has_next && text[i + 1] == quote) {
      inner += text[++i];
    } else {
      text.remove_prefix(i + 1);
      return inner;
    }
  }
  return std::nullopt;
}

std::string unquoted(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  text = text.substr(from, text.find_last_not_of(kBlank) - from + 1);
  std::string_view rest = text;
  auto inner = take_quoted(rest);
  return inner && rest.empty() ? *inner : std::string(text);
}

}  // namespace notebook
