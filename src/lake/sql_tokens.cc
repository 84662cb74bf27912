#include <algorithm>

#include "lake/sql_tokens_internal.h"

namespace lake {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view sql) : sql_(sql) {}

  std::vector<SqlToken> all() {
    if (sql_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark
    for (skip(); at_ < sql_.size(); skip()) next();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }

  /// Blanks and comments; those of C's form nest.
  void skip() {
    while (at_ < sql_.size()) {
      if (peek() == '-' && peek(1) == '-') {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (peek() == '/' && peek(1) == '*') {
        skip_comment();
      } else if (static_cast<unsigned char>(peek()) <= ' ') {
        ++at_;
      } else {
        return;
      }
    }
  }

  void skip_comment() {
    int depth = 0;
    do {
      bool opens = peek() == '/' && peek(1) == '*', closes = peek() == '*' && peek(1) == '/';
      depth += opens ? 1 : closes ? -1 : 0;
      at_ += opens || closes ? 2 : 1;
    } while (depth > 0 && at_ < sql_.size());
  }

  void next() {
    std::size_t begin = at_;
    if (peek() == '\'') return quoted(begin, '\'', SqlToken::Kind::kText, false);
    if (peek() == '"') return quoted(begin, '"', SqlToken::Kind::kName, false);
    if (peek() == '$' && dollar_quoted(begin)) return;
    if (is_letter(peek())) return word(begin);
    if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return number(begin);
    ++at_;
    char symbol = sql_[begin];
    bool closes = symbol == ')' || symbol == ']' || symbol == '}';
    if (closes) --depth_;
    add(SqlToken::Kind::kSymbol, begin, std::string(1, symbol));
    if (symbol == '(' || symbol == '[' || symbol == '{') ++depth_;
  }

  void word(std::size_t begin) {
    while (is_letter(peek()) || is_digit(peek()) || peek() == '$') ++at_;
    std::string text{sql_.substr(begin, at_ - begin)};
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (text == "e" && peek() == '\'') return quoted(begin, '\'', SqlToken::Kind::kText, true);
    add(SqlToken::Kind::kWord, begin, std::move(text));
  }

  void number(std::size_t begin) {
    while (is_digit(peek()) || is_letter(peek()) || peek() == '.') ++at_;
    add(SqlToken::Kind::kNumber, begin, std::string{sql_.substr(begin, at_ - begin)});
  }

  void quoted(std::size_t begin, char quote, SqlToken::Kind kind, bool escapes) {
    std::string text;
    for (++at_; at_ < sql_.size(); ++at_) {
      if (peek() == quote && peek(1) != quote) break;
      if (peek() == quote || (escapes && peek() == '\\')) ++at_;
      if (at_ < sql_.size()) text += sql_[at_];
    }
    at_ = std::min(at_ + 1, sql_.size());
    add(kind, begin, std::move(text));
  }

  /// $tag$ … $tag$; false when it is none.
  bool dollar_quoted(std::size_t begin) {
    std::size_t tag_end = begin + 1;
    while (tag_end < sql_.size() && (is_letter(sql_[tag_end]) || is_digit(sql_[tag_end])))
      ++tag_end;
    if (tag_end >= sql_.size() || sql_[tag_end] != '$') return false;
    std::string_view tag = sql_.substr(begin, tag_end + 1 - begin);
    std::size_t close = sql_.find(tag, tag_end + 1);
    std::size_t end = std::min(close, sql_.size());
    at_ = close == std::string_view::npos ? end : end + tag.size();
    add(SqlToken::Kind::kText, begin, std::string{sql_.substr(tag_end + 1, end - tag_end - 1)});
    return true;
  }

  void add(SqlToken::Kind kind, std::size_t begin, std::string text) {
    tokens_.push_back({kind, begin, at_, std::move(text), depth_});
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<SqlToken> tokens_;
};

}  // namespace

std::vector<SqlToken> sql_tokens(std::string_view sql) { return Tokenizer(sql).all(); }

}  // namespace lake
