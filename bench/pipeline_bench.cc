// pipeline_bench LAKE [NAME…]: the playground's SQL activities over a copy of a lake that an apply
// has filled (its bronze; silver and gold are written anew), with wall and CPU time of each run
// alone, and then of all in a pipeline. With names only these run. Run it in the source tree.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "flow/pipeline.h"
#include "flow/sql_activity.h"
#include "flow/training.h"

namespace {

using flow::json;

double wall() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}
double cpu() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

template <typename T>
T get(base::Result<T> result) {
  CHECK(result.has_value(), "{}", result.error().message);
  return std::move(*result);
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

json attributes_of(const std::set<std::string>& chosen) {
  json activities = json::array();
  for (const char* folder : {"playground/sql", "playground/ml"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::string name = entry.path().stem();
      if (name == "macros" || entry.path().extension() != ".sql") continue;
      if (!chosen.empty() && !chosen.contains(name)) continue;
      activities.push_back({{"name", name}, {"type", "sql"}, {"query", text_of(entry.path())}});
    }
  }
  return {{"activities", activities}, {"macros", text_of("playground/sql/macros.sql")}};
}

}  // namespace

int main(int argc, char** argv) {
  CHECK(argc > 1, "name the folder of a lake");
  std::string temp = std::filesystem::temp_directory_path() / fmt::format("bench{}", ::getpid());
  base::SystemClock clock;
  auto lake = get(lake::Lake::open(
      {.env = &base::Env::real(), .clock = &clock, .root = argv[1], .temp_dir = temp}));
  lake->set_world({.epoch = get(base::parse_instant("2026-06-01T00:00:00Z")), .seed = 42});
  auto attributes = attributes_of({argv + 2, argv + argc});
  auto pipeline = get(flow::Pipeline::parse("bench", attributes));
  auto sql = flow::make_sql_activity(*lake);
  flow::RunContext context{
      .run_id = "run",
      .cuts_ms = {{"pageviews", 1'780'272'000'000}, {"stars", 1'780'272'000'000}},
      .stop = {}};
  std::set<std::string> done;
  while (done.size() < pipeline.activities.size()) {
    for (const auto& activity : pipeline.activities) {
      if (done.contains(activity.name) ||
          !std::ranges::all_of(activity.needs, [&](auto& need) { return done.contains(need); })) {
        continue;
      }
      double from = wall(), used = cpu();
      auto result = get(sql->run(activity, context));
      fmt::print("{:<28} {:>9} rows {:>7.3f} s {:>7.3f} s CPU\n", activity.name, result.rows,
                 wall() - from, cpu() - used);
      done.insert(activity.name);
    }
  }
  double from = wall(), used = cpu();
  auto record = get(
      flow::Runner({{"sql", sql}}).run(pipeline, context, "manual", [](const flow::RunRecord&) {}));
  CHECK(record.error.empty(), "{}", record.error);
  for (const auto& activity : record.activities) {
    fmt::print("{:<28} {:>7.3f} … {:>7.3f} s\n", activity.name, activity.offset_s,
               activity.offset_s + activity.seconds);
  }
  fmt::print("{:<28} {:>7.3f} s {:>7.3f} s CPU\n", "all", wall() - from, cpu() - used);
  lake.reset();
  std::filesystem::remove_all(temp);
  return 0;
}
