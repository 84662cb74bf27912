#include "notebook/sql_text.h"

#include <algorithm>
#include <cctype>

namespace notebook {
namespace {

enum class Kind {
  kSpace,
  kLineComment,
  kBlockComment,
  kQuoted,
  kWord,
  kParameter,
  kOldParameter,  // ${name}, $name
  kEnd,
  kOther
};

struct Token {
  Kind kind = Kind::kOther;
  std::size_t begin = 0, end = 0;
  int line = 0;
};

bool is_letter(char c) {
  auto u = static_cast<unsigned char>(c);
  return std::isalpha(u) != 0 || c == '_' || u >= 0x80;
}
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }
bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// The length of the `${name}` or `$name` at `at`; 0: none is there. `$name$` begins a string.
std::size_t old_parameter_at(std::string_view text, std::size_t at) {
  bool braced = text.substr(at).starts_with("${");
  std::size_t from = at + (braced ? 2 : 1), end = from;
  auto fits = [&](char c) { return is_word(c) || (braced && (c == '.' || c == '-')); };
  while (end < text.size() && fits(text[end])) ++end;
  if (end == from || !is_letter(text[from])) return 0;
  char next = end < text.size() ? text[end] : '\0';
  if (braced) return next == '}' ? end + 1 - at : 0;
  return next == '$' ? 0 : end - at;
}

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  std::optional<Token> next() {
    if (at_ >= text_.size()) return std::nullopt;
    Token token{.begin = at_, .line = line_};
    token.kind = skip();
    token.end = at_ = std::min(at_, text_.size());
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(token.begin),
                                         text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    return token;
  }

 private:
  char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

  /// Moves behind the token that begins here.
  Kind skip() {
    char c = text_[at_];
    if (is_space(c)) return skip_while(is_space, Kind::kSpace);
    if (c == '-' && at(at_ + 1) == '-') return skip_to("\n", 0, Kind::kLineComment);
    if (c == '/' && at(at_ + 1) == '*') return skip_block();
    if (c == '\'' || c == '"' || c == '`') return skip_quoted(c);
    if (c == '$') return skip_dollar();
    if (c == ';') return skip_one(Kind::kEnd);
    if (is_word(c)) return skip_while(is_word, Kind::kWord);
    if (c != ':') return skip_one(Kind::kOther);
    if (at(at_ + 1) == ':') {
      at_ += 2;
      return Kind::kOther;
    }
    return skip_colon();
  }

