#include "grade/key_files.h"

namespace grade {

namespace {

constexpr std::int64_t kStretch = 2000;  // rows made at once

/// `rows(first, last)` over 0 … count, stretch by stretch.
template <typename F>
base::Status in_stretches(std::int64_t count, std::stop_token stop, const F& rows) {
  for (std::int64_t first = 0; first < count; first += kStretch) {
    if (stop.stop_requested()) return base::error(base::Code::kCancelled, "the grade was stopped");
    rows(first, std::min(first + kStretch, count));
  }
  return {};
}

}  // namespace

Table line_table(std::string name) {
  return {.layer = "bronze",
          .name = std::move(name),
          .columns = {{.name = "line"}, {.name = "text", .form = Form::kText}},
          .unit = "lines"};
}

Table product_table() {
  return {.layer = "bronze",
          .name = "products",
          .columns = {{.name = "id"}, {.name = "content", .form = Form::kText}},
          .unit = "files"};
}

std::int64_t split_lines(std::string_view text, std::int64_t first_line, const RowSink& sink) {
  std::int64_t line = first_line;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    Cell cells[] = {Cell::of(line++), Cell::of(text.substr(0, size))};
    sink(cells);
    text.remove_prefix(size);
  }
  return line - first_line;
}

void user_lines(const world::World& world, std::int64_t first, std::int64_t last,
                const RowSink& sink) {
  std::string text;
  for (; first < last; first += kStretch) {
    text.clear();
    world.users_jsonl(first, std::min(first + kStretch, last), text);
    split_lines(text, first + 1, sink);
  }
}

RowSource users_again(const world::World& world, std::stop_token stop) {
  return [&world, stop](const RowSink& sink) {
    return in_stretches(world.settings().users, stop, [&](std::int64_t first, std::int64_t last) {
      user_lines(world, first, last, sink);
    });
  };
}

RowSource vipusers_again(const world::World& world, std::stop_token stop) {
  return [&world, stop](const RowSink& sink) {
    std::int64_t line = 1;
    std::string text;
    return in_stretches(world.settings().users, stop, [&](std::int64_t first, std::int64_t last) {
      text.clear();
      world.vipusers_jsonl(first, last, text);
      line += split_lines(text, line, sink);
    });
  };
}

RowSource towns_again(const world::World& world) {
  return [&world](const RowSink& sink) -> base::Status {
    std::string text;
    world.towns_csv(text);
    split_lines(text, 1, sink);
    return {};
  };
}

void products(const world::World& world, std::int64_t first, std::int64_t last,
              const RowSink& sink) {
  std::string text;
  for (std::int64_t id = first; id < last; ++id) {
    text.clear();
    world.product_json(id, text);
    Cell cells[] = {Cell::of(id), Cell::of(std::string_view(text))};
    sink(cells);
  }
}

RowSource products_again(const world::World& world, std::stop_token stop) {
  return [&world, stop](const RowSink& sink) {
    return in_stretches(
        world.settings().products, stop,
        [&](std::int64_t first, std::int64_t last) { products(world, first, last, sink); });
  };
}

}  // namespace grade
