// ml_peer_tool FOLDER: a lake in FOLDER/lake with gold.order_features (20 000 orders, 40 features
// of many scales, some correlated, one constant), and FOLDER/linear, FOLDER/ridge: models trained
// on it; the linear one's scores are gold.order_predictions. For tests/e2e/test_ml_peers.py.
#include <cstdio>

#include "ml/onnx.h"
#include "ml/regression.h"
#include "ml/score.h"

namespace {

/// Numbers that look like chance, 0 … 1, different for each `salt`.
std::string chance(int salt) {
  return fmt::format(
      "(CAST('0x' || substring(md5(CAST(i * 1000 + {} AS VARCHAR)), 1, 7) AS INT) % 1000003) / "
      "1000003.0e0",
      salt);
}

std::string statement() {
  std::string columns, sum = "4000e0";
  for (int j = 0; j < 38; ++j) {
    std::string value = j % 2 == 0
                            ? fmt::format("CAST({} < {} AS INT)", chance(j), 0.05 + 0.02 * j)
                            : fmt::format("{} * {}e0 + 0.3 * {}", chance(j), j * j, chance(j - 1));
    columns += fmt::format("{} AS f{}, ", value, j);
    sum += fmt::format(" + {} * ({})", 30 - 5 * (j % 11), value);
  }
  // Far from zero and hardly moving: what normal equations without centring would lose.
  return fmt::format(
      "SELECT i AS order_id, TIMESTAMPTZ '2024-01-01 00:00:00Z' + to_hours(CAST(i AS INT)) AS "
      "ordered_at, CAST(round({} + 400 * ({} + {} + {} - 1.5), 2) AS DECIMAL(12,2)) AS "
      "order_value, "
      "{} 1e6 + i % 24 AS far, 7 AS always FROM (SELECT range AS i FROM range(20000)) ORDER BY i",
      sum, chance(901), chance(902), chance(903), columns);
}

base::Status make(const std::string& folder) {
  base::SystemClock clock;
  base::Env& env = base::Env::real();
  auto lake = TRY(lake::Lake::open({.env = &env,
                                    .clock = &clock,
                                    .root = folder + "/lake",
                                    .temp_dir = folder + "/tmp",
                                    .memory_mb = 512}));
  TRY(lake->overwrite_table("gold.order_features", statement()));
  auto table = TRY(ml::open_features(*lake, "gold.order_features"));
  ml::FitSpec spec{.name = "order_value", .features = table, .noise_sd = 200};
  spec.unusable = ml::Unusable::kLeaveOut;
  auto linear = TRY(ml::fit(*lake, spec));
  TRY(ml::save_model(env, folder + "/linear", linear));
  TRY(ml::score(*lake, {.features = table, .version = 4}, linear));
  spec.algorithm = ml::Algorithm::kRidge;
  spec.penalty = 250;
  return ml::save_model(env, folder + "/ridge", TRY(ml::fit(*lake, spec)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto made = make(argv[1]);
  if (!made) std::fprintf(stderr, "%s\n", made.error().message.c_str());
  return made ? 0 : 1;
}
