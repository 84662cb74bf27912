// hriste_stream_job: streaming SQL from event hubs into the lake.
#include "kinds/declare_internal.h"
#include "kinds/event_hub.h"
#include "kinds/lake.h"
#include "kinds/stream_job.h"
#include "streamsql/streamsql.h"

namespace kinds {
namespace {

/// Where files are written: a tier that is made anew is empty, so the job begins anew as well.
constexpr bool kBeginsAnew = true;

template <typename S, typename M>
Field<S> lake_field(M S::*member, Presence presence, bool begins_anew) {
  return ref_field(member, {.name = "lake",
                            .presence = presence,
                            .doc = "The lake tier.",
                            .forces_replacement = begins_anew});
}

template <typename S, typename M>
Field<S> path_field(M S::*member, Presence presence, const std::string& doc) {
  return field(member,
               {.name = "path", .presence = presence, .doc = doc, .checks = {.form = Form::kPath}});
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
  if (plan) return;
  problems.push_back({{"query"},
                      streamsql::to_string(plan.error()),
                      streamsql::card_of(plan.error(), query.get_ref<const std::string&>())});
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

const Fields<StreamJob::Reference>& StreamJob::Reference::fields() {
  static const Fields<Reference> all = {
      lake_field(&Reference::lake, Presence::kRequired, !kBeginsAnew),
      path_field(&Reference::path, Presence::kRequired, "File below the tier.")};
  return all;
}

const Fields<StreamJob::Output>& StreamJob::Output::fields() {
  static const Fields<Output> all = {
      lake_field(&Output::lake, Presence::kOptional, kBeginsAnew),
      path_field(&Output::path, Presence::kOptional, "Folder below the tier."),
      field(&Output::format, {.name = "format",
                              .doc = "Format of the files; `parquet` by default.",
                              .derived = true,
                              .checks = {.one_of = {"parquet", "json"}}}),
      field(&Output::alert, {.name = "alert",
                             .doc = "Keep the rows as alerts, shown on the page; without lake and "
                                    "path only so."})};
  return all;
}

const Fields<StreamJob::DeadLetter>& StreamJob::DeadLetter::fields() {
  static const Fields<DeadLetter> all = {
      lake_field(&DeadLetter::lake, Presence::kRequired, kBeginsAnew),
      path_field(&DeadLetter::path, Presence::kRequired, "Folder below the tier.")};
  return all;
}

namespace {

std::vector<Field<StreamJob>> own_fields() {
  return {
      field(&StreamJob::query, {.name = "query",
                                .presence = Presence::kRequired,
                                .doc = "The text: one or more SELECT … INTO … FROM statements.",
                                .checks = {.form = Form::kNotEmpty}}),
      field(&StreamJob::inputs, {.name = "inputs",
                                 .presence = Presence::kRequired,
                                 .doc = "Event hubs by the names that the query reads FROM."}),
      field(&StreamJob::references,
            {.name = "references", .doc = "Reference data by the names that the query JOINs."}),
      field(&StreamJob::outputs,
            {.name = "outputs",
             .presence = Presence::kRequired,
             .doc = "The names that the query writes INTO: files in the lake, or alerts."}),
      field(&StreamJob::late_arrival_seconds,
            {.name = "late_arrival_seconds",
             .doc = "How far an event's time may lie before its arrival.",
             .checks = {.min = 0, .max = 1'814'400}}),
      field(&StreamJob::out_of_order_seconds,
            {.name = "out_of_order_seconds",
             .doc = "How far an event's time may lie before the latest one seen.",
             .checks = {.min = 0, .max = 599}}),
      field(&StreamJob::policy,
            {.name = "policy",
             .doc = "What happens to events beyond these limits: their time is adjusted, or they "
                    "are dropped and counted.",
             .checks = {.one_of = {"adjust", "drop"}}}),
      field(
          &StreamJob::on_error,
          {.name = "on_error",
           .doc = "What an event does on which the query fails (a `CAST` without a value, a record "
                  "as a `GROUP BY` key): `stop` stops the job until the query is mended, "
                  "`dead_letter` sends the event to the dead letters with the reason.",
           .in_ref = false,
           .checks = {.one_of = {"stop", "dead_letter"}}}),
      field(&StreamJob::keep_rows,
            {.name = "keep_rows",
             .doc =
                 "A changed query makes all rows again. Where events that old rows were made from "
                 "are gone, from the hub by its retention and from capture, the change is refused; "
                 "with `keep_rows` it is made: rows that can't be made again stay beside the new "
                 "ones.",
             .in_ref = false}),
      field(&StreamJob::dead_letter,
            {.name = "dead_letter",
             .doc = "Where events go that can't be parsed, or that `on_error` sends there."})};
}

}  // namespace

const Fields<StreamJob>& StreamJob::fields() {
  static const auto all = resource_fields<StreamJob>(own_fields());
  return all;
}

Kind stream_job_kind() {
  return {.name = StreamJob::kKind,
          .doc =
              "Streaming SQL in the Azure Stream Analytics dialect: reads event hubs, writes files "
              "in the lake and alerts, exactly once.",
          .attributes = attributes_of<StreamJob>(),
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
