#include "cli/statements.h"

#include "notebook/sql_text.h"

namespace cli {

std::vector<std::string> statements(std::string_view text) {
  std::vector<std::string> all;
  for (const auto& statement : notebook::split_statements(text)) {
    std::string before(text.substr(0, statement.begin));
    // A blank a letter, so that columns stay.
    std::erase_if(before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; });
    for (char& c : before) c = c == '\n' ? c : ' ';
    all.push_back(before + statement.sql);
  }
  return all;
}

bool is_ended(std::string_view text) {
  const auto now = notebook::split_statements(text).size();
  // What follows would be a statement of its own, and neither a part of the last nor of its quotes.
  return now > 0 && notebook::split_statements(std::string(text) + "\nx").size() > now;
}

}  // namespace cli
