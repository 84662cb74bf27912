// hriste generate: the world as a test-data tool, with no daemon.
#include <fmt/format.h>

#include <cstdio>

#include "app/engine/generate_options.h"
#include "app/engine/generate_target.h"
#include "app/engine/live.h"
#include "app/engine/progress_bar.h"
#include "app/engine/verbs.h"
#include "base/secrets.h"
#include "cli/parse.h"

namespace app {
namespace {

using base::Status;
using world::Table;
using world::World;

constexpr int kFailed = 2, kInterrupted = 130;

int fail(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", base::mask_secrets(error.message));
  return kFailed;
}

void print_summary(Table table, const Target& target, const load::Progress& progress,
                   std::int64_t rows_before, double seconds) {
  std::int64_t rows = progress.rows, made = rows - rows_before;
  std::string line = fmt::format("{}: {} rows", table_name(table), grouped(rows));
  if (rows_before > 0) line += fmt::format(" ({} were there)", grouped(rows_before));
  if (progress.bytes > 0) line += ", " + byte_text(progress.bytes);
  line += fmt::format(", {:.2f} s", seconds);
  if (made > 0) {
    line += fmt::format(", {} rows/s", grouped(static_cast<std::int64_t>(static_cast<double>(made) /
                                                                         std::max(seconds, 1e-6))));
  }
  fmt::print(stderr, "{} → {}\n", line, target.name);
}

/// Errors: also kCancelled, after a signal.
Status load_table(const GenerateOptions& options, const World& world, Table table,
                  const load::Slice& slice, Target& target, ProgressBar& bar) {
  load::Progress progress;
  bar.show(std::string(table_name(table)), progress);
  auto start = std::chrono::steady_clock::now();
  Status loaded = target.load(world, slice, progress, bar.stop_token());
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  bar.hide();
  if (!loaded && !target.reader_gone()) return loaded;
  if (!options.quiet) {
    print_summary(table, target, progress, progress.rows_before, took.count());
  }
  return {};
}

Status generate(const GenerateOptions& options, ProgressBar& bar) {
  TRY(options.check());
  std::vector<Table> tables = TRY(options.tables());
  World world = TRY(options.world.world());
  if (options.live) return run_live(options, world, tables, bar);
  std::vector<load::Slice> slices;
  for (Table table : tables) slices.push_back(TRY(options.slice(world, table)));
  Targets targets(options);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Target target = TRY(targets.target(tables[i], tables.size() == 1, bar.stop_token()));
    TRY(load_table(options, world, tables[i], slices[i], target, bar));
  }
  return {};
}

}  // namespace

void declare_generate(CLI::App& app) {
  static GenerateOptions options;  // for a declaration that is only looked at
  app.name("hriste generate");
  options.add_to(app);
}

int generate_verb(int argc, char** argv) {
  block_signals();
  CLI::App app;
  app.name("hriste generate");
  GenerateOptions options;
  options.add_to(app);
  if (auto status = cli::parse(app, argc - 1, argv + 1)) return *status;
  ProgressBar bar(!options.quiet);
  Status done = generate(options, bar);
  bar.hide();
  if (done) return 0;
  int status = fail(done.error());
  return bar.stop_token().stop_requested() ? kInterrupted : status;
}

}  // namespace app
