// lake_refine_bench DATA_DIR SQL_DIR: raw to silver to gold, as the pipeline `refine` does it, two
// activities at a time, timed. DATA_DIR has lake/bronze (files; of page views and stars Parquet)
// and sql/shop.db. Prints seconds, rows and bytes of each activity, the whole, and the peak memory.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>

#include "base/env.h"
#include "lake/lake.h"

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Step {
  std::string table;
  std::vector<std::string> needs;
};

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

std::string peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM")) return line;
  }
  return "";
}

class Bench {
 public:
  Bench(lake::Lake& lake, std::string sql_dir) : lake_(lake), sql_dir_(std::move(sql_dir)) {}

  void work() {
    std::unique_lock lock(mutex_);
    while (!waiting_.empty()) {
      auto ready = std::ranges::find_if(waiting_, [this](const Step& step) {
        return std::ranges::all_of(step.needs, [this](auto& need) { return done_.contains(need); });
      });
      if (ready == waiting_.end()) {
        changed_.wait(lock);
        continue;
      }
      Step step = *ready;
      waiting_.erase(ready);
      lock.unlock();
      run(step.table);
      lock.lock();
      done_.insert(step.table);
      changed_.notify_all();
    }
  }

 private:
  void run(const std::string& table) {
    std::string file = table;
    std::ranges::replace(file, '.', '_');
    auto start = SteadyClock::now();
    auto text = base::Env::real().read_file(sql_dir_ + "/" + file + ".sql");
    auto written = text ? lake_.overwrite_table(table, *text)
                        : base::Result<lake::TableWrite>(std::unexpected(text.error()));
    std::printf("%-18s %6.3f s  %9ld rows  %9ld bytes  %s\n", table.c_str(), seconds_since(start),
                written ? written->rows : 0, written ? written->bytes : 0,
                written ? "" : written.error().message.c_str());
  }

  lake::Lake& lake_;
  std::string sql_dir_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Step> waiting_{
      {"silver.users", {}},
      {"silver.pageviews", {"silver.users"}},
      {"silver.products", {}},
      {"silver.orders", {"silver.users"}},
      {"silver.items", {}},
      {"silver.stars", {}},
      {"gold.engagements",
       {"silver.users", "silver.pageviews", "silver.orders", "silver.items", "silver.stars"}},
      {"gold.sales_by_day", {"silver.users", "silver.orders", "silver.items"}},
      {"gold.product_popularity",
       {"silver.products", "silver.pageviews", "silver.orders", "silver.items"}},
      {"gold.latency_5min", {"silver.pageviews"}},
      {"gold.sessions", {"silver.pageviews", "silver.stars"}}};
  std::set<std::string> done_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("usage: lake_refine_bench DATA_DIR SQL_DIR\n", stderr), 2;
  std::string dir = argv[1];
  base::SystemClock clock;
  auto lake = lake::Lake::open({.env = &base::Env::real(),
                                .clock = &clock,
                                .root = dir + "/lake",
                                .temp_dir = dir + "/tmp"});
  if (!lake) return std::fprintf(stderr, "%s\n", lake.error().message.c_str()), 1;
  (*lake)->set_world({base::from_millis(1'780'272'000'000), 42});
  auto macros = base::Env::real().read_file(std::string(argv[2]) + "/macros.sql");
  if (!macros || !(*lake)->set_macros("bench", *macros))
    return std::fputs("no macros\n", stderr), 1;
  auto start = SteadyClock::now();
  Bench bench(**lake, argv[2]);
  std::jthread other([&] { bench.work(); });
  bench.work();
  other.join();
  std::printf("%-18s %6.3f s  %s\n", "all", seconds_since(start), peak_memory().c_str());
  return 0;
}
