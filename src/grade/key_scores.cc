#include "grade/key_scores.h"

#include <algorithm>
#include <cmath>

namespace grade {

namespace {

constexpr double kNearScore = 1e-9;
/// Sums of squares are taken about a value near the mean, so that they lose no digits.
constexpr double kAbout = 4'000;

Scorer parse_scorer(const nlohmann::json& json) {
  const auto& model = json.at("model");
  Scorer scorer{.name = model.at("name"), .version = json.at("version")};
  scorer.intercept = model.at("intercept").at("value");
  scorer.trained_rows = model.at("train").at("rows");
  auto split = base::parse_instant(model.at("split").get<std::string>());
  if (split) scorer.split_us = split->time_since_epoch().count();
  auto fields = feature_fields();
  for (const auto& coefficient : model.at("coefficients")) {
    std::string feature = coefficient.at("feature");
    auto field = std::ranges::find(fields, feature, [](const auto& f) { return f.column.name; });
    if (field == fields.end()) {
      scorer.unknown_feature = feature;
    } else {
      scorer.weights.emplace_back(*field, coefficient.at("value").get<double>());
    }
  }
  return scorer;
}

}  // namespace

base::Result<Scorer> Scorer::parse(const nlohmann::json& json) {
  try {
    return parse_scorer(json);
  } catch (const nlohmann::json::exception& e) {
    return base::error(base::Code::kDataLoss, "the commit's model can't be read: {}", e.what());
  }
}

double Scorer::predict(const FeatureFacts& facts) const {
  double sum = intercept;
  for (const auto& [field, weight] : weights) {
    sum += weight * static_cast<double>(field.cell(facts).integer());
  }
  return sum;
}

Table ScoreKey::table() {
  return {.layer = "gold",
          .name = "order_predictions",
          .columns = {{.name = "order_id"},
                      {.name = "order_value", .form = Form::kMoney, .summed = true},
                      {.name = "predicted", .form = Form::kReal},
                      {.name = "model", .form = Form::kText},
                      {.name = "version"}}};
}

void ScoreKey::rows(std::int64_t first, std::int64_t last, const RowSink& sink) const {
  FeatureReader reader(world_, places_);
  Cell name = Cell::of(std::string_view(scorer_.name)), version = Cell::of(scorer_.version);
  for (std::int64_t id = first; id < last; ++id) {
    FeatureFacts facts = reader.facts(id);
    Cell cells[] = {Cell::of(id), Cell::of(facts.order.order.value_hundredths),
                    Cell::of(scorer_.predict(facts)), name, version};
    sink(cells);
  }
}

RowSource ScoreKey::near(RowSource found) const {
  return [this, found = std::move(found)](const RowSink& sink) -> base::Status {
    FeatureReader reader(world_, places_);
    std::vector<Cell> cells;
    return found([&](Row row) {
      std::int64_t id = row[0].integer();
      bool known = row[0].kind() == Cell::Kind::kInt && id >= 0 && id < world_.settings().orders;
      if (!known || row[2].kind() != Cell::Kind::kDouble) return sink(row);
      double ours = scorer_.predict(reader.facts(id)), theirs = row[2].real();
      cells.assign(row.begin(), row.end());
      if (std::abs(ours - theirs) <= kNearScore * std::max(std::abs(ours), 1.0)) {
        cells[2] = Cell::of(ours);
      }
      sink(cells);
    });
  };
}

void ScoreKey::observe(Row row) {
  std::int64_t id = row[0].integer();
  if (row[0].kind() != Cell::Kind::kInt || id < 0 || id >= world_.settings().orders) return;
  world::Order order = world_.order(id);
  if (order.time_ms * 1000 < scorer_.split_us) return;
  double value = static_cast<double>(order.value_hundredths) / 100;
  double best = static_cast<double>(order.expected_hundredths) / 100;
  double predicted = row[2].kind() == Cell::Kind::kDouble ? row[2].real() : 0;
  ++sums_.rows;
  sums_.residuals += (value - predicted) * (value - predicted);
  sums_.best_residuals += (value - best) * (value - best);
  sums_.total += value - kAbout;
  sums_.squares += (value - kAbout) * (value - kAbout);
}

Check ScoreKey::score_check(const Table& table) const {
  Check check{.layer = table.layer, .name = table.name + " score"};
  auto rows = static_cast<double>(sums_.rows);
  double squares = sums_.rows > 0 ? sums_.squares - sums_.total * sums_.total / rows : 0;
  if (sums_.rows < 2 || squares <= 0) {
    check.verdict = Verdict::kNotGradable;
    check.detail = "not gradable: no orders that the model was not trained on";
    return check;
  }
  double score = 1 - sums_.residuals / squares, ceiling = 1 - sums_.best_residuals / squares;
  double features = static_cast<double>(scorer_.weights.size()) + 1;
  double apart = 0.01 + 3 * features / std::max(1.0, static_cast<double>(scorer_.trained_rows));
  check.expected = fmt::format("R² {:.4f} ± {:.4f}", ceiling, apart);
  check.found = fmt::format("R² {:.4f} of {} orders", score, sums_.rows);
  if (!(std::abs(score - ceiling) <= apart)) {
    check.verdict = Verdict::kWrong;
    check.detail =
        score < ceiling
            ? fmt::format("{} version {} is worse than it could be: does it know all that matters?",
                          scorer_.name, scorer_.version)
            : fmt::format("{} version {} knows what can't be known: the value itself, or noise",
                          scorer_.name, scorer_.version);
  }
  return check;
}

}  // namespace grade
