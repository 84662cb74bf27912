#include "app/engine/world_verbs.h"

#include "app/engine/chosen_world.h"
#include "app/engine/describe_text.h"
#include "app/engine/faults_verb.h"
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
    if (!table.empty()) tables = {TRY(world::table_from_name(table))};
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

}  // namespace

int world_verb(int argc, char** argv) {
  CLI::App app{"The synthetic world: what is in it, what was planted, and its hashes."};
  app.name("hriste world");
  app.require_subcommand(1);
  FaultsVerb faults;
  DescribeVerb describe;
  HashVerb hash;
  auto* faults_command =
      app.add_subcommand("faults",
                         "The ledger of planted faults; without --format or --out their "
                         "number");
  faults.add_to(*faults_command);
  auto* describe_command =
      app.add_subcommand("describe", "Columns, distributions, effects, examples");
  describe.add_to(*describe_command);
  auto* hash_command =
      app.add_subcommand("hash", "A hash of each table: same settings, same hashes");
  hash.add_to(*hash_command);
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    fmt::print(stderr, "error: {}\nhriste world --help says what there is.\n", e.what());
    return kWorldFailed;
  }
  Status done = run_if_chosen(faults_command, faults);
  if (done) done = run_if_chosen(describe_command, describe);
  if (done) done = run_if_chosen(hash_command, hash);
  if (done) return 0;
  fmt::print(stderr, "error: {}\n", done.error().message);
  return kWorldFailed;
}

}  // namespace app
