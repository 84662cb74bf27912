#include "control/path_makers.h"

#include <algorithm>
#include <tuple>

#include "base/clock.h"
#include "control/generator_files.h"
#include "kinds/event_hub.h"
#include "kinds/generator.h"
#include "kinds/pipeline.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

/// Whether one of two paths is the other, or lies below it.
bool overlap(const std::string& one, const std::string& other) {
  const auto& [short_one, long_one] =
      one.size() <= other.size() ? std::tie(one, other) : std::tie(other, one);
  return long_one == short_one || long_one.starts_with(short_one + "/");
}

/// A generator's file is exactly this one: a name that is nearly right is made by nobody.
bool generates(const kinds::Generator& generator, const std::string& place) {
  if (!generator.lake) return false;
  std::string file = "bronze/" + generated_file(generator.table);
  std::string folder = "bronze/" + generator.table;
  return place == file || place == folder || (file == folder && overlap(file, place));
}

/// "silver/users" of the table silver.users.
std::string folder_of_table(std::string table) {
  std::ranges::replace(table, '.', '/');
  return table;
}

}  // namespace

bool PathMakers::is_at(const kinds::RefTo<kinds::Lake>& lake, const std::string& path,
                       const std::string& place) const {
  auto tier = definitions_.tier_of(lake);
  return tier && overlap(*tier + "/" + path, place);
}

bool PathMakers::is_generated(const std::string& place) const {
  return std::ranges::any_of(
      definitions_.all_or_none<kinds::Generator>(),
      [&](const kinds::Generator& generator) { return generates(generator, place); });
}

bool PathMakers::is_output(const std::string& place) const {
  for (const auto& job : definitions_.all_or_none<kinds::StreamJob>()) {
    for (const auto& [name, output] : job.outputs) {
      if (output.lake && output.path && is_at(*output.lake, *output.path, place)) return true;
    }
    if (job.dead_letter && is_at(job.dead_letter->lake, job.dead_letter->path, place)) return true;
  }
  return false;
}

bool PathMakers::is_captured(const std::string& place) const {
  return overlap("bronze/capture", place) &&
         std::ranges::any_of(definitions_.all_or_none<kinds::EventHub>(),
                             [](const kinds::EventHub& hub) { return hub.capture.has_value(); });
}

bool PathMakers::is_of_pipeline(const std::string& place) const {
  for (const auto& pipeline : definitions_.all_or_none<kinds::Pipeline>()) {
    for (const auto& activity : pipeline.activities) {
      if (activity.to && is_at(activity.to->lake, activity.to->path, place)) return true;
      if (activity.table && overlap(folder_of_table(*activity.table), place)) return true;
    }
  }
  return false;
}

Result<bool> PathMakers::is_made(const std::string& place) const {
  if (folder_.env.exists(folder_.lake() + "/" + place)) return true;
  return is_generated(place) || is_output(place) || is_captured(place) || is_of_pipeline(place);
}

Status PathMakers::wait_for_references(const kinds::StreamJob& job, std::stop_token stop) {
  runs::Creates::Waits only_waits(making_.creates);
  for (const auto& [alias, reference] : kinds::or_empty(job.references)) {
    std::string place = TRY(definitions_.tier_of(reference.lake)) + "/" + reference.path;
    auto done = [&]() -> Result<bool> {
      if (TRY(is_made(place))) return true;
      if (!making_.is_over()) return false;
      return base::error(Code::kFailedPrecondition,
                         "stream job {}: nothing makes the reference {}, {}: correct its path, or "
                         "apply the resource that writes it",
                         job.name, alias, place);
    };
    TRY(waiting_.wait({.who = "stream job " + job.name,
                       .what = fmt::format("reference {}: that somebody makes {}", alias, place),
                       .done = done,
                       // Its deadline is that nobody creates anything any more.
                       .progress = [] { return base::format_millis(base::SystemClock().now()); }},
                      stop));
  }
  return {};
}

}  // namespace control
