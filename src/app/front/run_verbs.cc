// Declared: what makes tables, what starts it, and how what was made is graded.
#include <fmt/format.h>

#include <memory>

#include "app/front/commands.h"
#include "app/front/listings.h"
#include "app/front/verbs.h"

namespace app {
namespace {

/// What the daemon calls a run; it becomes part of an address.
std::string is_run_id(const std::string& text) {
  bool plain = !text.empty() &&
               text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return plain ? "" : "\"" + text + "\" is no run: hriste grade --history lists them";
}

void declare_run(Commands& commands) {
  struct Options {
    std::string pipeline;
    RunOptions run;
  };
  auto options = std::make_shared<Options>();
  CLI::App& verb = commands.verb(
      kDo, "run", "Run a pipeline now: make what is new, keep what is unchanged",
      {.examples = {{"hriste run refine", ""},
                    {"hriste run refine --only +gold.sales_by_day", "one table, and all before it"},
                    {"hriste run refine --from run-3", "go on from where run-3 failed"},
                    {"hriste run hourly --window 2026-06-01T05:00:00Z", "a window that failed"}},
       .statuses = {{"0", "the run succeeded"}, {"1", "an activity failed; it says which and why"}},
       .times = "seconds are wall time."},
      [options](client::Playground& playground) {
        return run_verb(playground, options->pipeline, options->run);
      });
  verb.add_option("pipeline", options->pipeline, "The pipeline's name")
      ->type_name("PIPELINE")
      ->required();
  auto* from = verb.add_option("--from", options->run.from,
                               "Its last run, to go on from where that failed: what it has made "
                               "stays")
                   ->type_name("RUN");
  verb.add_option("--only", options->run.only,
                  "A part: TABLE, +TABLE with all before it, TABLE+ with all after it, +TABLE+")
      ->type_name("TABLE")
      ->excludes(from);
  verb.add_option("--window", options->run.window,
                  "One window of its trigger on intervals again, alone: where it begins")
      ->type_name("START")
      ->excludes(from);
  verb.add_flag("--full", options->run.full, "Also what is unchanged since it last succeeded");
  options->run.listing.add_to(verb);
  auto pipeline = std::make_shared<std::string>();
  commands
      .verb(
          kDo, "cancel", "End a pipeline's runs, also those that wait",
          {.examples = {{"hriste cancel refine", ""}},
           .statuses = {{"0", "asked to end"}, {"1", "it has no run under way"}},
           .times = ""},
          [pipeline](client::Playground& playground) { return cancel_verb(playground, *pipeline); })
      .add_option("pipeline", *pipeline, "The pipeline's name")
      ->type_name("PIPELINE")
      ->required();
}

void declare_triggers(Commands& commands) {
  auto options = std::make_shared<ListingOptions>();
  options->add_to(commands.verb(
      kLook, "triggers", "What starts pipelines by itself, and when next",
      {.examples = {{"hriste triggers", ""}},
       .statuses = {},
       .times = "when one starts next is playground time, UTC."},
      [options](client::Playground& playground) { return triggers_verb(playground, *options); }));
  auto windows = std::make_shared<WindowsOptions>();
  CLI::App& verb = commands.verb(
      kLook, "windows", "The windows of a trigger on intervals, by the day on which they begin",
      {.examples = {{"hriste windows hours", ""},
                    {"hriste windows hours --failed", "those whose run failed, the newest first"}},
       .statuses = {},
       .times = "windows are playground time, UTC."},
      [windows](client::Playground& playground) { return windows_verb(playground, *windows); });
  verb.add_option("trigger", windows->trigger, "The trigger's name")
      ->type_name("TRIGGER")
      ->required();
  verb.add_flag("--failed", windows->failed, "Where those begin whose run failed, the last 500");
  windows->listing.add_to(verb);
  auto trigger = std::make_shared<std::string>();
  for (bool paused : {true, false}) {
    commands
        .verb(kDo, paused ? "pause" : "resume",
              paused ? "Let a trigger start nothing" : "Let a trigger start again what is due",
              {.examples = {{paused ? "hriste pause nightly" : "hriste resume nightly", ""}},
               .statuses = {},
               .times = ""},
              [trigger, paused](client::Playground& playground) {
                return pause_verb(playground, *trigger, paused);
              })
        .add_option("trigger", *trigger, "The trigger's name")
        ->type_name("TRIGGER")
        ->required();
  }
}

void declare_grade(Commands& commands) {
  auto options = std::make_shared<GradeOptions>();
  CLI::App& verb = commands.verb(
      kLook, "grade", "The recorded grade: expected, found, verdict, for every layer",
      {.examples = {{"hriste grade", "of the newest run"},
                    {"hriste grade --now", "compute it"},
                    {"hriste grade --history", "those before"}},
       .statuses = {{"0", "no check is wrong"}, {"1", "a check is wrong"}},
       .times = "when a grade was made is wall time: in a table in your zone, else UTC."},
      [options](client::Playground& playground) { return grade_verb(playground, *options); });
  options->listing.add_to(verb);
  verb.add_flag("--json", options->as_json, "Everything that the page knows, as JSON");
  auto* now = verb.add_flag("--now", options->now, "Compute it now");
  auto* run = verb.add_option("--run", options->run, "The grade of this run")
                  ->type_name("RUN")
                  ->check(CLI::Validator(is_run_id, ""))
                  ->excludes(now);
  verb.add_flag("--history", options->history, "The grades that are kept, newest first")
      ->excludes(now)
      ->excludes(run);
}

void declare_runs(Commands& commands) {
  auto options = std::make_shared<ListingOptions>();
  options->add_to(commands.verb(
      kLook, "runs", "The runs of pipelines, newest first",
      {.examples = {{"hriste runs", ""}, {"hriste runs --format jsonl", "for programs"}},
       .statuses = {},
       .times = "wall time: in a table in your zone, else UTC."},
      [options](client::Playground& playground) { return runs_verb(playground, *options); }));
}

void declare_preview(Commands& commands) {
  auto options = std::make_shared<PreviewOptions>();
  CLI::App& verb = commands.verb(
      kDo, "preview",
      "What a file would give, without applying it: SQL, streaming SQL, a dashboard, a notebook",
      {.examples = {{"hriste preview playground/sql/silver_orders.sql", ""},
                    {"hriste preview playground/streams/traffic.asaql", ""}},
       .statuses = {{"0", "it would be taken"}, {"1", "a run would refuse it; it says why"}},
       .times = "seconds are wall time."},
      [options](client::Playground& playground) { return preview_verb(playground, *options); });
  verb.add_option("file", options->file, "The file")
      ->type_name("FILE")
      ->required()
      ->check(CLI::ExistingFile);
  verb.add_option("--rows", options->rows, "How many rows of each answer")
      ->type_name("COUNT")
      ->check(CLI::Range(0, 1000));
  verb.add_option("--job", options->job, "The stream job that a streaming text is of")
      ->type_name("JOB");
  verb.add_option("-p,--parameter", options->parameters,
                  "A notebook's, or a query's window_start and window_end: name=value")
      ->type_name("NAME=VALUE");
  verb.add_flag("--json", options->as_json, "As JSON");
}

void declare_notebooks(Commands& commands) {
  CLI::App& notebooks = commands.verb(kDo, "nb", "Notebooks: run one, prepare for Python's", {},
                                      Commands::Act([] { return 2; }));
  commands.verb_below(notebooks, "prepare",
                      "Fetch the packages of Python notebooks, once: later runs need no network",
                      {.examples = {{"hriste nb prepare", ""}}, .statuses = {}, .times = ""},
                      prepare_notebooks_verb);
  auto options = std::make_shared<NotebookOptions>();
  CLI::App& verb = commands.verb_below(
      notebooks, "run", "Run a notebook (.sql, .py) against the playground",
      {.examples = {{"hriste nb run playground/notebooks/tour.sql --html out.html", ""},
                    {"hriste nb run report.sql -p kraj=Praha", "with a parameter"}},
       .statuses = {{"0", "every cell succeeded"}, {"1", "a cell failed; it says which and why"}},
       .times = "seconds are wall time."},
      [options](client::Playground& playground) { return notebook_verb(playground, *options); });
  verb.add_option("file", options->file, "Its file")
      ->type_name("FILE")
      ->required()
      ->check(CLI::ExistingFile);
  verb.add_option("-p,--parameter", options->parameters, "name=value; may be repeated")
      ->type_name("NAME=VALUE");
  verb.add_option("--html", options->html, "Write the result here, as one HTML file")
      ->type_name("FILE");
}

}  // namespace

void declare_run_verbs(Commands& commands) {
  declare_grade(commands);
  declare_runs(commands);
  declare_triggers(commands);
  declare_run(commands);
  declare_preview(commands);
  declare_notebooks(commands);
}

}  // namespace app
