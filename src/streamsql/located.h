// Where in the text something stands, and errors that say so.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/card.h"

namespace streamsql {

/// Line and column as an editor shows them: from 1, columns in characters (not bytes).
struct Position {
  int line = 1;
  int column = 1;
  bool operator==(const Position&) const = default;
};

/// An error in a query: what is wrong and what to do, e.g. "unknown input 'pageview'; did you mean
/// 'pageviews'?".
struct Located {
  int line = 1;
  int column = 1;
  std::string message;
};

template <typename T>
using Parsed = std::expected<T, Located>;
using Checked = std::expected<void, Located>;

inline std::unexpected<Located> located(Position at, std::string message) {
  return std::unexpected(Located{at.line, at.column, std::move(message)});
}

/// "line 3, column 14: message".
inline std::string to_string(const Located& error) {
  return "line " + std::to_string(error.line) + ", column " + std::to_string(error.column) + ": " +
         error.message;
}

/// The same for a screen, with the line of the query.
std::shared_ptr<const base::Card> card_of(const Located& error, std::string_view query);

}  // namespace streamsql
