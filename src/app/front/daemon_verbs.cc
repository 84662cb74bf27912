// Declared: the daemon, the page, and what shows that all is well.
#include <memory>

#include "app/front/commands.h"
#include "app/front/verbs.h"
#include "client/start.h"

namespace app {
namespace {

/// Works where the engine is missing, too.
int doctor(const std::string& data_dir) {
  client::Playground playground(data_dir, client::find_engine().value_or(""));
  return doctor_verb(playground);
}

void declare_daemon(Commands& commands) {
  commands.verb(
      kDaemon, "start", "Start the daemon of a playground that was stopped",
      {.examples = {{"hriste start", "what ran before goes on"}}, .statuses = {}, .times = ""},
      start_verb);
  commands.verb(
      kDaemon, "stop", "Stop the daemon; the data stays",
      {.examples = {{"hriste stop", "hriste start goes on"}}, .statuses = {}, .times = ""},
      stop_verb);
  commands.verb(kDaemon, "serve", "Run the daemon here, in the foreground",
                {.examples = {{"hriste serve", "until Ctrl-C"}}, .statuses = {}, .times = ""},
                Commands::Act([&commands] { return serve_verb(commands.data_dir()); }));
  auto lines = std::make_shared<int>(50);
  commands
      .verb(kDaemon, "logs", "The daemon's log",
            {.examples = {{"hriste logs -n 200", "the last 200 lines"}},
             .statuses = {},
             .times = "the log is in wall time, UTC."},
            [lines](client::Playground& playground) { return logs_verb(playground, *lines); })
      .add_option("-n,--lines", *lines, "How many lines")
      ->type_name("COUNT")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
}

void declare_page(Commands& commands) {
  auto print_only = std::make_shared<bool>(false);
  commands
      .verb(kLook, "open", "Open the page, logged in",
            {.examples = {{"hriste open", "in a browser"},
                          {"hriste open --print", "the link, for one login within a minute"}},
             .statuses = {},
             .times = ""},
            [print_only](client::Playground& playground) {
              return open_verb(playground, *print_only);
            })
      .add_flag("--print", *print_only, "Print the link instead of opening a browser");
  commands.verb(kLook, "connect", "Print settings for kcat, SQL tools, Python, Spark",
                {.examples = {{"hriste connect", ""}}, .statuses = {}, .times = ""}, connect_verb);
}

void declare_checks(Commands& commands) {
  commands.verb(kMore, "doctor", "Check what a playground needs",
                {.examples = {{"hriste doctor", ""}},
                 .statuses = {{"0", "all is well"}, {"1", "something is missing; it says what"}},
                 .times = ""},
                Commands::Act([&commands] { return doctor(commands.data_dir()); }));
  commands.verb(
      kMore, "inventory", "Processes, ports and files, as JSON",
      {.examples = {{"hriste inventory > before.json", "then destroy, and hriste receipt"}},
       .statuses = {},
       .times = ""},
      inventory_verb);
  auto file = std::make_shared<std::string>();
  commands
      .verb(kMore, "receipt", "Prove that nothing of an inventory is left",
            {.examples = {{"hriste receipt before.json", "what is left of it"}},
             .statuses = {{"0", "nothing is left"}, {"1", "something is left"}},
             .times = ""},
            Commands::Act([file] { return receipt_verb(*file); }))
      .add_option("inventory", *file, "The file that `hriste inventory` wrote")
      ->type_name("FILE")
      ->required();
  auto orphans = std::make_shared<bool>(false);
  commands
      .verb(kMore, "destroy", "Remove what Terraform's state doesn't know",
            {.examples = {{"hriste destroy --orphans", "after the state was lost"}},
             .statuses = {},
             .times = ""},
            [orphans](client::Playground& playground) { return destroy_orphans_verb(playground); })
      .add_flag("--orphans", *orphans, "Yes, remove it")
      ->required();
}

}  // namespace

void declare_daemon_verbs(Commands& commands) {
  declare_page(commands);
  declare_daemon(commands);
  declare_checks(commands);
}

}  // namespace app
