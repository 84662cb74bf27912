// Query text to tokens. Comments (`--`, `/* */`) and white space separate tokens and vanish.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "streamsql/located.h"

namespace streamsql {

enum class TokenKind {
  kName,     ///< identifier or keyword; `quoted` for [name] and "name", which are never keywords
  kInteger,  ///< decimal digits
  kFloat,    ///< digits with a fraction or an exponent
  kText,     ///< 'text', quotes doubled inside
  kSymbol,   ///< punctuation, e.g. "<=", "("
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  ///< decoded: without quotes and brackets
  bool quoted = false;
  Position at;
};

/// The tokens of `text` and a final kEnd. Errors: an unclosed quote, bracket or comment; a
/// character that starts no token; text that is not UTF-8.
Parsed<std::vector<Token>> tokenize(std::string_view text);

/// ASCII lower case; other characters stay.
std::string lower(std::string_view text);
bool same_name(std::string_view a, std::string_view b);

}  // namespace streamsql
