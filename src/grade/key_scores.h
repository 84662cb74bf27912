// gold.order_predictions: what a model whose coefficients are known must say of every order, and
// how near it comes to the best that is possible. Part of the expected side.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "grade/key_features.h"

namespace grade {

/// A model as the commit of the predictions tells it.
struct Scorer {
  std::string name;
  std::int64_t version = 0;
  double intercept = 0;
  std::vector<std::pair<Shape<FeatureFacts>::Field, double>> weights;
  std::int64_t split_us = 0;  ///< orders before it trained the model
  std::int64_t trained_rows = 0;
  std::string unknown_feature;  ///< one that the key has no rule for; empty: none

  /// From commitInfo's "hriste.model" (docs/formats/models.md). Errors: kDataLoss.
  static base::Result<Scorer> parse(const nlohmann::json& json);
  double predict(const FeatureFacts& facts) const;
};

/// Thread-safe.
class ScoreKey {
 public:
  /// All outlive this.
  ScoreKey(const world::World& world, const std::vector<Place>& places, Scorer scorer)
      : world_(world), places_(places), scorer_(std::move(scorer)) {}

  static Table table();  ///< order_id, order_value, predicted, model, version
  /// Orders [first, last).
  void rows(std::int64_t first, std::int64_t last, const RowSink& sink) const;
  /// `found` with each prediction that is within 1e-9 of ours replaced by ours.
  RowSource near(RowSource found) const;

  /// Takes a found row into the score.
  void observe(Row row);
  /// The check of R² over the orders that the model was not trained on against the best possible on
  /// the same ones. They may be apart by 0.01 + 3 (features + 1) / trained rows.
  Check score_check(const Table& table) const;
  const Scorer& scorer() const { return scorer_; }

 private:
  const world::World& world_;
  const std::vector<Place>& places_;
  Scorer scorer_;
  struct Sums {
    std::int64_t rows = 0;
    double residuals = 0, best_residuals = 0;  ///< Σ of squares, in crowns
    double total = 0, squares = 0;             ///< of what the value is above 4 000
  } sums_;
};

}  // namespace grade
