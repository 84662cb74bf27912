// ml_bench [FEATURES [ROWS]]: training and scoring of ROWS orders (100 000) with FEATURES dummy
// columns (40), in a folder that goes again. The arithmetic is measured beside the reading: over
// blocks that are in memory, and then whole.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "lake/scan.h"
#include "ml/moments_internal.h"
#include "ml/onnx.h"
#include "ml/regression.h"
#include "ml/score.h"
#include "ml/solve_internal.h"
#include "timing.h"

namespace {

using bench::Made;
using ml::Rows;

template <typename T>
T get(base::Result<T> result) {
  CHECK(result.has_value(), "{}", result.error().message);
  return std::move(*result);
}
void check(const base::Status& status) { CHECK(status.has_value(), "{}", status.error().message); }

std::string statement(int features, int rows) {
  std::string columns;
  for (int j = 0; j < features; ++j) {
    columns +=
        fmt::format(", CAST(hash(i * 100 + {}) % {} = 0 AS INT) AS f{:02}", j, 2 + j % 20, j);
  }
  return fmt::format(
      "SELECT i AS order_id, TIMESTAMPTZ '2023-06-01 00:00:00Z' + to_minutes(CAST(i AS INT)) AS "
      "ordered_at, CAST(3000 + hash(i) % 200000 / 100e0 AS DECIMAL(12,2)) AS order_value{} FROM "
      "(SELECT range AS i FROM range({}))",
      columns, rows);
}

/// All blocks of the table, in memory.
std::vector<Rows> blocks_of(lake::Lake& lake, const ml::FeatureTable& table) {
  std::vector<Rows> blocks;
  check(ml::read_rows(lake, table, [&](Rows& rows) -> base::Status {
    blocks.push_back(rows);
    return {};
  }));
  return blocks;
}

void measure_arithmetic(const std::vector<Rows>& blocks, const ml::FeatureTable& table) {
  Made made{table.rows, table.rows * std::ssize(table.columns) * 8};
  constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
  bench::measure("train: sums and solving", 5, [&] {
    ml::Moments moments(table.columns.size());
    for (const Rows& block : blocks) moments.add(block, kAll);
    auto chosen = ml::select_features(moments, table.columns, ml::Algorithm::kLinear);
    auto solution = ml::solve(moments, chosen.used, 0);
    CHECK(solution.weights.size() == std::ssize(table.columns));
    return made;
  });
  ml::LinearForm form{.columns = {}, .weights = {}, .intercept = 1};
  for (std::size_t j = 0; j < table.columns.size(); ++j) {
    form.columns.push_back(j);
    form.weights.push_back(static_cast<double>(j));
  }
  std::vector<double> out;
  bench::measure("score: arithmetic", 5, [&] {
    for (const Rows& block : blocks) {
      out.resize(block.count);
      form.apply(block, out);
    }
    return made;
  });
}

void measure_whole(lake::Lake& lake, const ml::FeatureTable& table) {
  Made made{table.rows, table.rows * std::ssize(table.columns) * 8};
  bench::measure("reading, once", 3, [&] {
    check(ml::read_rows(lake, table, [](Rows&) -> base::Status { return {}; }));
    return made;
  });
  ml::Model model;
  bench::measure("train, reading included", 3, [&] {
    model = get(ml::fit(lake, {.name = "m", .features = table}));
    return made;
  });
  bench::measure("score into a table", 3, [&] {
    get(ml::score(lake, {.features = table}, model));
    return made;
  });
  bench::measure("parity of the ONNX file", 3, [&] {
    CHECK(get(ml::check_parity(lake, table, model, ml::onnx_bytes(model))).holds());
    return made;
  });
}

}  // namespace

int main(int argc, char** argv) {
  int features = argc > 1 ? std::atoi(argv[1]) : 40, rows = argc > 2 ? std::atoi(argv[2]) : 100'000;
  std::string folder =
      std::filesystem::temp_directory_path() / fmt::format("ml_bench{}", ::getpid());
  base::SystemClock clock;
  auto lake = get(lake::Lake::open({.env = &base::Env::real(),
                                    .clock = &clock,
                                    .root = folder + "/lake",
                                    .temp_dir = folder + "/tmp"}));
  get(lake->overwrite_table("gold.order_features", statement(features, rows)));
  auto table = get(ml::open_features(*lake, "gold.order_features"));
  if (rows <= 500'000) measure_arithmetic(blocks_of(*lake, table), table);  // all in memory
  measure_whole(*lake, table);
  lake.reset();
  std::filesystem::remove_all(folder);
  return 0;
}
