// simulate: runs seeds of the simulation and says how many a second; a seed that finds something
// shows its trace.
//
//   simulate --seed 17             that one
//   simulate --seed 17 --trace     all that happens; what it finds stays on the disk
//   simulate --seconds 60          seeds 1, 2, 3 … until the time is over
//   simulate --from 1000 --seeds 200
//   simulate --seed 17 --without "power loss" --without damage
//   simulate --seed 17 --refine    … and on through pipeline and grade, as the first five seeds do
// Ends with 1 when a seed found something.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/log.h"
#include "simulation/simulation.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Arguments {
  std::uint64_t from = 1, seeds = 1;
  double seconds = 0;
  int steps = 400;
  bool show = false, refine = false;
  std::set<std::string> without;
};

constexpr std::size_t kTraceLines = 80;
constexpr std::uint64_t kRefinedSeeds = 5;

bool parse(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (name == "--trace") {
      out.show = true;
      continue;
    }
    if (name == "--refine") {
      out.refine = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const char* value = argv[++i];
    if (name == "--seed" || name == "--from") {
      out.from = std::strtoull(value, nullptr, 10);
    } else if (name == "--seeds") {
      out.seeds = std::strtoull(value, nullptr, 10);
    } else if (name == "--seconds") {
      out.seconds = std::atof(value);
    } else if (name == "--without") {
      out.without.insert(value);
    } else if (name == "--steps") {
      out.steps = std::atoi(value);
    } else {
      return false;
    }
  }
  return true;
}

/// Where nothing waits for a disk: none is needed, since the power only goes in FaultyEnv.
std::string folder() {
  std::string memory = "/dev/shm";
  bool usable = std::getenv("TMPDIR") == nullptr && ::access(memory.c_str(), W_OK) == 0;
  return usable ? memory : std::filesystem::temp_directory_path().string();
}

struct Totals {
  std::uint64_t seeds = 0;
  std::int64_t steps = 0, records = 0, committed = 0;
};

/// Whether the seed found nothing.
bool run(std::uint64_t seed, const Arguments& arguments, const std::string& dir, Totals& totals) {
  bool refine = arguments.refine || seed <= kRefinedSeeds;
  auto outcome =
      simulation::Simulation({seed, arguments.steps, dir, arguments.without, refine}).run();
  ++totals.seeds;
  totals.steps += outcome.step;
  totals.records += outcome.records;
  totals.committed += outcome.committed;
  if (!outcome.finding && !arguments.show) return true;
  std::size_t skip = outcome.trace.size() > kTraceLines && !arguments.show
                         ? outcome.trace.size() - kTraceLines
                         : 0;
  for (std::size_t i = skip; i < outcome.trace.size(); ++i) {
    fmt::print("  {}\n", outcome.trace[i]);
  }
  if (!outcome.finding) return true;
  fmt::print("seed {} found, at step {}: {}\nagain: simulate --seed {} --steps {}\n", seed,
             outcome.step, *outcome.finding, seed, arguments.steps);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    std::fprintf(
        stderr,
        "simulate [--seed N | --from N --seeds N | --seconds S] [--steps N] [--trace] [--refine] "
        "[--without ACTION]…\nactions: power loss");
    for (const auto& name : simulation::action_names()) std::fprintf(stderr, ", %s", name.c_str());
    std::fprintf(stderr, "\n");
    return 2;
  }
  std::string dir = fmt::format("{}/hriste_simulate_{}", folder(), ::getpid());
  (void)base::Env::real().make_dirs(dir);
  (void)base::log_to_file(dir + "/log");  // what the rooms say about faults is no news here
  auto began = Clock::now();
  auto since = [&] { return std::chrono::duration<double>(Clock::now() - began).count(); };
  Totals totals;
  bool sound = true;
  auto more = [&](std::uint64_t n) {
    return arguments.seconds > 0 ? since() < arguments.seconds : n < arguments.seeds;
  };
  for (std::uint64_t n = 0; sound && more(n); ++n) {
    sound = run(arguments.from + n, arguments, dir + "/run", totals);
  }
  fmt::print("{} seeds, {} steps, {} records, {} committed rows compared; {:.1f} seeds a second\n",
             totals.seeds, totals.steps, totals.records, totals.committed,
             static_cast<double>(totals.seeds) / since());
  if (sound || !arguments.show) (void)base::Env::real().remove_tree(dir);
  return sound ? 0 : 1;
}
