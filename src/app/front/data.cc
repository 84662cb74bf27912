// Verbs about what is in the playground.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "app/front/verbs.h"
#include "base/differing.h"

namespace app {

namespace {

/// What an apply or a run waits for now.
void print_waits(const json& waits) {
  if (!waits.empty()) fmt::print("\n");
  for (const auto& wait : waits) {
    fmt::print("{} waits for {} ({} s)\n", wait.value("who", ""), wait.value("what", ""),
               wait.value("seconds", 0));
  }
}

}  // namespace

int status_verb(client::Playground& playground, bool as_json) {
  if (!playground.exists()) {
    if (as_json) {
      fmt::print("null\n");
    } else {
      fmt::print("nothing is at {}: script/up or tofu apply makes a playground\n",
                 playground.data_dir());
    }
    return 0;
  }
  auto answer = playground.call("GET", "/v1/overview");
  if (!answer) return fail(answer.error().error);
  if (as_json) {
    fmt::print("{}\n", answer->dump(2));
    return 0;
  }
  const json& clock = (*answer)["clock"];
  fmt::print("playground {}   clock {} ×{:g}{}\n\n", (*answer).value("playground", ""),
             clock.value("now", ""), clock.value("speed", 1.0),
             clock.value("frozen", false) ? " frozen"
             : clock.value("held", false) ? " held until the back-fill is in"
                                          : "");
  json rows = json::array();
  for (const auto& node : (*answer)["nodes"]) {
    rows.push_back({node["label"], node["health"], node["total"], node["rate"], node["status"]});
  }
  fmt::print("{}", format_table({"what", "health", "total", "per s", "status"}, rows));
  print_waits(answer->value("waiting", json::array()));
  return 0;
}

int sql_verb(client::Playground& playground, const std::string& sql, Form form) {
  int limit = form == Form::kTable ? 10'000 : 100'000;
  auto answer = playground.call("POST", "/v1/query", {{"sql", sql}, {"limit", limit}});
  if (!answer) return fail(answer.error().error);
  bool cut = answer->value("truncated", false);
  const json& rows = (*answer)["rows"];
  if (form == Form::kJson) {
    fmt::print("{}\n", answer->dump());
    return 0;
  }
  json header = json::array();
  for (const auto& column : (*answer)["columns"]) header.push_back(column.value("name", ""));
  if (form == Form::kTable) {
    fmt::print("{}({} rows{})\n", format_table(header, rows), rows.size(),
               cut ? ", truncated: there are more" : "");
    return 0;
  }
  fmt::print("{}", format_csv(header, rows));
  if (cut) fmt::print(stderr, "truncated after {} rows: there are more\n", rows.size());
  return 0;
}

int tail_verb(client::Playground& playground, const std::string& hub, int limit, bool follow) {
  std::string offsets;
  for (;;) {
    auto answer = playground.call("GET", fmt::format("/v1/hubs/{}/records?limit={}{}", hub, limit,
                                                     offsets.empty() ? "" : "&offsets=" + offsets));
    if (!answer) return fail(answer.error().error);
    for (const auto& record : (*answer)["records"]) {
      fmt::print("{} {}/{} {} {}\n", record.value("arrival", ""), record.value("partition", 0),
                 record.value("offset", std::int64_t{0}), record.value("key", ""),
                 record.value("value", ""));
    }
    std::fflush(stdout);
    if (!follow) return 0;
    offsets = (*answer)["next"].dump();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

int run_verb(client::Playground& playground, const std::string& pipeline, const std::string& from) {
  json body = json::object();
  if (!from.empty()) body["from"] = from;
  auto answer = playground.call("POST", fmt::format("/v1/pipelines/{}/run", pipeline), body);
  if (!answer) return fail(answer.error().error);
  json rows = json::array();
  for (const auto& activity : (*answer)["activities"]) {
    bool kept = activity.value("kept", false);
    rows.push_back({activity["name"], kept ? json("kept") : activity["state"], activity["rows"],
                    activity["bytes"], fmt::format("{:.2f}", activity.value("seconds", 0.0)),
                    activity.value("error", "")});
  }
  fmt::print("run {}: {} in {:.2f} s\n\n{}", answer->value("id", ""), answer->value("state", ""),
             answer->value("seconds", 0.0),
             format_table({"activity", "state", "rows", "bytes", "seconds", "error"}, rows));
  if (std::string error = answer->value("error", ""); !error.empty()) fmt::print("\n{}\n", error);
  return answer->value("state", "") == "succeeded" ? 0 : 1;
}

int cancel_verb(client::Playground& playground, const std::string& pipeline) {
  auto answer = playground.call("POST", fmt::format("/v1/pipelines/{}/cancel", pipeline));
  if (!answer) return fail(answer.error().error);
  int ended = answer->value("cancelled", 0);
  fmt::print("{}\n", ended == 0
                         ? fmt::format("pipeline {} has no run under way", pipeline)
                         : fmt::format("{} run{} asked to end", ended, ended == 1 ? "" : "s"));
  return ended > 0 ? 0 : 1;
}

namespace {

constexpr size_t kFiguresShown = 40;  // characters, so that a table fits a terminal; --json has all

/// ", 2 changed by you", or nothing.
std::string also(const json& grade, const char* count, const char* what) {
  int n = grade.value(count, 0);
  return n == 0 ? "" : fmt::format(", {} {}", n, what);
}

void print_grade(const json& grade) {
  json rows = json::array();
  for (const auto& check : grade["checks"]) {
    // Where they differ is what has to be seen of both.
    auto shown = base::differing_parts(check["expected"].get<std::string>(),
                                       check["found"].get<std::string>(), kFiguresShown);
    rows.push_back({check["layer"], check["check"], shown.a, shown.b, check["verdict"]});
  }
  fmt::print("{}\n{} of {} checks are right{}{}{} (run {})\n",
             format_table({"layer", "check", "expected", "found", "verdict"}, rows),
             grade.value("passed", 0), grade.value("total", 0), also(grade, "wrong", "wrong"),
             also(grade, "not_gradable", "not gradable"), also(grade, "changed", "changed by you"),
             grade.value("run_id", ""));
  for (const auto& check : grade["checks"]) {
    std::string detail = check.value("detail", "");
    if (detail.empty()) continue;
    bool wrong = check.value("verdict", "") == "wrong";  // others say their verdict themselves
    fmt::print("{}{} {}: {}\n", wrong ? "wrong: " : "", check.value("layer", ""),
               check.value("check", ""), detail);
  }
}

int grade_history(client::Playground& playground, bool as_json) {
  auto answer = playground.call("GET", "/v1/grades");
  if (!answer) return fail(answer.error().error);
  if (as_json) {
    fmt::print("{}\n", answer->dump(2));
    return 0;
  }
  json rows = json::array();
  for (const auto& grade : *answer) {
    rows.push_back({grade.value("run_id", ""), grade.value("graded_at", ""),
                    grade.value("total", 0), grade.value("passed", 0), grade.value("wrong", 0),
                    grade.value("not_gradable", 0), grade.value("changed", 0)});
  }
  fmt::print("{}", format_table({"run", "graded", "checks", "right", "wrong", "not gradable",
                                 "changed by you"},
                                rows));
  return 0;
}

}  // namespace

int grade_verb(client::Playground& playground, const GradeOptions& options) {
  if (!playground.exists()) {
    return fail({base::Code::kNotFound, "nothing is at " + playground.data_dir() + " to grade"});
  }
  if (options.history) return grade_history(playground, options.as_json);
  std::string of_run = options.run.empty() ? "" : "?run=" + options.run;
  auto answer = options.now ? playground.call("POST", "/v1/grade", json::object())
                            : playground.call("GET", "/v1/grade" + of_run);
  if (!answer) return fail(answer.error().error);
  if (answer->is_null()) {
    std::string what = options.run.empty() ? "no run has been graded yet: tofu apply, or hriste "
                                             "grade --now"
                                           : "run " + options.run +
                                                 " has no grade: hriste grade "
                                                 "--history lists those that have";
    return fail({base::Code::kNotFound, what});
  }
  if (options.as_json) {
    fmt::print("{}\n", answer->dump(2));
  } else {
    print_grade(*answer);
  }
  return answer->value("wrong", 0) > 0 ? 1 : 0;
}

int world_hash_verb(client::Playground& playground) {
  auto answer = playground.call("GET", "/v1/world/hash");
  if (!answer) return fail(answer.error().error);
  for (const auto& [table, hash] : answer->items()) {
    fmt::print("{} {}\n", hash.get<std::string>(), table);
  }
  return 0;
}

}  // namespace app
