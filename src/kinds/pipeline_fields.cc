// The attributes of hriste_pipeline.
#include "kinds/database.h"
#include "kinds/declare_internal.h"
#include "kinds/experiment.h"
#include "kinds/lake.h"
#include "kinds/model.h"
#include "kinds/notebook.h"
#include "kinds/pipeline.h"

namespace kinds {

const Fields<Pipeline::Source>& Pipeline::Source::fields() {
  static const Fields<Source> all = {
      ref_field(&Source::database,
                {.name = "database", .presence = Presence::kRequired, .doc = "The database."}),
      field(&Source::table, {.name = "table",
                             .presence = Presence::kRequired,
                             .doc = "Its table.",
                             .checks = {.form = Form::kName}})};
  return all;
}

const Fields<Pipeline::Target>& Pipeline::Target::fields() {
  static const Fields<Target> all = {
      ref_field(&Target::lake,
                {.name = "lake", .presence = Presence::kRequired, .doc = "The lake tier."}),
      field(&Target::path, {.name = "path",
                            .presence = Presence::kRequired,
                            .doc = "Folder below the tier.",
                            .checks = {.form = Form::kPath}})};
  return all;
}

namespace {

using Activity = Pipeline::Activity;

/// What each activity has.
std::vector<Field<Activity>> conduct_of_activities() {
  return {
      field(&Activity::name, declared_name()),
      field(&Activity::type,
            {.name = "type",
             .presence = Presence::kRequired,
             .doc = "`copy` takes a table of a database to the lake, `sql` makes a table from a "
                    "query, `features` a table for models; `train` makes a version of a model and "
                    "`score` its predictions; `notebook` runs a notebook.",
             .checks = {.one_of = {"copy", "notebook", "sql", "features", "train", "score"}}}),
      field(&Activity::needs, {.name = "needs",
                               .doc = "Names of activities that have to be done before.",
                               .checks = {.form = Form::kName}}),
      field(&Activity::run_after,
            {.name = "run_after",
             .doc = "Activities that have to end before, each with how: `success`, `failure` or "
                    "`completion`. A failure that one of them takes care of is none of the run.",
             .in_ref = false,
             .checks = {.one_of = {"success", "failure", "completion"}}}),
      field(&Activity::retries,
            {.name = "retries",
             .doc = "How often it is tried again after a failure; 0 by default.",
             .in_ref = false,
             .checks = {.min = 0, .max = 100}}),
      field(&Activity::retry_seconds,
            {.name = "retry_seconds",
             .doc = "Wall seconds before the first of these tries; twice as many before each next, "
                    "up to 300. 1 by default.",
             .in_ref = false,
             .checks = {.min = 0, .max = 300}}),
      field(&Activity::timeout_seconds,
            {.name = "timeout_seconds",
             .doc = "Wall seconds after which a try is stopped, of whatever type it is: without it "
                    "after "
                    "600 for `sql`, `features` and `notebook`, after 3600 for the others.",
             .in_ref = false,
             .checks = {.min = 0.001, .max = 86'400}})};
}

/// What those of some types have.
std::vector<Field<Activity>> parts_of_activities() {
  return {
      field(&Activity::from, {.name = "from", .doc = "`copy`: the source."}),
      field(&Activity::to, {.name = "to", .doc = "`copy`: the target, Parquet files."}),
      field(&Activity::table,
            {.name = "table",
             .doc = "`sql`, `features`, `score`: the Delta table whose rows are replaced, e.g. "
                    "`silver.users`.",
             .checks = {.form = Form::kTable}}),
      field(&Activity::query,
            {.name = "query",
             .doc = "`sql`, `features`: one SELECT over the lake's tables. Its first lines can say "
                    "which table it makes, its keys, what it needs and what is expected of its "
                    "rows ([tables](formats/tables.md)); the order of the activities follows from "
                    "that. `:window_start` and `:window_end` are the bounds of the run's window.",
             .checks = {.form = Form::kNotEmpty}}),
      field(&Activity::file,
            {.name = "file",
             .doc = "`sql`, `features`: the name of the query's file, for messages.",
             .in_ref = false,
             .checks = {.form = Form::kNotEmpty}}),
      ref_field(&Activity::notebook,
                {.name = "notebook",
                 .doc = "`notebook`: the notebook; a cell that fails fails the activity."}),
      field(&Activity::parameters,
            {.name = "parameters", .doc = "`notebook`: values for its parameters."}),
      ref_field(&Activity::experiment,
                {.name = "experiment", .doc = "`train`: where the run is noted."}),
      ref_field(&Activity::model,
                {.name = "model", .doc = "`train`: what gets a version; `score`: what predicts."}),
      field(&Activity::features,
            {.name = "features",
             .doc = "`train`, `score`: the table of features ([models](formats/models.md)).",
             .checks = {.form = Form::kTable}}),
      field(&Activity::algorithm, {.name = "algorithm",
                                   .doc = "`train`: how the weights are found.",
                                   .checks = {.one_of = {"linear", "ridge"}}}),
      field(&Activity::penalty,
            {.name = "penalty",
             .doc = "`train` with `ridge`: the weight of the sum of squared weights; 1 by default.",
             .checks = {.min = 0}}),
      field(&Activity::test_from,
            {.name = "test_from",
             .doc =
                 "`train`: rows from this moment on are the test, `:window_start` or `:window_end` "
                 "of the run's window; by default the last fifth of the time.",
             .checks = {.form = Form::kMoment}}),
      field(&Activity::noise,
            {.name = "noise",
             .doc = "`train`: the standard deviation of the target's noise, where it is known: "
                    "gives the best score that is possible.",
             .checks = {.min = 0}}),
      field(&Activity::alias, {.name = "alias",
                               .doc = "`score`: which version predicts; `champion` by default.",
                               .checks = {.form = Form::kName}})};
}

Fields<Activity> joined(Fields<Activity> all, Fields<Activity> more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

const Fields<Activity>& Activity::fields() {
  static const auto all = joined(conduct_of_activities(), parts_of_activities());
  return all;
}

const Fields<Pipeline>& Pipeline::fields() {
  static const auto all = resource_fields<Pipeline>(
      {field(
           &Pipeline::activities,
           {.name = "activities",
            .presence = Presence::kRequired,
            .doc = "What the pipeline does. An activity starts when all that it needs are done."}),
       field(&Pipeline::macros,
             {.name = "macros",
              .doc = "Functions that the queries call: `CREATE OR REPLACE TEMPORARY FUNCTION "
                     "name(parameter TYPE, …) RETURNS TYPE RETURN expression;`, as in Spark SQL.",
              .checks = {.form = Form::kNotEmpty}}),
       field(&Pipeline::sources,
             {.name = "sources",
              .doc = "Tables that something else makes, with its ref: `{ \"bronze.users\" = "
                     "hriste_generator.users.ref }`. What a query's header needs is among them, "
                     "or an activity makes it."}),
       field(&Pipeline::needs,
             {.name = "needs",
              .doc = "Refs of everything else that has to be there before a run; a change of one "
                     "of them changes this pipeline's ref."})});
  return all;
}

}  // namespace kinds
