// hriste_stream_job: streaming SQL from event hubs into the lake.
#include "kinds/declare_internal.h"
#include "streamsql/streamsql.h"

namespace kinds {
namespace {

Attribute lake_attribute(Presence presence) {
  return ref_attribute("lake", "hriste_lake", presence, "The lake tier.");
}

/// Where files are written: a tier that is made anew is empty, so the job begins anew as well.
Attribute target_attribute(Presence presence) {
  auto attribute = lake_attribute(presence);
  attribute.forces_replacement = true;
  return attribute;
}

Attribute path_attribute(Presence presence, std::string doc) {
  return {
      .name = "path", .presence = presence, .doc = std::move(doc), .checks = {.form = Form::kPath}};
}

Attribute outputs() {
  return {.name = "outputs",
          .shape = Shape::kObjectMap,
          .presence = Presence::kRequired,
          .doc = "The names that the query writes INTO: files in the lake, or alerts.",
          .nested = {target_attribute(Presence::kOptional),
                     path_attribute(Presence::kOptional, "Folder below the tier."),
                     {.name = "format",
                      .doc = "Format of the files; `parquet` by default.",
                      .derived = true,
                      .checks = {.one_of = {"parquet", "json"}}},
                     {.name = "alert",
                      .shape = Shape::kBool,
                      .doc = "Keep the rows as alerts, shown on the page; without lake and path "
                             "only so.",
                      .fallback = false}}};
}

void derive_stream_job(json& attributes) {
  auto& outputs = attributes["outputs"];
  if (!outputs.is_object()) return;
  for (auto& [name, output] : outputs.items()) {
    if (!output.is_object() || !output["format"].is_null()) continue;
    const auto& alert = output["alert"];
    const auto& lake = output["lake"];
    if (is_unknown(alert) || is_unknown(lake)) output["format"] = unknown();
    if (alert == false || (lake.is_string() && !is_unknown(lake))) output["format"] = "parquet";
  }
}

void check_output(const std::string& name, const json& output, Problems& problems) {
  if (!output.is_object()) return;
  const auto& alert = member(output, "alert");
  if (is_unknown(alert)) return;
  bool files =
      alert != true || !member(output, "lake").is_null() || !member(output, "path").is_null();
  for (const auto* part : {"lake", "path"}) {
    if (files && member(output, part).is_null())
      problems.push_back({{"outputs", name},
                          fmt::format("{} is missing; give lake and path, or alert = true", part)});
  }
}

std::vector<std::string> names_of(const json& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map.items()) names.push_back(name);
  return names;
}

/// The query against the names of the maps; its errors carry line and column.
void check_query(const json& attributes, Problems& problems) {
  const auto& query = member(attributes, "query");
  const auto& inputs = member(attributes, "inputs");
  const auto& references = member(attributes, "references");
  const auto& outputs = member(attributes, "outputs");
  if (!query.is_string() || !inputs.is_object() || !outputs.is_object() || is_unknown(references))
    return;
  const auto plan =
      streamsql::compile(query.get_ref<const std::string&>(), {.inputs = names_of(inputs),
                                                               .references = names_of(references),
                                                               .outputs = names_of(outputs)});
  if (!plan) problems.push_back({{"query"}, streamsql::to_string(plan.error())});
}

Problems check_stream_job(const json& attributes) {
  Problems problems;
  check_query(attributes, problems);
  const auto& outputs = member(attributes, "outputs");
  if (!outputs.is_object()) return problems;
  for (const auto& [name, output] : outputs.items()) check_output(name, output, problems);
  return problems;
}

Claims claims_stream_job(const json& attributes, const TierOf& tier_of) {
  Claims all;
  const auto& outputs = member(attributes, "outputs");
  if (outputs.is_object()) {
    for (const auto& [name, output] : outputs.items())
      claim_folder(output, {"outputs", name, "path"}, tier_of, all);
  }
  claim_folder(member(attributes, "dead_letter"), {"dead_letter", "path"}, tier_of, all);
  return all;
}

}  // namespace

Kind stream_job_kind() {
  return {
      .name = "hriste_stream_job",
      .doc =
          "Streaming SQL in the Azure Stream Analytics dialect: reads event hubs, writes files "
          "in the lake and alerts, exactly once.",
      .attributes =
          {name_attribute(),
           {.name = "query",
            .presence = Presence::kRequired,
            .doc = "The text: one or more SELECT … INTO … FROM statements.",
            .checks = {.form = Form::kNotEmpty}},
           {.name = "inputs",
            .shape = Shape::kStringMap,
            .presence = Presence::kRequired,
            .doc = "Event hubs by the names that the query reads FROM.",
            .forces_replacement = true,
            .checks = {.form = Form::kRef, .ref_kind = "hriste_event_hub"}},
           {.name = "references",
            .shape = Shape::kObjectMap,
            .doc = "Reference data by the names that the query JOINs.",
            .nested = {lake_attribute(Presence::kRequired),
                       path_attribute(Presence::kRequired, "File below the tier.")}},
           outputs(),
           {.name = "late_arrival_seconds",
            .shape = Shape::kInteger,
            .doc = "How far an event's time may lie before its arrival.",
            .fallback = 60,
            .checks = {.min = 0, .max = 1'814'400}},
           {.name = "out_of_order_seconds",
            .shape = Shape::kInteger,
            .doc = "How far an event's time may lie before the latest one seen.",
            .fallback = 50,
            .checks = {.min = 0, .max = 599}},
           {.name = "policy",
            .doc = "What happens to events beyond these limits: their time is adjusted, or they "
                   "are dropped and counted.",
            .fallback = "adjust",
            .checks = {.one_of = {"adjust", "drop"}}},
           {.name = "on_error",
            .doc =
                "What an event does on which the query fails (a `CAST` without a value, a record "
                "as a `GROUP BY` key): `stop` stops the job until the query is mended, "
                "`dead_letter` sends the event to the dead letters with the reason.",
            .fallback = "stop",
            .in_ref = false,
            .checks = {.one_of = {"stop", "dead_letter"}}},
           {.name = "keep_rows",
            .shape = Shape::kBool,
            .doc =
                "A changed query makes all rows again. Where events that old rows were made from "
                "are gone, from the hub by its retention and from capture, the change is refused; "
                "with `keep_rows` it is made, and the old rows stay beside the new ones.",
            .fallback = false,
            .in_ref = false},
           {.name = "dead_letter",
            .shape = Shape::kObject,
            .doc = "Where events go that can't be parsed, or that `on_error` sends there.",
            .nested = {target_attribute(Presence::kRequired),
                       path_attribute(Presence::kRequired, "Folder below the tier.")}}},
      .example = R"(resource "hriste_stream_job" "traffic" {
  name    = "traffic"
  query   = file("traffic.asaql")
  inputs  = { pageviews = hriste_event_hub.pageviews.ref }
  outputs = {
    raw    = { lake = hriste_lake.bronze.ref, path = "pageviews" }
    alerts = { alert = true }
  }
})",
      .derive = derive_stream_job,
      .check = check_stream_job,
      .claims = claims_stream_job};
}

}  // namespace kinds
