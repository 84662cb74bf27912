// The files that the world writes to bronze, as they should be byte by byte: their lines, or one
// row a file. Part of the expected side.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "grade/compare.h"
#include "world/world.h"

namespace grade {

/// line (from 1), text with its line end.
Table line_table(std::string name);
/// id, content.
Table product_table();

/// Adds `text`'s lines to `sink`; the first is number `first_line`. Returns how many there were.
std::int64_t split_lines(std::string_view text, std::int64_t first_line, const RowSink& sink);

/// Lines of users [first, last).
void user_lines(const world::World& world, std::int64_t first, std::int64_t last,
                const RowSink& sink);
RowSource users_again(const world::World& world, std::stop_token stop);
RowSource vipusers_again(const world::World& world, std::stop_token stop);
RowSource towns_again(const world::World& world);
void products(const world::World& world, std::int64_t first, std::int64_t last,
              const RowSink& sink);
RowSource products_again(const world::World& world, std::stop_token stop);

}  // namespace grade
