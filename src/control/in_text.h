// Errors in files that hold pieces of SQL (dashboards, notebooks), as errors of the file. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/card.h"
#include "notebook/problem.h"

namespace control {

/// "FILE:27 what", with a card at that line of `text`.
inline base::Error in_text(std::string_view file, std::string_view text,
                           const notebook::Problem& problem) {
  return {base::Code::kInvalidArgument, notebook::to_string(problem, file),
          base::card_at(file, text, problem.line, problem.message)};
}

/// An error about a piece whose first line is line `first` of `text`; one without a place belongs
/// to line `fallback`. `what` stands before what is wrong: "sql by_day: ".
inline base::Error in_text(std::string_view file, std::string_view text, int first, int fallback,
                           base::Error error, const std::string& what = "") {
  auto problem = notebook::problem_of_sql(error.message, first, fallback);
  problem.message = what + problem.message;
  error = base::in_piece(std::move(error), file, text, first, fallback);
  error = base::with_card(std::move(error),
                          [&](base::Card& card) { card.problem = what + card.problem; });
  error.message = notebook::to_string(problem, file);
  return error;
}

}  // namespace control
