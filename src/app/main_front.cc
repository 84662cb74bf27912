// hriste: the command line; and, started by OpenTofu or Terraform, the provider.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "app/front/verbs.h"
#include "base/env.h"
#include "base/guarded.h"
#include "client/start.h"
#include "kinds/kinds.h"
#include "kinds/version.h"
#include "provider/provider.h"

namespace {

/// --data-dir, $HRISTE_DATA_DIR, then upward from here: .hriste, playground/local/.hriste.
std::string find_data_dir(const std::string& given) {
  namespace fs = std::filesystem;
  const char* variable = std::getenv("HRISTE_DATA_DIR");
  std::error_code ec;
  std::string chosen = !given.empty() ? given : variable != nullptr ? variable : "";
  if (!chosen.empty()) return client::folder_path(chosen);
  fs::path here = fs::current_path(ec);
  for (fs::path dir = here;; dir = dir.parent_path()) {
    for (const char* place : {".hriste", "playground/local/.hriste"}) {
      if (fs::exists(dir / place / ".hriste-playground", ec))
        return client::folder_path(dir / place);
    }
    if (dir == dir.root_path()) break;
  }
  for (fs::path dir = here;; dir = dir.parent_path()) {
    if (fs::exists(dir / "playground/local/providers.tf", ec)) {
      return (dir / "playground/local/.hriste").string();
    }
    if (dir == dir.root_path()) break;
  }
  return (here / ".hriste").string();
}

/// What the daemon calls a run; it becomes part of an address.
std::string is_run_id(const std::string& text) {
  bool plain = !text.empty() &&
               text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return plain ? "" : "\"" + text + "\" is no run: hriste grade --history lists them";
}

/// Verbs that need no daemon but the engine's rooms; it parses their options.
bool is_for_engine(int argc, char** argv) {
  std::string_view verb = argc >= 2 ? argv[1] : "", second = argc >= 3 ? argv[2] : "";
  if (verb == "generate") return true;
  if (verb != "world") return false;
  // `world hash` alone asks the playground for its own world's.
  bool of_playground = argc == 3 || (argc == 5 && std::strcmp(argv[3], "--data-dir") == 0);
  return second != "hash" || !of_playground;
}

int run_engine(char** argv) {
  auto engine = client::find_engine();
  if (!engine) return ::app::fail(engine.error());
  ::execv(engine->c_str(), argv);
  return ::app::fail(base::errno_error(errno, "can't run", *engine).error());
}

int command_line(int argc, char** argv) {
  CLI::App app{
      "hriste: a data playground that builds itself.\n"
      "script/up (or `tofu apply` in playground/local) makes one; these verbs look into it.\n"};
  app.set_version_flag("--version", std::string(kinds::kVersion));
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  std::string data_dir;
  app.add_option("--data-dir", data_dir,
                 "The playground's folder. Default: $HRISTE_DATA_DIR, then .hriste or "
                 "playground/local/.hriste here or above");
  app.fallthrough();

  bool as_json = false, as_csv = false, print_only = false, orphans = false, follow = false;
  int lines = 50, limit = 10;
  std::string text;
  std::string from, query_file;
  auto* serve = app.add_subcommand("serve", "Run the daemon here, in the foreground");
  auto* start = app.add_subcommand("start", "Start the daemon of a playground that was stopped");
  auto* stop = app.add_subcommand("stop", "Stop the daemon; the data stays");
  auto* open = app.add_subcommand("open", "Open the page, logged in");
  open->add_flag("--print", print_only, "Print the link instead of opening a browser");
  auto* connect =
      app.add_subcommand("connect", "Print settings for kcat, SQL tools, Python, Spark");
  auto* status = app.add_subcommand("status", "What there is, how it is, how fast it goes");
  status->add_flag("--json", as_json, "As JSON");
  auto* logs = app.add_subcommand("logs", "The daemon's log");
  logs->add_option("-n,--lines", lines, "How many lines")->check(CLI::PositiveNumber);
  auto* sql =
      app.add_subcommand("sql", "Ask the lake: hriste sql 'SELECT …', or from standard input");
  sql->add_option("query", text, "One SELECT over bronze, silver and gold");
  auto* json_flag = sql->add_flag("--json", as_json, "As JSON: all values exact");
  sql->add_flag("--csv", as_csv, "As CSV; null is an empty field, an empty text is \"\"")
      ->excludes(json_flag);
  sql->add_option("-f,--file", query_file, "The query is in this file");
  auto* tail = app.add_subcommand("tail", "The newest events of a hub");
  tail->add_option("hub", text, "The hub's name")->required();
  tail->add_option("-n,--limit", limit, "How many")->check(CLI::Range(1, 1000));
  tail->add_flag("-f,--follow", follow, "Go on with new ones");
  auto* run = app.add_subcommand("run", "Run a pipeline now");
  run->add_option("pipeline", text, "The pipeline's name")->required();
  run->add_option("--from", from,
                  "Its last run, to go on from where that failed: what it has made stays");
  auto* cancel = app.add_subcommand("cancel", "End a pipeline's runs, also those that wait");
  cancel->add_option("pipeline", text, "The pipeline's name")->required();
  auto* grade =
      app.add_subcommand("grade", "The recorded grade; exit status 1 when a check is wrong");
  grade->add_flag("--json", as_json, "As JSON");
  ::app::GradeOptions grading;
  auto* grade_now = grade->add_flag("--now", grading.now, "Compute it now");
  auto* grade_run = grade->add_option("--run", grading.run, "The grade of this run")
                        ->check(CLI::Validator(is_run_id, "RUN"))
                        ->excludes(grade_now);
  grade->add_flag("--history", grading.history, "The grades that are kept, newest first")
      ->excludes(grade_now)
      ->excludes(grade_run);
  ::app::NotebookOptions notebook;
  auto* nb = app.add_subcommand("nb", "Notebooks: hriste nb run FILE");
  auto* nb_run = nb->add_subcommand(
      "run", "Run a notebook (.sql, .py) against the playground; exit status 1 when a cell fails");
  nb_run->add_option("file", notebook.file, "Its file")->required()->check(CLI::ExistingFile);
  nb_run->add_option("-p,--parameter", notebook.parameters, "name=value; may be repeated");
  nb_run->add_option("--html", notebook.html, "Write the result here, as one HTML file");
  nb->require_subcommand(1);
  auto* doctor = app.add_subcommand("doctor", "Check what a playground needs");
  auto* world = app.add_subcommand(
      "world",
      "The synthetic world: hash, and without a playground too: "
      "faults (what was planted), describe (columns, laws, effects); hriste world --help");
  auto* hash = world->add_subcommand("hash", "A hash of each table: same settings, same hashes");
  world->require_subcommand(1);
  app.add_subcommand("generate",
                     "Write rows of the world into files or a database: no playground"
                     " needed (hriste generate --help)");
  auto* reference = app.add_subcommand("reference", "Print the reference of all resource kinds");
  auto* inventory = app.add_subcommand("inventory", "Processes, ports and files, as JSON");
  auto* receipt = app.add_subcommand("receipt", "Prove that nothing of an inventory is left");
  receipt->add_option("inventory", text, "The file that `hriste inventory` wrote")->required();
  auto* destroy = app.add_subcommand("destroy", "Remove what Terraform's state doesn't know");
  destroy->add_flag("--orphans", orphans, "Yes, remove it")->required();
  CLI11_PARSE(app, argc, argv);

  if (*reference) {
    std::cout << kinds::reference_markdown();
    return 0;
  }
  if (*receipt) return ::app::receipt_verb(text);
  std::string dir = find_data_dir(data_dir);
  if (*serve) return ::app::serve_verb(dir);
  auto engine = client::find_engine();
  if (!engine && !*doctor) return ::app::fail(engine.error());
  client::Playground playground(dir, engine.value_or(""));
  if (*start) return ::app::start_verb(playground);
  if (*stop) return ::app::stop_verb(playground);
  if (*open) return ::app::open_verb(playground, print_only);
  if (*connect) return ::app::connect_verb(playground);
  if (*status) return ::app::status_verb(playground, as_json);
  if (*logs) return ::app::logs_verb(playground, lines);
  if (*sql) {
    if (!query_file.empty()) {
      auto read = base::Env::real().read_file(query_file);
      if (!read) return ::app::fail(read.error());
      text = *read;
    } else if (text.empty()) {
      text.assign(std::istreambuf_iterator<char>(std::cin), {});
    }
    using ::app::Form;
    Form form = as_json ? Form::kJson : as_csv ? Form::kCsv : Form::kTable;
    return ::app::sql_verb(playground, text, form);
  }
  if (*tail) return ::app::tail_verb(playground, text, limit, follow);
  if (*run) return ::app::run_verb(playground, text, from);
  if (*cancel) return ::app::cancel_verb(playground, text);
  if (*grade) {
    grading.as_json = as_json;
    return ::app::grade_verb(playground, grading);
  }
  if (*nb_run) return ::app::notebook_verb(playground, notebook);
  if (*doctor) return ::app::doctor_verb(playground);
  if (*hash) return ::app::world_hash_verb(playground);
  if (*inventory) return ::app::inventory_verb(playground);
  if (*destroy) return ::app::destroy_orphans_verb(playground);
  return 2;
}

}  // namespace

/// `hriste --data-dir X VERB …` as `hriste VERB … --data-dir X`: verbs are told by their place.
void put_data_dir_last(int argc, char** argv) {
  std::string_view first = argc >= 2 ? argv[1] : "";
  int words = first == "--data-dir" ? 2 : first.starts_with("--data-dir=") ? 1 : 0;
  if (words > 0 && argc > 1 + words) std::rotate(argv + 1, argv + 1 + words, argv + argc);
}

int main(int argc, char** argv) {
  if (std::getenv("TF_PLUGIN_MAGIC_COOKIE") != nullptr) return provider::serve();
  put_data_dir_last(argc, argv);
  if (is_for_engine(argc, argv)) return run_engine(argv);
  // An answer of another form than expected, say: an error, and no abort.
  auto code = base::guarded([&]() -> base::Result<int> { return command_line(argc, argv); });
  return code ? *code : ::app::fail(code.error());
}
