// The words of a SQL text with their places, as far as it takes to find what stands where: no
// grammar. Pure and thread-safe. Stays inside lake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lake {

struct SqlToken {
  /// kName: "a name in quotes". kText: 'text', $$text$$. kSymbol: one character.
  enum class Kind { kWord, kName, kText, kNumber, kSymbol };
  Kind kind = Kind::kSymbol;
  std::size_t begin = 0, end = 0;  ///< bytes
  std::string text;                ///< a word in lower case; a text or name without its quotes
  int depth = 0;  ///< brackets around it; an opening bracket's own is the outer one

  bool is(std::string_view word) const { return kind == Kind::kWord && text == word; }
  bool is_symbol(char c) const { return kind == Kind::kSymbol && text[0] == c; }
};

/// Without blanks and comments. A quote or comment that doesn't end goes to the end of the text.
std::vector<SqlToken> sql_tokens(std::string_view sql);

}  // namespace lake
