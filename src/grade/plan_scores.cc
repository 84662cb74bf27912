// Machine learning: the table of features, the predictions, and the model's score.
#include "grade/found_batch.h"
#include "grade/key_scores.h"
#include "grade/plan_internal.h"
#include "lake/delta.h"

namespace grade {

namespace {

constexpr std::int64_t kOrdersATask = 25'000;
const std::string kFeatures = "gold.order_features", kPredictions = "gold.order_predictions";

/// Adds all orders to `expected`, in tasks; `rows` gives those of a range.
template <typename Rows>
void add_expected(Plan& plan, const Table& table, const std::shared_ptr<Expected>& expected,
                  Rows rows) {
  std::int64_t count = plan.world.settings().orders;
  for (std::int64_t first = 0; first < count; first += kOrdersATask) {
    std::int64_t last = std::min(first + kOrdersATask, count);
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
    for (std::int64_t first = 0; first < count; first += kOrdersATask) {
      if (stop.stop_requested()) {
        return base::error(base::Code::kCancelled, "the grade was stopped");
      }
      rows(first, std::min(first + kOrdersATask, count), sink);
    }
    return {};
  };
}

void plan_features(Plan& plan) {
  Shape<FeatureFacts> shape = feature_shape();
  if (auto there = plan.columns(kFeatures)) {
    shape = shape.choose(columns_there(shape.table().columns, *there));
  }
  auto rows = [shape, &world = plan.world, places = plan.places](
                  std::int64_t first, std::int64_t last, const RowSink& sink) {
    read_features(world, *places, shape, first, last, sink);
  };
  auto expected = std::make_shared<Expected>(shape.table(), again(plan, rows));
  plan.add(shape.table(), expected, plan.rows_in_lake(kFeatures, shape.table()));
  add_expected(plan, shape.table(), expected, rows);
}

/// The model that the predictions' commit names.
base::Result<Scorer> committed_scorer(const lake::Lake& lake) {
  auto snapshot = TRY(lake.snapshot(kPredictions));
  auto found = snapshot.commit_info.find("hriste.model");
  if (found == snapshot.commit_info.end()) {
    return base::error(base::Code::kDataLoss, "its commit doesn't say which model made it");
  }
  return Scorer::parse(*found);
}

Check without_model(std::string found, const base::Error& error) {
  return {.layer = "gold",
          .name = "order_predictions",
          .expected = "every order once, by a known model",
          .found = std::move(found),
          .verdict = Verdict::kWrong,
          .detail = error.message};
}

void plan_predictions(Plan& plan) {
  auto scorer = committed_scorer(*plan.in.lake);
  if (!scorer) {
    plan.figures.push_back([check = without_model("unreadable", scorer.error())] { return check; });
    return;
  }
  auto key = std::make_shared<ScoreKey>(plan.world, *plan.places, std::move(*scorer));
  auto rows = [key, places = plan.places](std::int64_t first, std::int64_t last,
                                          const RowSink& sink) { key->rows(first, last, sink); };
  Table table = ScoreKey::table();
  auto expected = std::make_shared<Expected>(table, again(plan, rows));
  Case& made = plan.add(table, expected, key->near(plan.rows_in_lake(kPredictions, table)));
  made.also_observe([key](Row row) { key->observe(row); });
  add_expected(plan, table, expected, rows);
  if (const std::string& feature = key->scorer().unknown_feature; !feature.empty()) {
    made.not_gradable = [feature] {
      return fmt::format("the model uses {}, which the answer key has no rule for", feature);
    };
  }
  plan.figures.push_back([key] { return key->score_check(); });
}

}  // namespace

void plan_scores(Plan& plan) {
  bool features = plan.named(kFeatures), predictions = plan.named(kPredictions);
  if (!features && !predictions) return;
  if (!plan.places) {
    plan.places = std::make_shared<const std::vector<Place>>(places_of(plan.world));
  }
  if (features) plan_features(plan);
  if (predictions) plan_predictions(plan);
}

}  // namespace grade
