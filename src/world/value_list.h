// Reading the value lists of data/: one line a value, '#' begins a comment line, columns are
// separated by tabs. Inside the room only. Faults are CHECKed: the files are part of the program.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace world {

using Columns = std::vector<std::string_view>;

Columns split(std::string_view text, char separator);
/// The lines, each of exactly `columns` columns; at least one. No '"' or '\' anywhere, so that
/// every value can be copied into JSON.
std::vector<Columns> value_rows(std::string_view list, std::size_t columns);
std::uint32_t value_number(std::string_view text);

}  // namespace world
