#include "streamsql/located.h"

namespace streamsql {

namespace {

/// The byte column, from 1, of the letter `column` of line `line`.
std::size_t byte_column(std::string_view text, int line, int column) {
  for (int at = 1; at < line; ++at) {
    auto end = text.find('\n');
    if (end == std::string_view::npos) return 0;
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  std::size_t at = 0;
  auto continues = [&] {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  for (int letter = 1; letter < column && at < text.size(); ++letter) {
    ++at;
    while (continues()) ++at;
  }
  return at + 1;
}

}  // namespace

std::shared_ptr<const base::Card> card_of(const Located& error, std::string_view query) {
  return std::make_shared<const base::Card>(base::placed(
      base::card_of_message(error.message), query, static_cast<std::size_t>(error.line),
      byte_column(query, error.line, error.column)));
}

}  // namespace streamsql
