// hriste up, hriste down.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>

#include "app/front/kept_variables.h"
#include "app/front/lifecycle.h"
#include "app/front/playground_root.h"
#include "app/front/receipt.h"
#include "app/front/tofu.h"
#include "app/front/verbs.h"
#include "base/env.h"
#include "cli/run_tree.h"

namespace app {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

std::string here() {
  std::error_code wrong;
  return fs::current_path(wrong).string();
}

base::Result<std::string> made_root(const std::string& folder) {
  TRY(make_playground(folder));
  fmt::print(stderr, "made {}: change what you like there, and run hriste up again\n", folder);
  return folder + "/local";
}

/// The root to apply; a playground is made where there is none.
base::Result<std::string> root_to_apply(const std::string& given) {
  const auto root = given.empty() ? root_around(here()) : root_below(fs::absolute(given).string());
  if (!root.empty()) return root;
  return made_root(fs::absolute(given.empty() ? "hriste-playground" : given).string());
}

std::vector<std::string> tofu_arguments(const std::vector<std::string>& pairs,
                                        const std::vector<std::string>& others) {
  std::vector<std::string> arguments;
  for (const auto& pair : pairs) arguments.push_back("-var=" + pair);
  arguments.insert(arguments.end(), others.begin(), others.end());
  return arguments;
}

/// The runs that an apply waits for, as trees; nothing where no daemon says any.
TofuProgress::Below runs_of(client::Playground& playground) {
  return [&playground](const cli::Look& look) {
    std::vector<std::string> lines;
    if (!playground.exists()) return lines;
    auto overview = playground.call("GET", "/v1/overview");
    if (!overview || !overview->is_object()) return lines;
    for (const json& run : overview->value("runs", json::array())) {
      if (run.value("state", "") != "running") continue;
      for (auto& line : cli::run_tree(run, look)) lines.push_back(std::move(line));
    }
    return lines;
  };
}

void print_hints(const std::string& local) {
  const auto folder = fs::path(local).parent_path().string();
  fmt::print(R"txt(
Look first at
  Map         the whole flow, live; click a node for its rows, its source, its log
  Dashboards  shop and traffic; their files are {0}/dashboards/*.md
  SQL         SELECT * FROM gold.sales_by_day ORDER BY day DESC
  Grade       what is right and what isn't, against the answer key
Then change a query in {0}/sql or {0}/streams and run hriste up again.
The link is good for one login within a minute; hriste open makes another.
)txt",
             folder);
}

int show_results(client::Playground& playground, const std::string& local, double seconds,
                 bool offline_ready) {
  const int status = grade_verb(playground, {});
  if (offline_ready && prepare_notebooks_verb(playground) != 0) return 2;
  fmt::print("\n{:.1f} s from apply to grade\n\n", seconds);
  open_verb(playground, true);
  if (fs::exists(fs::path(local).parent_path() / "dashboards")) print_hints(local);
  return status;
}

}  // namespace

int up_verb(const UpOptions& options) {
  auto pairs = options.small ? small_variables() : std::vector<std::string>();
  pairs.insert(pairs.end(), options.variables.begin(), options.variables.end());
  auto tofu_program = find_tofu();
  if (!tofu_program) return fail(tofu_program.error());
  auto local = root_to_apply(options.folder);
  if (!local) return fail(local.error());
  const KeptVariables kept(*local);
  auto variables = kept.with(pairs);
  if (!variables) return fail(variables.error());
  const auto data_dir = data_dir_of(*local, *variables);
  fmt::print(stderr, "applying {}\n", *local);
  auto tofu = Tofu::open(*tofu_program, *local);
  if (!tofu) return fail(tofu.error());
  const auto started = SteadyClock::now();
  auto engine = client::find_engine();
  if (!engine) return fail(engine.error());
  client::Playground playground(data_dir, *engine);
  auto applied =
      tofu->change("apply", tofu_arguments(pairs, options.for_tofu), runs_of(playground));
  if (!applied) return fail(applied.error());
  if (!*applied) {
    // Where the data is has to be known all the same: something may have been made there.
    if (fs::exists(data_dir)) (void)kept.keep(kept.only_data_dir(*variables));
    return fail({base::Code::kFailedPrecondition, "the apply failed, see above"});
  }
  if (auto done = kept.keep(*variables); !done) return fail(done.error());
  const std::chrono::duration<double> took = SteadyClock::now() - started;
  return show_results(playground, *local, took.count(), options.offline_ready);
}

int down_verb(const std::string& folder, const std::vector<std::string>& for_tofu) {
  const auto local =
      folder.empty() ? root_around(here()) : root_below(fs::absolute(folder).string());
  if (local.empty()) {
    fmt::print(stderr, "there is no playground {}\n", folder.empty() ? "here" : "at " + folder);
    return 0;
  }
  const KeptVariables kept(local);
  const auto data_dir = data_dir_of(local, kept.with({}).value_or(json::object()));
  auto engine = client::find_engine();
  if (!engine) return fail(engine.error());
  client::Playground playground(data_dir, *engine);
  const json before = inventory_of(playground);
  if (fs::exists(local + "/terraform.tfstate") || fs::exists(local + "/terraform.tfstate.d")) {
    auto program = find_tofu();
    if (!program) return fail(program.error());
    auto tofu = Tofu::open(*program, local);
    auto destroyed = tofu ? tofu->change("destroy", for_tofu) : base::Result<bool>(false);
    if (!tofu) fmt::print(stderr, "{}\n", tofu.error().message);
    // A configuration with a mistake can't be destroyed by OpenTofu: the daemon removes its own.
    if (!destroyed || !*destroyed) {
      fmt::print(stderr, "the destroy failed; removing what is there\n");
      (void)base::Env::real().remove_file(local + "/terraform.tfstate");
    }
  }
  // What a killed apply made and the state doesn't know goes too, and is listed.
  if (const int status = destroy_orphans_verb(playground); status != 0) return status;
  if (auto done = kept.forget(); !done) return fail(done.error());
  return print_receipt(before);
}

}  // namespace app
