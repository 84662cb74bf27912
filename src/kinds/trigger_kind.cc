// hriste_trigger: when a pipeline runs.
#include <fmt/ranges.h>

#include <algorithm>

#include "kinds/declare_internal.h"
#include "kinds/pipeline.h"
#include "kinds/trigger.h"
#include "schedule/cron.h"

namespace kinds {
namespace {

struct Part {
  const char* name;
  bool needed;
  std::vector<std::string> of;  ///< the moments that it belongs to
};

const std::vector<Part>& parts() {
  static const std::vector<std::string> others = {"schedule", "interval", "file", "pipeline"};
  static const std::vector<Part> all = {{"cron", true, {"schedule"}},
                                        {"time_zone", false, {"schedule"}},
                                        {"every_minutes", true, {"interval"}},
                                        {"start", false, {"interval"}},
                                        {"delay_minutes", false, {"interval"}},
                                        {"path", true, {"file"}},
                                        {"after", true, {"pipeline"}},
                                        {"missed", false, others},
                                        {"concurrency", false, others},
                                        {"retries", false, others},
                                        {"retry_seconds", false, others},
                                        {"wait", false, {"apply"}},
                                        {"show", false, {"apply"}}};
  return all;
}

/// Plans fill in a default: it says nothing.
bool is_said(const char* name, const json& value) {
  return is_set(value) && (std::string_view(name) != "wait" || value != Trigger().wait);
}

/// Each moment has its own attributes.
void check_parts(const json& attributes, Problems& problems) {
  const auto& on = member(attributes, "on");
  const std::string mine = is_set(on) ? on.get<std::string>() : Trigger().on;
  if (is_unknown(on)) return;
  for (const auto& [name, needed, of] : parts()) {
    const auto& value = member(attributes, name);
    bool taken = std::ranges::find(of, mine) != of.end();
    if (taken && needed && value.is_null()) {
      problems.push_back(
          {{name}, fmt::format("{} is missing: a trigger on {} needs it", name, mine)});
    }
    if (!taken && is_said(name, value)) {
      problems.push_back({{name},
                          fmt::format("{} belongs to triggers on {}; this one is on {}: remove it",
                                      name, fmt::join(of, ", "), mine)});
    }
  }
}

void check_cron(const json& attributes, Problems& problems) {
  const auto &cron = member(attributes, "cron"), &zone = member(attributes, "time_zone");
  if (is_set(zone)) {
    auto loaded = schedule::Zone::load(zone);
    if (!loaded) return problems.push_back({{"time_zone"}, loaded.error().message});
  }
  if (!is_set(cron)) return;
  auto parsed = schedule::Cron::parse(cron.get<std::string>(), "UTC");
  if (!parsed) problems.push_back({{"cron"}, parsed.error().message});
}

void check_path(const json& attributes, Problems& problems) {
  const auto& path = member(attributes, "path");
  if (!is_set(path)) return;
  auto text = path.get<std::string>();
  bool in_tier =
      text.starts_with("bronze/") || text.starts_with("silver/") || text.starts_with("gold/");
  bool stays = ("/" + text + "/").find("/../") == std::string::npos;
  bool known =
      text.find_first_of("[]{}") == std::string::npos && text.find("**") == std::string::npos;
  if (in_tier && stays && !known) {
    problems.push_back({{"path"},
                        fmt::format("\"{}\": * stands for any letters of one name and ? for one; "
                                    "**, [ ] and {{ }} aren't patterns here: write a * for each "
                                    "folder, and a trigger for each ending",
                                    text)});
    return;
  }
  if (in_tier && stays && !text.ends_with('/')) return;
  problems.push_back({{"path"},
                      fmt::format("\"{}\" is no path of files below the lake; give one like "
                                  "bronze/products/*.json",
                                  text)});
}

void check_after(const json& attributes, Problems& problems) {
  auto after = name_in_ref(member(attributes, "after"));
  auto pipeline = name_in_ref(member(attributes, "pipeline"));
  if (!after || !pipeline || *after != *pipeline) return;
  problems.push_back({{"after"}, "a pipeline that runs after itself never ends; name another"});
}

Problems check_trigger(const json& attributes) {
  Problems problems;
  check_parts(attributes, problems);
  check_cron(attributes, problems);
  check_path(attributes, problems);
  check_after(attributes, problems);
  return problems;
}

/// When it starts a run.
Fields<Trigger> moments() {
  return {
      field(&Trigger::on,
            {.name = "on",
             .doc = "The moment: `apply`, whenever the pipeline's ref has changed; `schedule`, "
                    "by `cron`; `interval`, a window of time after the other; `file`, when "
                    "there are new files; `pipeline`, when another one has succeeded. All but "
                    "the first by the playground's clock, and while the playground stays as it "
                    "is.",
             .checks = {.one_of = {"apply", "schedule", "interval", "file", "pipeline"}}}),
      field(&Trigger::cron,
            {.name = "cron",
             .doc = "`schedule`: minute, hour, day of month, month and day of week, as in "
                    "crontab(5): `*/30 * * * *`.",
             .checks = {.form = Form::kNotEmpty}}),
      field(&Trigger::time_zone,
            {.name = "time_zone",
             .doc = "`schedule`: whose clocks the fields mean, `Europe/Prague`; UTC by default.",
             .checks = {.form = Form::kNotEmpty}}),
      field(&Trigger::every_minutes,
            {.name = "every_minutes",
             .doc = "`interval`: how long a window is. The run has its bounds as the "
                    "parameters `window_start` and `window_end`, for its notebooks, queries and "
                    "trainings.",
             .checks = {.min = 1, .max = 1'000'000}}),
      field(&Trigger::start,
            {.name = "start",
             .doc = "`interval`: where the first window begins; the windows since then are "
                    "back-filled. By default when the trigger is made.",
             .checks = {.form = Form::kInstant}}),
      field(&Trigger::delay_minutes,
            {.name = "delay_minutes",
             .doc = "`interval`: how long after a window's end it runs; 0 by default.",
             .checks = {.min = 0, .max = 1'000'000}}),
      field(&Trigger::path, {.name = "path",
                             .doc = "`file`: files below the lake, with `*` and `?` within a name: "
                                    "`bronze/products/*.json`. One counts once nobody has written "
                                    "it for a second.",
                             .checks = {.form = Form::kNotEmpty}}),
      ref_field(&Trigger::after,
                {.name = "after", .doc = "`pipeline`: the one whose success starts a run."})};
}

/// How it starts them.
Fields<Trigger> conduct() {
  return {
      field(&Trigger::missed,
            {.name = "missed",
             .doc = "What becomes of moments that pass while a run is under way, the clock "
                    "jumps or the trigger is paused: `merge`, one run for all of them, at most "
                    "one a wall minute; `catch_up`, one for each, one after the other, as long "
                    "as the clock brings less than one a wall minute. `catch_up` for "
                    "intervals, else `merge`.",
             .in_ref = false,
             .checks = {.one_of = {"merge", "catch_up"}}}),
      field(&Trigger::concurrency,
            {.name = "concurrency",
             .doc = "How many of its runs may be under way at once; those that write the same "
                    "tables follow each other in any case. 1 by default.",
             .in_ref = false,
             .checks = {.min = 1, .max = 16}}),
      field(&Trigger::retries, {.name = "retries",
                                .doc = "How often a run that failed is tried again; 0 by default.",
                                .in_ref = false,
                                .checks = {.min = 0, .max = 100}}),
      field(&Trigger::retry_seconds, {.name = "retry_seconds",
                                      .doc = "Wall seconds before each of these; 30 by default.",
                                      .in_ref = false,
                                      .checks = {.min = 0, .max = 86'400}}),
      field(
          &Trigger::paused,
          {.name = "paused",
           .doc = "Whether it starts nothing. `hriste pause`, the page and REST pause it too: that "
                  "stays, whatever is applied, until it is taken back there; so does a trigger "
                  "that was let go on by hand, until this attribute changes.",
           .in_ref = false})};
}

/// What a run of an apply ends with.
Fields<Trigger> endings() {
  return {field(&Trigger::wait,
                {.name = "wait", .doc = "`apply`: whether it waits for the run's end."}),
          field(&Trigger::grade,
                {.name = "grade",
                 .doc = "Whether the run ends with a grade of everything that it made."})};
}

template <typename M>
Field<Trigger> computed(M Trigger::*member, const std::string& name, const std::string& doc) {
  return field(member,
               {.name = name, .presence = Presence::kComputed, .doc = doc, .recomputed = true});
}

Fields<Trigger> results() {
  return {
      field(&Trigger::show, {.name = "show",
                             .doc = "`apply`: a SELECT whose first five rows are shown in `shown`.",
                             .in_ref = false,
                             .checks = {.form = Form::kNotEmpty}}),
      computed(&Trigger::run_id, "run_id", "The run that the last apply made."),
      computed(&Trigger::result, "result",
               "What that run recorded: counts, and checks passed of all."),
      computed(&Trigger::shown, "shown", "The rows of `show` after that run."),
      computed(&Trigger::engagements_head, "engagements_head",
               "As `shown`: its name in earlier versions.")};
}

}  // namespace

const Fields<Trigger>& Trigger::fields() {
  static const auto all = [] {
    Fields<Trigger> own{
        ref_field(&Trigger::pipeline,
                  {.name = "pipeline", .presence = Presence::kRequired, .doc = "The pipeline."})};
    for (const auto& part : {moments(), endings(), conduct(), results()}) {
      own.insert(own.end(), part.begin(), part.end());
    }
    return resource_fields<Trigger>(own);
  }();
  return all;
}

Kind trigger_kind() {
  return {.name = Trigger::kKind,
          .doc =
              "Runs a pipeline: on apply, by the clock, for new files or after another pipeline. "
              "The run of an apply leaves here what came out; the others change no attribute.",
          .attributes = attributes_of<Trigger>(),
          .example = R"(resource "hriste_trigger" "on_apply" {
  name     = "on_apply"
  pipeline = hriste_pipeline.refine.ref
}

resource "hriste_trigger" "half_hourly" {
  name     = "half_hourly"
  pipeline = hriste_pipeline.refine.ref
  on       = "schedule"
  cron     = "*/30 * * * *"
})",
          .check = check_trigger};
}

}  // namespace kinds
