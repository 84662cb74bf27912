// Writing CSV as RFC 4180 has it, with '\n' line ends: a field is quoted only when it holds a
// separator, a quote, a line end, or a blank at its start or end. Thread-safe: no state.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace codec {

void append_csv_field(std::string& out, std::string_view field, char separator = ',');
/// The fields, commas between them, and the line end.
void append_csv_row(std::string& out, std::span<const std::string_view> fields);

}  // namespace codec
