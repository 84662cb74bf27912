#include "control/definition.h"

#include <algorithm>

namespace control {

namespace {

constexpr std::size_t kAround = 6;  // tokens shown before and behind
constexpr std::size_t kShown = 36;  // tokens at most

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

/// Tokens [first, last), with blanks where the source has them.
std::string shown(const std::vector<SqlToken>& tokens, std::size_t first, std::size_t last) {
  bool cut = last - first > kShown;
  if (cut) last = first + kShown;
  std::string out = first > 0 ? "… " : "";
  for (std::size_t i = first; i < last; ++i) {
    bool apart =
        i > first && tokens[i].text.data() != tokens[i - 1].text.data() + tokens[i - 1].text.size();
    if (apart) out += ' ';
    out += tokens[i].text;
  }
  return cut || last < tokens.size() ? out + " …" : out;
}

}  // namespace

std::vector<SqlToken> sql_tokens(std::string_view text) {
  std::vector<SqlToken> tokens;
  int line = 1;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = silent_end(text, at);
    if (end == at) {
      end = token_end(text, at);
      std::string_view token = text.substr(at, end - at);
      tokens.push_back({token, token.front() == '\'' ? std::string(token) : lower(token), line});
    }
    line += static_cast<int>(std::ranges::count(text.substr(at, end - at), '\n'));
    at = end;
  }
  while (!tokens.empty() && tokens.back().same == ";") tokens.pop_back();
  return tokens;
}

SqlDifference sql_difference(std::string_view ours, std::string_view shipped) {
  auto a = sql_tokens(ours), b = sql_tokens(shipped);
  auto [in_a, in_b] = std::ranges::mismatch(a, b, {}, &SqlToken::same, &SqlToken::same);
  if (in_a == a.end() && in_b == b.end()) return {};
  auto first = static_cast<std::size_t>(in_a - a.begin());
  std::size_t same_behind = 0, most = std::min(a.size(), b.size()) - first;
  while (same_behind < most &&
         a[a.size() - 1 - same_behind].same == b[b.size() - 1 - same_behind].same) {
    ++same_behind;
  }
  std::size_t from = first - std::min(first, kAround);
  std::size_t behind = same_behind - std::min(same_behind, kAround);
  SqlDifference difference{.line = 1,
                           .ours = shown(a, from, a.size() - behind),
                           .shipped = shown(b, from, b.size() - behind)};
  if (!a.empty()) difference.line = a[std::min(first, a.size() - 1)].line;
  return difference;
}

}  // namespace control
