#include "cli/run_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/units.h"

namespace cli {
namespace {

struct Mark {
  std::string_view state, glyph, colour;
};
constexpr std::array kMarks{Mark{"succeeded", "✓", "\033[32m"}, Mark{"kept", "=", "\033[32m"},
                            Mark{"running", "●", "\033[33m"},   Mark{"skipped", "–", "\033[33m"},
                            Mark{"failed", "✗", "\033[31m"},    Mark{"waiting", "·", ""}};

const Mark& mark_of(std::string_view state) {
  auto found = std::ranges::find(kMarks, state, &Mark::state);
  return found == kMarks.end() ? kMarks.back() : *found;
}

std::string state_of(const json& activity) {
  return activity.value("kept", false) ? "kept" : activity.value("state", "waiting");
}

bool has_begun(const json& activity) {
  const std::string state = state_of(activity);
  return state != "waiting" && state != "skipped";
}

std::string rows_text(const json& activity) {
  auto rows = activity.value("rows", std::int64_t{0});
  if (rows == 0 && state_of(activity) != "succeeded") return "";
  return fmt::format("{} {}", grouped_text(std::to_string(rows)), rows == 1 ? "row" : "rows");
}

std::string time_text(const json& activity) {
  double seconds = activity.value("seconds", 0.0);
  return seconds > 0 ? duration_text(seconds) : "";
}

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  std::string blanks(width - std::min(width, letters(text)), ' ');
  return right ? blanks + text : text + blanks;
}

/// The first `width` letters; 0: all.
std::string cut(const std::string& text, std::size_t width) {
  if (width == 0 || letters(text) <= width) return text;
  std::size_t end = 0, count = 0;
  for (; end < text.size(); ++end) {
    bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins && ++count == width) break;
  }
  return text.substr(0, end) + "…";
}

}  // namespace

std::vector<json> in_order_of_time(const json& activities) {
  std::vector<json> all(activities.begin(), activities.end());
  std::ranges::stable_sort(all, [](const json& a, const json& b) {
    if (has_begun(a) != has_begun(b)) return has_begun(a);
    return has_begun(a) && a.value("offset_s", 0.0) < b.value("offset_s", 0.0);
  });
  return all;
}

std::string activity_line(const json& activity) {
  std::string text = activity.value("name", "") + ": " + state_of(activity);
  for (const auto& part : {rows_text(activity), time_text(activity)}) {
    if (!part.empty()) text += ", " + part;
  }
  return text;
}

std::vector<std::string> run_tree(const json& run, const Look& look) {
  const auto all = in_order_of_time(run.value("activities", json::array()));
  std::size_t name = 0, rows = 0, time = 0;
  for (const auto& activity : all) {
    name = std::max(name, letters(activity.value("name", "")));
    rows = std::max(rows, letters(rows_text(activity)));
    time = std::max(time, letters(time_text(activity)));
  }
  std::vector<std::string> lines{
      cut(fmt::format("{} {}: {}, {}", run.value("pipeline", ""), run.value("id", ""),
                      run.value("state", ""), duration_text(run.value("seconds", 0.0))),
          look.width)};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string state = state_of(all[i]);
    const Mark& mark = mark_of(state);
    std::string text =
        fmt::format("{}  {}  {}  {}", padded(all[i].value("name", ""), name, false),
                    padded(rows_text(all[i]), rows, true), padded(time_text(all[i]), time, true),
                    state == "succeeded" ? "" : state);
    text.erase(text.find_last_not_of(' ') + 1);
    text = cut(text, look.width > 5 ? look.width - 5 : look.width);
    bool coloured = look.colour && !mark.colour.empty();
    lines.push_back(fmt::format("{} {}{}{} {}", i + 1 == all.size() ? "└─" : "├─",
                                coloured ? mark.colour : "", mark.glyph, coloured ? "\033[0m" : "",
                                text));
  }
  return lines;
}

}  // namespace cli
