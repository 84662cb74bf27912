#include "control/path_makers.h"

#include <algorithm>
#include <tuple>

#include "control/controller.h"
#include "control/generator_files.h"

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

/// `target`: {"lake": ref, "path"}, or null.
bool writes_to(Runtime& runtime, const json& target, const std::string& place) {
  if (!target.is_object() || !target.at("lake").is_string()) return false;
  auto tier = runtime.tier_of(target.at("lake"));
  const json& path = target.at("path");
  return tier && path.is_string() && overlap(*tier + "/" + path.get<std::string>(), place);
}

/// A generator's file is exactly this one: a name that is nearly right is made by nobody.
bool generates(const json& generator, const std::string& place) {
  if (!generator.at("lake").is_string()) return false;
  std::string table = generator.at("table");
  std::string file = "bronze/" + generated_file(table), folder = "bronze/" + table;
  return place == file || place == folder || (file == folder && overlap(file, place));
}

bool makes(Runtime& runtime, const Resource& maker, const std::string& place) {
  const json& attributes = maker.attributes;
  if (maker.kind == "hriste_generator") return generates(attributes, place);
  if (maker.kind == "hriste_stream_job") {
    for (const auto& [name, target] : attributes.at("outputs").items()) {
      if (writes_to(runtime, target, place)) return true;
    }
    return writes_to(runtime, attributes.at("dead_letter"), place);
  }
  if (maker.kind == "hriste_event_hub") {
    const json& capture = attributes.at("capture");
    return capture.is_object() && overlap("bronze/capture", place);
  }
  if (maker.kind != "hriste_pipeline") return false;
  for (const auto& activity : attributes.at("activities")) {
    if (writes_to(runtime, activity.at("to"), place)) return true;
    if (!activity.at("table").is_string()) continue;
    std::string table = activity.at("table");
    std::ranges::replace(table, '.', '/');
    if (overlap(table, place)) return true;
  }
  return false;
}

}  // namespace

Result<bool> is_made(Runtime& runtime, const std::string& tier, const std::string& path) {
  std::string place = tier + "/" + path;
  if (runtime.env.exists(runtime.lake_root() + "/" + place)) return true;
  auto resources = TRY(runtime.catalogue->list());
  return std::ranges::any_of(resources, [&](const Resource& maker) {
    return maker.failed.empty() && makes(runtime, maker, place);
  });
}

Status wait_for_makers(Runtime& runtime, const std::string& job, const json& attributes,
                       std::stop_token stop) {
  Creates::Waits only_waits(runtime.creates);
  for (const auto& [alias, reference] : attributes.at("references").items()) {
    std::string tier = TRY(runtime.tier_of(reference.at("lake")));
    std::string path = reference.at("path");
    auto done = [&]() -> Result<bool> {
      if (TRY(is_made(runtime, tier, path))) return true;
      if (runtime.creates.idle() < runtime.waiting.patience().settled) return false;
      return base::error(Code::kFailedPrecondition,
                         "stream job {}: nothing makes the reference {}, {}/{}: correct its path, "
                         "or apply the resource that writes it",
                         job, alias, tier, path);
    };
    TRY(runtime.waiting.wait(
        {.who = "stream job " + job,
         .what = fmt::format("reference {}: that somebody makes {}/{}", alias, tier, path),
         .done = done,
         // Its deadline is that nobody creates anything any more.
         .progress = [] { return base::format_millis(base::SystemClock().now()); }},
        stop));
  }
  return {};
}

}  // namespace control
