#include "streamsql/lexer.h"

#include <algorithm>

#include "base/result.h"

namespace streamsql {
namespace {

char lower_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) {
  char l = lower_char(c);
  return (l >= 'a' && l <= 'z') || c == '_' || c == '@' || c == '#' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) { return is_name_start(c) || is_digit(c) || c == '$'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Parsed<std::vector<Token>> run() {
    std::vector<Token> tokens;
    while (true) {
      TRY(skip_blanks());
      tokens.push_back(TRY(next()));
      if (tokens.back().kind == TokenKind::kEnd) return tokens;
    }
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void step() {
    char c = text_[at_++];
    if (c == '\n') {
      position_.line++;
      position_.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {  // not a continuation byte
      position_.column++;
    }
  }
  void step(std::size_t n) {
    while (n-- > 0) step();
  }

  Checked skip_blanks() {
    while (!done()) {
      if (starts("--")) {
        while (!done() && peek() != '\n') step();
      } else if (starts("/*")) {
        Position begin = position_;
        step(2);
        while (!done() && !starts("*/")) step();
        if (done()) return located(begin, "the comment is not closed; end it with */");
        step(2);
      } else if (peek() == ' ' || (peek() >= '\t' && peek() <= '\r')) {
        step();
      } else if (starts("\xEF\xBB\xBF") && at_ == 0) {  // byte order mark
        at_ = 3;
      } else {
        break;
      }
    }
    return {};
  }

  Parsed<Token> next() {
    Token token;
    token.at = position_;
    if (done()) return token;
    char c = peek();
    if (c == '\'') return quoted(std::move(token), TokenKind::kText, '\'', "text");
    if (c == '"') return quoted(std::move(token), TokenKind::kName, '"', "name");
    if (c == '[') return quoted(std::move(token), TokenKind::kName, ']', "name");
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number(std::move(token));
    if (is_name_start(c)) {
      token.kind = TokenKind::kName;
      while (!done() && is_name_part(peek())) take(token);
      return token;
    }
    return symbol(std::move(token));
  }

  void take(Token& token) {
    token.text += peek();
    step();
  }

  Parsed<Token> quoted(Token token, TokenKind kind, char close, const char* what) {
    token.kind = kind;
    token.quoted = true;
    step();
    while (!done()) {
      if (peek() == close && peek(1) == close) {
        token.text += close;
        step(2);
      } else if (peek() == close) {
        step();
        if (kind == TokenKind::kName && token.text.empty())
          return located(token.at, "a name can't be empty");
        return token;
      } else {
        take(token);
      }
    }
    return located(token.at, fmt::format("the {} is not closed; {} is missing", what, close));
  }

  Parsed<Token> number(Token token) {
    token.kind = TokenKind::kInteger;
    while (is_digit(peek())) take(token);
    if (peek() == '.' && (is_digit(peek(1)) || !is_name_start(peek(1)))) {
      token.kind = TokenKind::kFloat;
      take(token);
      while (is_digit(peek())) take(token);
    }
    if (lower_char(peek()) == 'e') {
      std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if (is_digit(peek(1 + sign))) {
        token.kind = TokenKind::kFloat;
        for (std::size_t i = 0; i <= sign; i++) take(token);
        while (is_digit(peek())) take(token);
      }
    }
    if (is_name_start(peek()))
      return located(position_, fmt::format("'{}' can't follow the number {}", peek(), token.text));
    return token;
  }

  Parsed<Token> symbol(Token token) {
    token.kind = TokenKind::kSymbol;
    for (std::string_view two : {"<=", ">=", "<>", "!=", "!<", "!>"}) {
      if (starts(two)) {
        token.text = two;
        step(2);
        return token;
      }
    }
    if (std::string_view("()+-*/%,.;=<>&|^~").find(peek()) == std::string_view::npos)
      return located(position_, fmt::format("'{}' has no meaning here", peek()));
    take(token);
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Position position_;
};

/// Byte offset of the first byte that is not UTF-8, or npos.
std::size_t first_bad_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    std::size_t n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
    if (n == 0 || c == 0 || i + n > text.size()) return i;
    for (std::size_t k = 1; k < n; k++)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return i;
    i += n;
  }
  return std::string_view::npos;
}

}  // namespace

Parsed<std::vector<Token>> tokenize(std::string_view text) {
  if (std::size_t bad = first_bad_byte(text); bad != std::string_view::npos) {
    auto line = static_cast<int>(std::count(text.begin(), text.begin() + bad, '\n')) + 1;
    return located({line, 1}, "the query is not UTF-8 text in this line");
  }
  return Lexer(text).run();
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_char);
  return out;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return lower_char(x) == lower_char(y);
         });
}

}  // namespace streamsql
