// Declared: what is in the playground, and the world that it is made of.
#include <iostream>
#include <memory>

#include "app/front/commands.h"
#include "app/front/listings.h"
#include "app/front/sql.h"
#include "app/front/verbs.h"
#include "kinds/kinds.h"

namespace app {
namespace {

constexpr const char* kInPlaygroundTime = "playground time, UTC.";

void declare_status(Commands& commands) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App& verb = commands.verb(
      kLook, "status", "What there is, how it is, how fast it goes; starts nothing",
      {.examples = {{"hriste status", "layer by layer, as the data flows"},
                    {"hriste status --format json", "for programs"}},
       .statuses = {{"0", "it runs, or there is none"}, {"1", "it is stopped: hriste start"}},
       .times = "the clock is playground time, UTC; how far a job is behind, and for how long "
                "something waits, is wall time."},
      [options](client::Playground& playground) { return status_verb(playground, *options); });
  options->listing.add_to(verb);
  verb.add_flag("--json", options->as_json, "Everything that the page knows, as JSON");
}

void declare_sql(Commands& commands) {
  auto options = std::make_shared<SqlOptions>();
  CLI::App& verb = commands.verb(
      kLook, "sql", "Ask the lake",
      {.examples = {{"hriste sql 'SELECT * FROM gold.sales_by_day'", ""},
                    {"hriste sql -f report.sql --out report.csv", ""},
                    {"echo 'SHOW TABLES' | hriste sql", ""}},
       .statuses = {},
       .times = "instants of the data are playground time, UTC."},
      [options](client::Playground& playground) { return sql_verb(playground, *options); });
  verb.add_option(
          "query", options->query,
          "SELECTs over bronze, silver and gold, with ; between them; without them standard "
          "input, on a terminal a prompt")
      ->type_name("STATEMENT");
  verb.add_option("-f,--file", options->file, "The query is in this file")->type_name("FILE");
  options->listing.add_to(verb);
  auto* json_flag = verb.add_flag("--json", options->as_json,
                                  "Columns, types and rows as the API has them: all values exact");
  verb.add_flag_function(
          "--csv", [options](auto) { options->listing.format = "csv"; }, "As --format csv")
      ->excludes(json_flag);
}

void declare_tables(Commands& commands) {
  auto options = std::make_shared<ListingOptions>();
  options->add_to(commands.verb(
      kLook, "tables", "The lake's tables: bronze, silver, gold",
      {.examples = {{"hriste tables", ""}, {"hriste tables --format markdown", ""}},
       .statuses = {},
       .times = ""},
      [options](client::Playground& playground) { return tables_verb(playground, *options); }));
}

void declare_tail(Commands& commands) {
  auto options = std::make_shared<TailOptions>();
  CLI::App& verb = commands.verb(
      kLook, "tail", "The newest events of a hub",
      {.examples = {{"hriste tail pageviews -n 3", ""},
                    {"hriste tail pageviews --follow", "as they arrive, until Ctrl-C"}},
       .statuses = {},
       .times = std::string("when an event arrived is ") + kInPlaygroundTime},
      [options](client::Playground& playground) { return tail_verb(playground, *options); });
  verb.add_option("hub", options->hub, "The hub's name")->type_name("HUB")->required();
  verb.add_option("-n,--limit", options->limit, "How many")
      ->type_name("COUNT")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  verb.add_flag("-f,--follow", options->follow, "Go on with new ones");
  options->listing.add_to(verb);
}

void declare_lists(Commands& commands) {
  auto resources = std::make_shared<ListingOptions>();
  resources->add_to(
      commands.verb(kLook, "resources", "What was applied, and whether it is ready",
                    {.examples = {{"hriste resources", ""}}, .statuses = {}, .times = ""},
                    [resources](client::Playground& playground) {
                      return resources_verb(playground, *resources);
                    }));
  auto models = std::make_shared<ListingOptions>();
  models->add_to(commands.verb(
      kLook, "models", "Registered models, with what each alias means",
      {.examples = {{"hriste models", ""}}, .statuses = {}, .times = ""},
      [models](client::Playground& playground) { return models_verb(playground, *models); }));
}

/// The engine answers all of these but `world hash` of a playground (main_front.cc).
void declare_world(Commands& commands) {
  commands.verb(kData, "generate",
                "Write rows of the world into files or a database: no playground needed", {},
                Commands::Act([] { return 2; }));
  CLI::App& world = commands.verb(
      kData, "world", "The synthetic world: what was planted, columns, laws, effects, hashes", {},
      Commands::Act([] { return 2; }));
  auto options = std::make_shared<ListingOptions>();
  commands.verb_below(
      world, "hash", "A hash of each table: same settings, same hashes", {},
      [options](client::Playground& playground) { return world_hash_verb(playground, *options); });
}

}  // namespace

void declare_data_verbs(Commands& commands) {
  declare_status(commands);
  declare_tables(commands);
  declare_sql(commands);
  declare_tail(commands);
  declare_lists(commands);
  declare_world(commands);
  commands.verb(
      kMore, "reference", "Print the reference of all resource kinds, as Markdown",
      {.examples = {{"hriste reference > reference.md", ""}}, .statuses = {}, .times = ""},
      Commands::Act([] {
        std::cout << kinds::reference_markdown();
        return 0;
      }));
}

}  // namespace app
