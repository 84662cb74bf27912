#include "base/card.h"

#include <algorithm>
#include <optional>

namespace base {

namespace {

constexpr std::size_t kExcerptBytes = 160;
constexpr std::string_view kDidYouMean = "did you mean '";

bool continues_letter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::optional<std::string_view> line_of(std::string_view text, std::size_t number) {
  for (; number > 1; --number) {
    auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

/// Where the next part of "what; what to do" begins; what stands in quotes is no end.
std::size_t end_of_part(std::string_view text) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (!quoted && text.substr(at).starts_with("; ")) return at;
  }
  return text.size();
}

void append_part(std::string& to, std::string_view part) {
  if (!to.empty()) to += "; ";
  to += part;
}

std::string place_text(const Card& card) {
  if (card.line == 0) return card.file.empty() ? "" : card.file + ": ";
  bool column = card.column > 0;
  if (!card.file.empty()) {  // as compilers write it: terminals open that
    return fmt::format("{}:{}{}: ", card.file, card.line,
                       column ? fmt::format(":{}", card.column) : "");
  }
  return fmt::format("line {}{}: ", card.line,
                     column ? fmt::format(", column {}", card.column) : "");
}

}  // namespace

Card card_of_message(std::string_view message) {
  Card card;
  std::string_view rest = message;
  for (bool first = true; !rest.empty() || first; first = false) {
    auto end = end_of_part(rest);
    std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    if (first) {
      card.problem = part;
    } else if (part.starts_with(kDidYouMean) && part.ends_with("'?")) {
      card.nearest = part.substr(kDidYouMean.size(), part.size() - kDidYouMean.size() - 2);
    } else {
      append_part(card.hint, part);
    }
  }
  return card;
}

Card card_of(const Error& error) {
  return error.card != nullptr ? *error.card : card_of_message(error.message);
}

Card placed(Card card, std::string_view text, std::size_t line, std::size_t column) {
  card.line = static_cast<int>(line);
  card.column = static_cast<int>(column);
  card.excerpt.clear();
  card.mark = -1;
  auto found = line_of(text, line);
  if (!found) return card;
  std::string whole(*found);
  while (!whole.empty() && whole.back() == '\r') whole.pop_back();
  for (char& c : whole) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  // Columns count bytes; people, and the mark, count letters.
  column = std::min(column, whole.size() + 1);
  auto letters = [&](std::size_t from) {
    int count = 0;
    for (std::size_t i = from; i + 1 < column; ++i) count += continues_letter(whole[i]) ? 0 : 1;
    return count;
  };
  std::size_t from = column > kExcerptBytes ? column - kExcerptBytes / 2 : 0;
  while (from > 0 && from < whole.size() && continues_letter(whole[from])) --from;
  std::size_t end = std::min(whole.size(), from + kExcerptBytes);
  while (end < whole.size() && continues_letter(whole[end])) ++end;
  card.excerpt = whole.substr(from, end - from);
  if (column == 0) return card;
  card.mark = letters(from);
  card.column = letters(0) + 1;
  return card;
}

Error error_at(Code code, std::string_view text, std::size_t line, std::size_t column,
               std::string problem) {
  Card card = placed(card_of_message(problem), text, line, column);
  std::string place = column > 0 ? fmt::format("line {}, column {}: ", line, column)
                                 : fmt::format("line {}: ", line);
  return {code, place + problem, std::make_shared<const Card>(std::move(card))};
}

Error error_at_offset(Code code, std::string_view text, std::int64_t offset, std::string problem) {
  if (offset < 0 || offset > std::ssize(text)) return {code, std::move(problem)};
  auto before = text.substr(0, static_cast<std::size_t>(offset));
  auto newline = before.rfind('\n');
  std::size_t column =
      newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
  auto line = static_cast<std::size_t>(1 + std::ranges::count(before, '\n'));
  return error_at(code, text, line, column + 1, std::move(problem));
}

Error in_file(Error error, std::string_view file) {
  if (file.empty()) return error;
  bool named = error.message.starts_with(file);
  if (named && error.card == nullptr) return error;
  error = with_card(std::move(error), [&](Card& card) { card.file = file; });
  if (!named) error.message = fmt::format("{}: {}", file, error.message);
  return error;
}

std::shared_ptr<const Card> card_at(std::string_view file, std::string_view text, int line,
                                    std::string_view problem) {
  Card card =
      placed(card_of_message(problem), text, static_cast<std::size_t>(std::max(line, 1)), 0);
  card.file = file;
  return std::make_shared<const Card>(std::move(card));
}

Error in_piece(Error error, std::string_view file, std::string_view text, int first, int fallback) {
  error = with_card(std::move(error), [&](Card& card) {
    card.file = file;
    if (card.line > 0) {
      card.line += first - 1;
    } else {
      card = placed(std::move(card), text, static_cast<std::size_t>(std::max(fallback, 1)), 0);
    }
  });
  return error;
}

std::string card_text(const Card& card) {
  std::string text = place_text(card) + card.problem;
  std::string near = card.nearest.empty() ? "" : fmt::format("did you mean '{}'?", card.nearest);
  if (card.excerpt.empty()) {
    if (!card.expected.empty()) text += "; expected: " + card.expected;
    for (const auto& part : {near, card.hint}) text += part.empty() ? "" : "; " + part;
    return text;
  }
  text += fmt::format("\n{:>6} │ {}", card.line, card.excerpt);
  if (card.mark >= 0) {
    text += fmt::format("\n{:>6} │ {}^", "", std::string(static_cast<std::size_t>(card.mark), ' '));
  }
  if (!card.expected.empty()) text += "\n  expected: " + card.expected;
  for (const auto& part : {near, card.hint}) text += part.empty() ? "" : "\n  " + part;
  return text;
}

std::string error_text(const Error& error) {
  if (error.card == nullptr || error.card->excerpt.empty()) return error.message;
  return card_text(*error.card);
}

}  // namespace base