  Kind skip_one(Kind kind) {
    ++at_;
    return kind;
  }
  Kind skip_while(bool (*holds)(char), Kind kind) {
    while (at_ < text_.size() && holds(text_[at_])) ++at_;
    return kind;
  }
  Kind skip_to(std::string_view mark, std::size_t beyond, Kind kind) {
    std::size_t found = text_.find(mark, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + beyond;
    return kind;
  }
  /// Comments nest, in Spark and in DuckDB's parser.
  Kind skip_block() {
    int depth = 0;
    while (at_ < text_.size()) {
      bool opens = at(at_) == '/' && at(at_ + 1) == '*';
      bool closes = at(at_) == '*' && at(at_ + 1) == '/';
      at_ += opens || closes ? 2 : 1;
      depth += opens ? 1 : closes ? -1 : 0;
      if (depth == 0) break;
    }
    return Kind::kBlockComment;
  }
  /// A doubled quote stands for itself: two tokens side by side do the same.
  Kind skip_quoted(char quote) {
    std::size_t found = text_.find(quote, at_ + 1);
    at_ = found == std::string_view::npos ? text_.size() : found + 1;
    return Kind::kQuoted;
  }
  Kind skip_dollar() {
    if (std::size_t size = old_parameter_at(text_, at_); size > 0) {
      at_ += size;
      return Kind::kOldParameter;
    }
    std::size_t end = at_ + 1;
    while (is_word(at(end))) ++end;
    if (at(end) != '$') return skip_one(Kind::kOther);
    std::string_view tag = text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return skip_to(tag, tag.size(), Kind::kQuoted);
  }
  Kind skip_colon() {
    char before = at_ > 0 ? text_[at_ - 1] : ' ';
    bool joined = is_word(before) || before == ']' || before == ')' || before == '\'' ||
                  before == '"' || before == '`';
    ++at_;
    if (joined || !is_letter(at(at_))) return Kind::kOther;
    return skip_while(is_word, Kind::kParameter);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 0;
};

std::string_view token_text(std::string_view text, const Token& token) {
  return text.substr(token.begin, token.end - token.begin);
}

bool is_comment(Kind kind) {
  return kind == Kind::kSpace || kind == Kind::kLineComment || kind == Kind::kBlockComment;
}

bool equal_word(std::string_view a, std::string_view upper) {
  return std::ranges::equal(
      a, upper, [](char x, char y) { return std::toupper(static_cast<unsigned char>(x)) == y; });
}

}  // namespace

std::vector<Statement> split_statements(std::string_view text) {
  std::vector<Statement> statements;
  std::size_t from = 0;
  int line = 0, code_line = 0;
  bool has_code = false;
  auto end = [&](std::size_t to) {
    if (has_code) {
      statements.push_back({std::string(text.substr(from, to - from)), line, code_line, from});
    }
    has_code = false;
  };
  Tokens tokens(text);
  while (auto token = tokens.next()) {
    if (token->kind == Kind::kEnd) {
      end(token->begin);
      from = token->end;
      line = token->line;
    } else {
      if (has_code || is_comment(token->kind)) continue;
      has_code = true;
      code_line = token->line;
    }
  }
  end(text.size());
  return statements;
}

std::size_t begin_of_code(std::string_view text) {
  Tokens tokens(text);
  while (auto token = tokens.next()) {
    if (!is_comment(token->kind)) return token->begin;
  }
  return text.size();
}

std::vector<ParameterUse> parameters_in(std::string_view text) {
  std::vector<ParameterUse> uses;
  Tokens tokens(text);
  while (auto token = tokens.next()) {
    if (token->kind != Kind::kParameter) continue;
    uses.push_back({std::string(token_text(text, *token).substr(1)), token->line});
  }
  return uses;
}

std::vector<OldParameter> old_parameters_in(std::string_view text) {
  std::vector<OldParameter> found;
  auto add = [&](std::string_view part, int line, bool quoted) {
    bool braced = part.starts_with("${");
    std::string_view name = braced ? part.substr(2, part.size() - 3) : part.substr(1);
    found.push_back({std::string(part), std::string(name), line, quoted});
  };
  Tokens tokens(text);
  while (auto token = tokens.next()) {
    std::string_view part = token_text(text, *token);
    if (token->kind == Kind::kOldParameter) add(part, token->line, false);
    if (token->kind != Kind::kQuoted) continue;
    for (std::size_t at = part.find("${"); at != part.npos; at = part.find("${", at + 2)) {
      std::size_t size = old_parameter_at(part, at);
      auto lines = std::count(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(at), '\n');
      if (size > 0) add(part.substr(at, size), token->line + static_cast<int>(lines), true);
    }
  }
  return found;
}

std::optional<ParameterUse> parameter_in_name(std::string_view text) {
  Tokens tokens(text);
  while (auto token = tokens.next()) {
    if (token->kind != Kind::kParameter || !text.substr(token->end).starts_with('.')) continue;
    return ParameterUse{std::string(token_text(text, *token).substr(1)), token->line};
  }
  return std::nullopt;
}

std::string string_literal(std::string_view value) {
  std::string literal = "'";
  for (char c : value) literal.append(c == '\'' ? 2 : 1, c);
  return literal + "'";
}

std::string with_parameters(std::string_view text, const Values& values) {
  std::string made;
  Tokens tokens(text);
  while (auto token = tokens.next()) {
    std::string_view part = token_text(text, *token);
    if (token->kind == Kind::kParameter) {
      auto value = values.find(std::string(part.substr(1)));
      if (value != values.end()) {
        made += string_literal(value->second);
        continue;
      }
    }
    made += part;
  }
  return made;
}

std::optional<Widget> widget_of(std::string_view sql) {
  std::vector<std::string_view> parts;
  Tokens tokens(sql);
  while (auto token = tokens.next()) {
    if (!is_comment(token->kind)) parts.push_back(token_text(sql, *token));
    if (parts.size() == 1 && !equal_word(parts[0], "CREATE")) return std::nullopt;
  }
  if (parts.size() < 6 || !equal_word(parts[1], "WIDGET") || !equal_word(parts[4], "DEFAULT")) {
    return std::nullopt;
  }
  auto unquoted = [&](std::size_t from) {
    std::string value;
    for (; from < parts.size() && parts[from].size() >= 2 &&
           (parts[from].front() == '\'' || parts[from].front() == '"');
         ++from) {
      if (!value.empty() || parts[from - 1] == "''") value += parts[from].front();
      value += parts[from].substr(1, parts[from].size() - 2);
    }
    return value;
  };
  std::string_view name = parts[3];
  if (name.size() > 2 && (name.front() == '`' || name.front() == '"')) {
    name = name.substr(1, name.size() - 2);
  }
  return Widget{std::string(name), unquoted(5)};
}

std::vector<Comment> line_comments(std::string_view text) {
  std::vector<Comment> comments;
  Tokens tokens(text);
  while (auto token = tokens.next()) {
    if (token->kind == Kind::kLineComment) {
      comments.push_back({token_text(text, *token).substr(2), token->line});
    }
  }
  return comments;
}

}  // namespace notebook
