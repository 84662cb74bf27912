#include "sqlfile/tokens.h"

#include <algorithm>

namespace sqlfile {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

/// Where the quoted text or name that begins at `at` ends; a doubled quote belongs to it.
std::size_t quoted_end(std::string_view text, std::size_t at) {
  char quote = text[at++];
  while (at < text.size()) {
    if (text[at++] != quote) continue;
    if (at == text.size() || text[at] != quote) break;
    ++at;
  }
  return at;
}

/// Where what says nothing at `at` ends; `at` itself when something stands there.
std::size_t silent_end(std::string_view text, std::size_t at) {
  std::string_view rest = text.substr(at);
  if (rest.starts_with("--")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) {
    auto end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (rest.starts_with("\xEF\xBB\xBF")) return at + 3;  // a mark at the file's begin
  return is_blank(text[at]) ? at + 1 : at;
}

std::size_t token_end(std::string_view text, std::size_t at) {
  char c = text[at];
  if (c == '\'' || c == '"' || c == '`') return quoted_end(text, at);
  if (!is_word(c)) return at + 1;
  while (at < text.size() && is_word(text[at])) ++at;
  return at;
}

}  // namespace

std::vector<Token> tokens(std::string_view text) {
  std::vector<Token> found;
  int line = 1;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = silent_end(text, at);
    if (end == at) {
      end = token_end(text, at);
      std::string_view token = text.substr(at, end - at);
      found.push_back({token, token.front() == '\'' ? std::string(token) : lower(token), line});
    }
    line += static_cast<int>(std::ranges::count(text.substr(at, end - at), '\n'));
    at = end;
  }
  while (!found.empty() && found.back().same == ";") found.pop_back();
  return found;
}

}  // namespace sqlfile
