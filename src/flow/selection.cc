#include "flow/selection.h"

#include <algorithm>
#include <set>

#include "base/suggest.h"

namespace flow {

using base::Code;
using base::Result;

namespace {

/// One of the names, without its marks.
struct Wanted {
  std::string name;
  bool before = false, after = false;
};

std::vector<Wanted> wanted_in(const std::string& text) {
  constexpr const char* kBetween = " ,\t\r\n";
  std::vector<Wanted> all;
  for (std::size_t at = text.find_first_not_of(kBetween); at != std::string::npos;) {
    std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    Wanted wanted{.name = text.substr(at, end - at)};
    if ((wanted.before = wanted.name.starts_with('+'))) wanted.name.erase(0, 1);
    if ((wanted.after = wanted.name.ends_with('+'))) wanted.name.pop_back();
    all.push_back(std::move(wanted));
    at = text.find_first_not_of(kBetween, end);
  }
  return all;
}

std::vector<std::string> before(const Activity& activity) {
  std::vector<std::string> names = activity.needs;
  for (const auto& [name, how] : activity.run_after) names.push_back(name);
  return names;
}

/// Adds to `names` whatever comes before them, or after them.
void close(const Pipeline& pipeline, bool backwards, std::set<std::string>& names) {
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& activity : pipeline.activities) {
      for (const auto& earlier : before(activity)) {
        const std::string& from = backwards ? activity.name : earlier;
        const std::string& to = backwards ? earlier : activity.name;
        if (names.contains(from)) changed = names.insert(to).second || changed;
      }
    }
  }
}

base::Error unknown(const Pipeline& pipeline, const std::string& name) {
  std::vector<std::string_view> known;
  for (const auto& activity : pipeline.activities) {
    known.push_back(activity.makes.empty() ? activity.name : activity.makes);
  }
  return {Code::kNotFound,
          fmt::format("pipeline {} makes no table {} and has no activity of that name{}",
                      pipeline.name, name, base::did_you_mean(name, known))};
}

}  // namespace

Result<Pipeline> selected(const Pipeline& pipeline, const std::string& text) {
  std::set<std::string> chosen;
  for (const auto& wanted : wanted_in(text)) {
    auto is_meant = [&](const Activity& activity) {
      return activity.makes == wanted.name || activity.name == wanted.name;
    };
    auto found = std::ranges::find_if(pipeline.activities, is_meant);
    if (found == pipeline.activities.end()) return std::unexpected(unknown(pipeline, wanted.name));
    std::set<std::string> names{found->name}, earlier = names, later = names;
    if (wanted.before) close(pipeline, true, earlier);
    if (wanted.after) close(pipeline, false, later);
    chosen.merge(names);
    chosen.merge(earlier);
    chosen.merge(later);
  }
  if (chosen.empty()) {
    return base::error(Code::kInvalidArgument,
                       "which table? \"gold.sales\", or \"+gold.sales\" with "
                       "all that comes before it");
  }
  Pipeline part{.name = pipeline.name, .activities = {}};
  for (auto activity : pipeline.activities) {
    if (!chosen.contains(activity.name)) continue;
    std::erase_if(activity.needs, [&](const auto& name) { return !chosen.contains(name); });
    std::erase_if(activity.run_after, [&](const auto& one) { return !chosen.contains(one.first); });
    part.activities.push_back(std::move(activity));
  }
  return part;
}

}  // namespace flow
