// Machine learning: the table of features, the predictions, and the model's score.
#include "grade/found_batch.h"
#include "grade/key_scores.h"
#include "grade/plan_internal.h"
#include "lake/delta.h"
#include "lake/scan.h"

namespace grade {

namespace {

constexpr std::int64_t kScoredATask = 25'000;

/// Adds all orders to `expected`, in tasks; `rows` gives those of a range.
template <typename Rows>
void add_expected(Plan& plan, const Table& table, const std::shared_ptr<Expected>& expected,
                  Rows rows) {
  std::int64_t count = plan.world.settings().orders;
  for (std::int64_t first = 0; first < count; first += kScoredATask) {
    std::int64_t last = std::min(first + kScoredATask, count);
    plan.first.push_back([=] {
      Fingerprint print(table);
      rows(first, last, [&](Row row) { print.add(row); });
      expected->merge(print);
    });
  }
}

/// All rows again, stretch by stretch.
template <typename Rows>
RowSource again(const Plan& plan, Rows rows) {
  return [count = plan.world.settings().orders, stop = plan.stop,
          rows](const RowSink& sink) -> base::Status {
    for (std::int64_t first = 0; first < count; first += kScoredATask) {
      if (stop.stop_requested()) {
        return base::error(base::Code::kCancelled, "the grade was stopped");
      }
      rows(first, std::min(first + kScoredATask, count), sink);
    }
    return {};
  };
}

void plan_features(Plan& plan) {
  Shape<FeatureFacts> shape = feature_shape();
  if (!plan.place(shape.table(), "order_features")) return;
  if (auto there = plan.columns(shape.table().in_lake)) {
    shape = shape.choose(columns_there(shape.table().columns, *there));
  }
  auto rows = [shape, &world = plan.world, places = plan.places](
                  std::int64_t first, std::int64_t last, const RowSink& sink) {
    read_features(world, *places, shape, first, last, sink);
  };
  auto expected = std::make_shared<Expected>(shape.table(), again(plan, rows));
  plan.add(shape.table(), expected, plan.rows_in_lake(shape.table()));
  add_expected(plan, shape.table(), expected, rows);
}

/// The model that the predictions' commit names.
base::Result<Scorer> committed_scorer(const lake::Lake& lake, const std::string& predictions) {
  auto snapshot = TRY(lake.snapshot(predictions));
  auto found = snapshot.commit_info.find("hriste.model");
  if (found == snapshot.commit_info.end()) {
    return base::error(base::Code::kDataLoss, "its commit doesn't say which model made it");
  }
  return Scorer::parse(*found);
}

Check without_model(const Table& table, std::string found, const base::Error& error) {
  return {.layer = table.layer,
          .name = table.name,
          .table = table.in_lake,
          .expected = "every order once, by a known model",
          .found = std::move(found),
          .verdict = Verdict::kWrong,
          .detail = error.message};
}

std::string quoted(std::string text, char quote) {
  for (std::size_t at = 0; (at = text.find(quote, at)) != std::string::npos; at += 2) {
    text.insert(at, 1, quote);
  }
  return quote + text + quote;
}

/// What a model says of the features, as SQL: the commit names them and their version.
std::string predictions_select(const nlohmann::json& committed, const std::string& features) {
  const auto& model = committed.at("model");
  auto number = [](const nlohmann::json& value) {
    return fmt::format("CAST('{:.17g}' AS DOUBLE)", value.get<double>());
  };
  std::string sum = number(model.at("intercept").at("value"));
  for (const auto& one : model.at("coefficients")) {
    sum += " + " + number(one.at("value")) + " * " + quoted(one.at("feature"), '"');
  }
  return fmt::format(
      "SELECT order_id, order_value, CAST({} AS DOUBLE) AS predicted, {} AS model, CAST({} AS "
      "BIGINT) AS version FROM {}",
      sum, quoted(model.at("name"), '\''), committed.at("version").get<std::int64_t>(), features);
}

/// The predictions that the committed model gives of the features that it was given.
RowSource scored_again(const Plan& plan, const std::string& predictions) {
  return [&plan, predictions](const RowSink& sink) -> base::Status {
    const std::string& table = plan.in.declared.table("order_features");
    auto info = TRY(plan.in.lake->snapshot(predictions)).commit_info;
    std::string select;
    lake::ScanOptions options{.cuts = {}, .versions = {}, .stop = plan.stop};
    try {
      select = predictions_select(info.at("hriste.model"), table);
      if (auto features = info.find("hriste.features"); features != info.end()) {
        options.versions[table] = features->at("version");
      }
    } catch (const nlohmann::json::exception& e) {
      return base::error(base::Code::kDataLoss, "the commit's model can't be read: {}", e.what());
    }
    auto on_batch = [&](const model::Batch& batch) -> base::Status {
      read_rows(ScoreKey::table(), batch, sink);
      return {};
    };
    return lake::scan(*plan.in.lake, select, on_batch, options);
  };
}

void plan_predictions(Plan& plan) {
  Table table = ScoreKey::table();
  if (!plan.place(table, "order_predictions")) return;
  auto scorer = committed_scorer(*plan.in.lake, table.in_lake);
  if (!scorer) {
    plan.figures.push_back(
        {table.in_lake,
         [check = without_model(table, "unreadable", scorer.error())] { return check; }});
    return;
  }
  auto key = std::make_shared<ScoreKey>(plan.world, *plan.places, std::move(*scorer));
  auto rows = [key, places = plan.places](std::int64_t first, std::int64_t last,
                                          const RowSink& sink) { key->rows(first, last, sink); };
  auto expected = std::make_shared<Expected>(table, again(plan, rows));
  Case& made = plan.add(table, expected, key->near(plan.rows_in_lake(table)));
  made.also_observe([key](Row row) { key->observe(row); });
  add_expected(plan, table, expected, rows);
  plan.scored_again = scored_again(plan, table.in_lake);
  // A feature of the learner's own is a change of the table of features, and shown as one.
  const std::string& feature = key->scorer().unknown_feature;
  if (!feature.empty() && !plan.in.changed.contains(plan.in.declared.table("order_features"))) {
    made.not_gradable = [feature] {
      return fmt::format("the model uses {}, which the answer key has no rule for", feature);
    };
  }
  plan.figures.push_back(
      {made.unit, [key, &made] { return made.judge(key->score_check(made.table)); }});
}

}  // namespace

void plan_scores(Plan& plan) {
  if (plan.graded("order_features").empty() && plan.graded("order_predictions").empty()) return;
  if (!plan.places) {
    plan.places = std::make_shared<const std::vector<Place>>(places_of(plan.world));
  }
  plan_features(plan);
  plan_predictions(plan);
}

}  // namespace grade
