// An error as one screen shows it: where, the line with a mark, what is wrong, what would be right,
// the nearest name, what to do. It travels with the error from whoever knows the text, through REST
// (card_json.h), to everybody who shows it: terminal, Terraform, page. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

struct Card {
  std::string file;      ///< as its user calls it; empty: not known
  int line = 0;          ///< from 1; 0: not known
  int column = 0;        ///< in letters, from 1; 0: not known
  std::string excerpt;   ///< the line, tabs as blanks; of a long one what stands around the column
  int mark = -1;         ///< how many letters of `excerpt` stand before the place; -1: no column
  std::string problem;   ///< what is wrong, without the place
  std::string expected;  ///< what would be right there: "silver.NAME or gold.NAME"
  std::string nearest;   ///< the name that was probably meant
  std::string hint;      ///< what to do

  bool operator==(const Card&) const = default;
};

/// The error's card, or what its message says: "what; did you mean 'a'?; what to do".
Card card_of(const Error& error);
/// The same of a message alone.
Card card_of_message(std::string_view message);

/// `card` with the place in `text`; `column` counts bytes from 1, 0: none. A line that `text`
/// doesn't have leaves the excerpt empty.
Card placed(Card card, std::string_view text, std::size_t line, std::size_t column);

/// "line 3, column 8: " and `problem`, which is "what; what to do", with a card that says the same.
/// `column` counts bytes from 1.
Error error_at(Code code, std::string_view text, std::size_t line, std::size_t column,
               std::string problem);
/// The same of a byte offset into `text`; beyond it: no place.
Error error_at_offset(Code code, std::string_view text, std::int64_t offset, std::string problem);

/// The error's place is in `file`: "FILE: " before the message where it doesn't begin so.
Error in_file(Error error, std::string_view file);
/// A card in a file, of what is wrong in a line of its `text`: "what; what to do".
std::shared_ptr<const Card> card_at(std::string_view file, std::string_view text, int line,
                                    std::string_view problem);
/// Of an error in a piece of a file: the piece's first line is line `first` of the file. One
/// without a place stands in line `fallback` of `text`, the file's.
Error in_piece(Error error, std::string_view file, std::string_view text, int first, int fallback);
/// Another card for the error: `change` gets the one that it has.
template <typename Change>
Error with_card(Error error, const Change& change) {
  Card card = card_of(error);
  change(card);
  error.card = std::make_shared<const Card>(std::move(card));
  return error;
}

/// For terminals and Terraform's diagnostics, without a line end behind it:
///     users.sql:3:8: there is no column "nam"
///          3 │ SELECT nam FROM silver.users
///            │        ^
///       expected: name, email
///       did you mean 'name'?
/// One without a line of a text is one line: "what; did you mean 'a'?; what to do".
std::string card_text(const Card& card);
/// Of an error: of one whose card knows no place, the message as it is.
std::string error_text(const Error& error);

}  // namespace base
