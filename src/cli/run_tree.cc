#include "cli/run_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/drawing_internal.h"
#include "cli/units.h"

namespace cli {
namespace {

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
    lines.push_back(branch(
        state,
        fmt::format("{}  {}  {}  {}", padded(all[i].value("name", ""), name, false),
                    padded(rows_text(all[i]), rows, true), padded(time_text(all[i]), time, true),
                    state == "succeeded" ? "" : state),
        i + 1 == all.size(), look));
  }
  return lines;
}

}  // namespace cli
