#include "stream/csv_reader.h"

#include <algorithm>

namespace stream {
namespace {

base::Status read_quoted(std::string_view text, std::size_t& at, std::string& field) {
  for (at++; at < text.size(); at++) {
    if (text[at] != '"') {
      field += text[at];
      continue;
    }
    if (at + 1 < text.size() && text[at + 1] == '"') {
      field += text[++at];
      continue;
    }
    at++;
    if (at == text.size() || text[at] == ',' || text[at] == '\n' || text[at] == '\r') return {};
    return base::error(base::Code::kInvalidArgument,
                       "text behind a closing quote; double the quotes inside a field");
  }
  return base::error(base::Code::kInvalidArgument, "a quote is not closed");
}

}  // namespace

base::Status read_csv_record(std::string_view text, std::size_t& at,
                             std::vector<std::string>& fields) {
  fields.clear();
  while (true) {
    std::string& field = fields.emplace_back();
    if (at < text.size() && text[at] == '"') {
      TRY(read_quoted(text, at, field));
    } else {
      std::size_t end = std::min(text.find_first_of(",\r\n", at), text.size());
      field = text.substr(at, end - at);
      at = end;
    }
    if (at < text.size() && text[at] == ',') {
      at++;
      continue;
    }
    if (at < text.size() && text[at] == '\r') at++;
    if (at < text.size() && text[at] == '\n') at++;
    return {};
  }
}

}  // namespace stream
