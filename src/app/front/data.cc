// Verbs about events and runs.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "app/front/run_progress.h"
#include "app/front/verbs.h"
#include "base/card_json.h"
#include "cli/run_tree.h"
#include "cli/units.h"

namespace app {
namespace {

using cli::Unit;

/// A name as part of an address: whatever was typed reaches the daemon. A slash, which no name has,
/// would end the part even when it is encoded: it is encoded twice.
std::string address_part(const std::string& name) {
  std::string out;
  for (char c : name) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '_' || c == '-';
    out += plain      ? std::string(1, c)
           : c == '/' ? "%252F"
                      : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

cli::Listing records_listing(const json& records) {
  cli::Listing listing{.columns = {{"arrival", "TIMESTAMP WITH TIME ZONE"},
                                   {"partition", "BIGINT"},
                                   {"offset", "BIGINT"},
                                   {"key", "VARCHAR"},
                                   {"value", "VARCHAR"}}};
  for (const auto& record : records) {
    listing.rows.push_back({record.value("arrival", ""), record.value("partition", 0),
                            record.value("offset", std::int64_t{0}), record.value("key", ""),
                            record.value("value", "")});
  }
  return listing;
}

/// Names of one kind's resources; none where the daemon can't say.
std::vector<std::string> names_of(client::Playground& playground, std::string_view kind) {
  std::vector<std::string> names;
  auto answer = playground.call("GET", "/v1/resources");
  for (const auto& resource : answer ? *answer : json::array()) {
    if (resource.value("kind", "") == kind) names.push_back(resource.value("name", ""));
  }
  return names;
}

/// A line a record, as they come: JSON lines, or for the eye.
void print_lines(const json& records, bool json_lines) {
  if (json_lines) fmt::print("{}", render(records_listing(records), cli::Form::kJsonLines));
  for (const auto& record : records) {
    if (json_lines) break;
    fmt::print("{} {}/{} {} {}\n", record.value("arrival", ""), record.value("partition", 0),
               record.value("offset", std::int64_t{0}), cli::printable(record.value("key", "")),
               cli::printable(record.value("value", "")));
  }
  std::fflush(stdout);
}

/// The activities in the order in which they began.
int show_run(const json& run, const ListingOptions& options) {
  cli::Listing listing{.columns = {{"activity", ""},
                                   {"state", "", Unit::kState},
                                   {"rows", "BIGINT"},
                                   {"bytes", "BIGINT", Unit::kBytes, "written"},
                                   {"seconds", "DOUBLE", Unit::kSeconds, "took"},
                                   {"note", ""}}};
  for (const auto& activity : cli::in_order_of_time(run.value("activities", json::array()))) {
    bool kept = activity.value("kept", false);
    std::string since = activity.value("kept_from", "");
    std::string note =
        kept && !since.empty() ? "unchanged since " + since : activity.value("error", "");
    listing.rows.push_back({activity["name"], kept ? json("kept") : activity["state"],
                            activity["rows"], kept ? json(0) : activity["bytes"],
                            activity.value("seconds", 0.0), note});
  }
  std::string before =
      fmt::format("run {}: {} in {}\n\n", run.value("id", ""), run.value("state", ""),
                  cli::duration_text(run.value("seconds", 0.0)));
  return show(listing, options, {before, ""});
}

/// The card of each activity that failed, or why the run did.
void print_errors(const json& run) {
  bool any = false;
  for (const auto& activity : cli::in_order_of_time(run.value("activities", json::array()))) {
    if (activity.value("state", "") != "failed") continue;
    base::Error error{base::Code::kFailedPrecondition, activity.value("error", ""),
                      base::card_from(activity.value("card", json()))};
    print_error(base::annotate(std::move(error), activity.value("name", "")).error());
    any = true;
  }
  if (!any) print_error({base::Code::kFailedPrecondition, run.value("error", "")});
}

}  // namespace

int tail_verb(client::Playground& playground, const TailOptions& options) {
  const auto& listing = options.listing;
  bool json_lines = listing.format == "jsonl" && listing.out.empty();
  bool lines = (listing.format.empty() && listing.out.empty()) || json_lines;
  if (options.follow && !lines) {
    return fail({base::Code::kInvalidArgument, "--follow goes with --format jsonl alone"});
  }
  std::string offsets;
  for (;;) {
    auto answer = playground.call(
        "GET", fmt::format("/v1/hubs/{}/records?limit={}{}", address_part(options.hub),
                           options.limit, offsets.empty() ? "" : "&offsets=" + offsets));
    if (!answer) return fail(answer.error().error);
    if (!lines) return show(records_listing((*answer)["records"]), listing);
    print_lines((*answer)["records"], json_lines);
    if (!options.follow) return 0;
    offsets = (*answer)["next"].dump();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

int run_verb(client::Playground& playground, const std::string& pipeline,
             const RunOptions& options) {
  if (auto form = options.listing.form(); !form) return fail(form.error());
  json body = {{"from", options.from}, {"only", options.only}, {"full", options.full}};
  if (!options.window.empty()) body["window"] = options.window;
  RunProgress progress(playground, pipeline);
  auto answer =
      playground.call("POST", fmt::format("/v1/pipelines/{}/run", address_part(pipeline)), body);
  if (!answer) return fail(answer.error().error);
  bool is_shown = progress.finish(*answer) && options.listing.is_plain();
  bool succeeded = answer->value("state", "") == "succeeded";
  int shown = is_shown ? 0 : show_run(*answer, options.listing);
  if (shown != 0) return shown;
  if (!succeeded) print_errors(*answer);
  return succeeded ? cli::kDone : cli::kNo;
}

int pause_verb(client::Playground& playground, const std::string& trigger, bool paused) {
  auto answer = playground.call("POST", fmt::format("/v1/triggers/{}/{}", address_part(trigger),
                                                    paused ? "pause" : "resume"));
  if (!answer) return fail(answer.error().error);
  fmt::print("trigger {} {}\n", trigger, paused ? "is paused" : "goes on");
  return 0;
}

int windows_verb(client::Playground& playground, const WindowsOptions& options) {
  auto answer =
      playground.call("GET", fmt::format("/v1/triggers/{}/windows", address_part(options.trigger)));
  if (!answer) {
    return fail(answer.error().error);
  }
  const json failed = answer->value("failed_windows", json::array());
  if (options.failed) {
    cli::Listing listing{
        .columns = {{"begins", "", Unit::kPlayground, "begins (playground time)"}}};
    for (const auto& begin : failed) listing.rows.push_back(json::array({begin}));
    return show(listing, options.listing);
  }
  cli::Listing listing{
      .columns = {{"day", ""}, {"total", "BIGINT"}, {"done", "BIGINT"}, {"failed", "BIGINT"}}};
  for (const auto& day : answer->value("days", json::array())) {
    listing.rows.push_back({day["day"], day["total"], day["done"], day["failed"]});
  }
  std::string again =
      failed.empty() ? ""
                     : fmt::format("\none that failed again: hriste run PIPELINE --window {}\n",
                                   failed[0].get<std::string>());
  return show(listing, options.listing, {"", again});
}

int cancel_verb(client::Playground& playground, const std::string& pipeline) {
  auto answer =
      playground.call("POST", fmt::format("/v1/pipelines/{}/cancel", address_part(pipeline)));
  if (!answer) return fail(answer.error().error);
  int ended = answer->value("cancelled", 0);
  auto known = ended > 0 ? std::vector{pipeline} : names_of(playground, "hriste_pipeline");
  if (std::ranges::find(known, pipeline) == known.end()) {
    return fail({base::Code::kNotFound, fmt::format("pipeline \"{}\" does not exist{}", pipeline,
                                                    cli::nearest(pipeline, known))});
  }
  fmt::print("{}\n", ended == 0
                         ? fmt::format("pipeline {} has no run under way", pipeline)
                         : fmt::format("{} run{} asked to end", ended, ended == 1 ? "" : "s"));
  return ended > 0 ? cli::kDone : cli::kNo;
}

}  // namespace app
