// Verbs about what is in the playground.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "app/front/verbs.h"

namespace app {

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
  return 0;
}

int sql_verb(client::Playground& playground, const std::string& sql, bool as_json) {
  auto answer = playground.call("POST", "/v1/query", {{"sql", sql}, {"limit", 10'000}});
  if (!answer) return fail(answer.error().error);
  if (as_json) {
    fmt::print("{}\n", answer->dump());
    return 0;
  }
  json header = json::array();
  for (const auto& column : (*answer)["columns"]) header.push_back(column.value("name", ""));
  const json& rows = (*answer)["rows"];
  fmt::print("{}({} rows{})\n", format_table(header, rows), rows.size(),
             answer->value("truncated", false) ? ", there are more" : "");
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

namespace {

/// At most 40 characters, for a table that fits a terminal; --json has all.
std::string shortened(const std::string& text) {
  constexpr size_t kWidth = 40;
  if (text.size() <= kWidth) return text;
  size_t end = kWidth - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

int grade_verb(client::Playground& playground, bool as_json, bool now) {
  if (!playground.exists()) {
    return fail({base::Code::kNotFound, "nothing is at " + playground.data_dir() + " to grade"});
  }
  auto answer = now ? playground.call("POST", "/v1/grade", json::object())
                    : playground.call("GET", "/v1/grade");
  if (!answer) return fail(answer.error().error);
  if (answer->is_null()) {
    return fail(
        {base::Code::kNotFound, "no run has been graded yet: tofu apply, or hriste grade --now"});
  }
  if (as_json) {
    fmt::print("{}\n", answer->dump(2));
  } else {
    json rows = json::array();
    for (const auto& check : (*answer)["checks"]) {
      rows.push_back({check["layer"], check["check"],
                      shortened(check["expected"].get<std::string>()),
                      shortened(check["found"].get<std::string>()), check["verdict"]});
    }
    fmt::print("{}\n{} of {} checks are right (run {})\n",
               format_table({"layer", "check", "expected", "found", "verdict"}, rows),
               answer->value("passed", 0), answer->value("total", 0), answer->value("run_id", ""));
    for (const auto& check : (*answer)["checks"]) {
      std::string detail = check.value("detail", "");
      if (detail.empty()) continue;
      bool wrong = check.value("verdict", "") == "wrong";  // others say their verdict themselves
      fmt::print("{}{} {}: {}\n", wrong ? "wrong: " : "", check.value("layer", ""),
                 check.value("check", ""), detail);
    }
  }
  bool wrong = answer->value("wrong", 0) > 0;
  return wrong ? 1 : 0;
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
