// hriste status: what there is, layer by layer as the data flows. It never starts a daemon.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/front/verbs.h"
#include "cli/units.h"

namespace app {
namespace {

using cli::Unit;

constexpr std::array kLayers = {"sources", "hub, database", "stream", "bronze",
                                "silver",  "gold",          "serve"};

/// The layer of a node: its place in kLayers. The API's lanes are the same but for two names.
std::size_t layer_of(const json& node) {
  return std::min(node.value("lane", std::size_t{0}), kLayers.size() - 1);
}

std::vector<json> in_order_of_flow(const json& nodes) {
  std::vector<json> sorted(nodes.begin(), nodes.end());
  std::ranges::stable_sort(sorted, [](const json& a, const json& b) {
    return std::pair(layer_of(a), a.value("label", "")) <
           std::pair(layer_of(b), b.value("label", ""));
  });
  return sorted;
}

/// Bytes and how far behind it is, where a node says so.
json fact(const json& node, const char* name) {
  const json facts = node.value("facts", json::object());
  return facts.value(name, json());
}

cli::Listing status_listing(const json& overview) {
  cli::Listing listing{.columns = {{"layer", ""},
                                   {"name", ""},
                                   {"health", "", Unit::kState},
                                   {"rows", "BIGINT"},
                                   {"rows_per_s", "DOUBLE", Unit::kNone, "rows/s"},
                                   {"bytes", "BIGINT", Unit::kBytes, "size"},
                                   {"lag_s", "DOUBLE", Unit::kSeconds, "behind"},
                                   {"status", ""}},
                       .rows = json::array(),
                       .grouped = true,
                       .may_be_cut = true};
  for (const json& node : in_order_of_flow(overview.value("nodes", json::array()))) {
    std::size_t layer = layer_of(node);
    bool is_job = node.value("kind", "") == "hriste_stream_job";
    // What is served has no rows of its own but an alert's.
    bool counted = node.value("tier", "") != "serve" || node.value("total", 0) > 0;
    double lag_s = node.value("lag_ms", 0.0) / 1000;
    listing.rows.push_back({kLayers[layer], node.value("label", ""), node.value("health", ""),
                            counted ? node["total"] : json(), counted ? node["rate"] : json(),
                            fact(node, "bytes"), is_job ? json(lag_s) : json(),
                            node.value("status", "")});
    if (node.value("health", "") != "ok") listing.columns.back().whole = true;
  }
  return listing;
}

std::string heading(const json& overview) {
  const json clock = overview.value("clock", json::object());
  std::string how = clock.value("frozen", false) ? ", frozen"
                    : clock.value("held", false) ? ", held until the back-fill is in"
                                                 : "";
  return fmt::format("playground {} is running; playground time {} UTC, ×{:g}{}\n\n",
                     overview.value("playground", ""), cli::playground_text(clock.value("now", "")),
                     clock.value("speed", 1.0), how);
}

/// What an apply or a run waits for now.
std::string waits_text(const json& waits) {
  std::string text = waits.empty() ? "" : "\n";
  for (const auto& wait : waits) {
    text += fmt::format("{} waits for {} ({})\n", wait.value("who", ""), wait.value("what", ""),
                        cli::duration_text(wait.value("seconds", 0.0)));
  }
  return text;
}

/// What would start by itself and was told not to.
std::string paused_text(const json& triggers) {
  std::string text;
  for (const auto& trigger : triggers) {
    if (!trigger.value("paused", false)) continue;
    const std::string name = trigger.value("name", "");
    text += fmt::format("trigger {} is paused: {}\n", name,
                        trigger.value("paused_by", json()) == "hand" ? "hriste resume " + name
                                                                     : "its definition says so");
  }
  return text.empty() ? "" : "\n" + text;
}

/// Nothing there, or a playground whose daemon doesn't run: said, and never started.
int not_running(const std::string& data_dir, bool exists, const StatusOptions& options) {
  if (options.as_json) {
    fmt::print("{}\n", exists ? json{{"stopped", true}, {"data_dir", data_dir}}.dump() : "null");
    return exists ? cli::kNo : cli::kDone;
  }
  // A table's reader reads the answer where the table would be; a program's rows stay rows.
  bool table = options.listing.form().value_or(cli::Form::kTable) == cli::Form::kTable;
  std::FILE* to = table ? stdout : stderr;
  if (!exists) {
    fmt::print(to, "nothing is at {}: script/up or tofu apply makes a playground\n", data_dir);
    return cli::kDone;
  }
  fmt::print(to, "the playground at {} is stopped: hriste start\n", data_dir);
  return cli::kNo;
}

}  // namespace

int status_verb(client::Playground& playground, const StatusOptions& options) {
  if (auto form = options.listing.form(); !form) return fail(form.error());
  const std::string& dir = playground.data_dir();
  if (!playground.exists()) return not_running(dir, false, options);
  auto session = client::Session::connect(dir);
  if (!session && session.error().code == base::Code::kUnavailable) {
    return not_running(dir, true, options);
  }
  if (!session) return fail(session.error());
  auto answer = (*session)->request("GET", "/v1/overview");
  if (!answer) return fail(answer.error().error);
  if (options.as_json) {
    fmt::print("{}\n", answer->dump(2));
    return 0;
  }
  return show(status_listing(*answer), options.listing,
              {heading(*answer), waits_text(answer->value("waiting", json::array())) +
                                     paused_text(answer->value("triggers", json::array()))});
}

}  // namespace app
