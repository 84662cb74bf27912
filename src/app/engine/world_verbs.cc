#include "app/engine/world_verbs.h"

#include "app/engine/chosen_world.h"
#include "app/engine/describe_text.h"
#include "app/engine/faults_verb.h"
#include "app/engine/world_names.h"
#include "cli/help.h"
#include "cli/parse.h"
#include "world/describe.h"

namespace app {
namespace {

using base::Status;
using world::Table;
using world::World;

constexpr int kWorldFailed = 2;

struct DescribeVerb {
  ChosenWorld chosen;
  std::string table;
  bool json = false;

  void add_to(CLI::App& command) {
    command.add_option("table", table, "One table; without it, all of them");
    command.add_flag("--json", json, "As JSON");
    chosen.add_to(command);
  }
  Status run() const {
    std::vector<Table> tables(world::kTables.begin(), world::kTables.end());
    if (!table.empty()) tables = {TRY(table_named(table))};
    World world = TRY(chosen.world());
    auto all = nlohmann::ordered_json::array();
    for (Table t : tables) {
      world::TableDescription description = describe(world, t);
      if (json) {
        all.push_back(description_json(description));
      } else {
        fmt::print("{}\n", description_text(description));
      }
    }
    if (json) fmt::print("{}\n", (table.empty() ? all : all[0]).dump(2));
    return {};
  }
};

struct HashVerb {
  ChosenWorld chosen;

  void add_to(CLI::App& command) { chosen.add_to(command); }
  Status run() const {
    World world = TRY(chosen.world());
    for (Table table : world::kTables) {
      fmt::print("{:016x} {}\n", world.hash(table, chosen.threads()), table_name(table));
      std::fflush(stdout);
    }
    return {};
  }
};

template <typename Verb>
Status run_if_chosen(const CLI::App* command, const Verb& verb) {
  return command->parsed() ? verb.run() : Status{};
}

/// The verbs of `hriste world` and what their options fill. It must outlive the parsing.
struct WorldVerbs {
  FaultsVerb faults;
  DescribeVerb describe;
  HashVerb hash;
  CLI::App *faults_command = nullptr, *describe_command = nullptr, *hash_command = nullptr;

  void add_to(CLI::App& app);
  Status run() const {
    TRY(run_if_chosen(faults_command, faults));
    TRY(run_if_chosen(describe_command, describe));
    return run_if_chosen(hash_command, hash);
  }
};

std::string world_footer(std::vector<std::pair<std::string, std::string>> examples) {
  return cli::footer_text(
      {.examples = std::move(examples),
       .statuses = {{"0", "done"}, {"2", "it could not be done, or the command is mistaken"}},
       .times = "playground time, UTC."});
}

void WorldVerbs::add_to(CLI::App& app) {
  app.description("The synthetic world: what is in it, what was planted, and its hashes.");
  app.name("hriste world");
  app.require_subcommand(1);
  faults_command = app.add_subcommand(
      "faults", "The ledger of planted faults; without --format or --out their number");
  faults_command->footer(
      world_footer({{"hriste world faults", "how many of each"},
                    {"hriste world faults --fault late_event --out late.csv --format csv", ""}}));
  faults.add_to(*faults_command);
  describe_command = app.add_subcommand("describe", "Columns, distributions, effects, examples");
  describe_command->footer(world_footer({{"hriste world describe orders", ""}}));
  describe.add_to(*describe_command);
  hash_command = app.add_subcommand("hash", "A hash of each table: same settings, same hashes");
  hash_command->footer(world_footer({{"hriste world hash", "of the playground's world"},
                                     {"hriste world hash --users 1000", "of another"}}));
  hash.add_to(*hash_command);
}

}  // namespace

void declare_world(CLI::App& app) {
  static WorldVerbs verbs;  // for a declaration that is only looked at
  verbs.add_to(app);
}

int world_verb(int argc, char** argv) {
  CLI::App app;
  WorldVerbs verbs;
  verbs.add_to(app);
  if (auto status = cli::parse(app, argc - 1, argv + 1)) return *status;
  Status done = verbs.run();
  if (done) return 0;
  fmt::print(stderr, "error: {}\n", done.error().message);
  return kWorldFailed;
}

}  // namespace app
