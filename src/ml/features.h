// Machine learning: from a table of features to a linear model, its ONNX file, and scores.
//
//   auto table = TRY(open_features(lake, "gold.order_features"));   // pinned to a version
//   auto model = TRY(fit(lake, {.name = "m", .features = table}));  // regression.h
//   TRY(save_model(env, "/…/models/m/3", model));                   // model.h, onnx.h
//   TRY(score(lake, {.features = table, .version = 3}, model));     // score.h
//
// Main types: FeatureTable (this file): which version of which table, and which of its columns are
// features; Rows (rows.h): a block of its rows as numbers; RowSource (row_source.h): all of them,
// for several passes; LinearForm (linear_form.h): weights bound to a table's columns; Model
// (model.h): what fit() learned, with intervals and metrics.
//
// Invariants: all reading is of one version of the table, so that what is trained, evaluated and
// scored is the same rows whatever is written meanwhile; the same version and spec give the same
// bits on every run; memory is bounded, whatever the number of rows. Nothing is half: a model's
// folder and the table of scores appear whole or not at all, at kill -9 too.
//
// Formats: docs/formats/models.md. Threads: all functions are thread-safe; a call uses two threads.
// Failure: base::Error that names table, version and column. Read first: tests/regression_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lake/lake.h"

namespace ml {

/// The columns that are no features.
struct FeatureNames {
  std::string id = "order_id";         ///< bigint, tells the rows apart
  std::string time = "ordered_at";     ///< timestamp; training and test are split by it
  std::string target = "order_value";  ///< what is to be predicted: any number
  bool operator==(const FeatureNames&) const = default;
};

/// A version of a Delta table whose other columns are numbers, each a feature.
struct FeatureTable {
  std::string table;  ///< "gold.order_features"
  std::int64_t version = 0;
  FeatureNames names;
  std::vector<std::string> columns;  ///< the features, in the table's order
  bool decimal_target = false;       ///< the target is DECIMAL(12,2)
  std::int64_t rows = 0;
  /// The first and the last row's time, as the table's statistics say (to the millisecond, rounded
  /// outwards); none: it has no rows, or they don't say.
  struct Span {
    base::Instant first, last;
  };
  std::optional<Span> span;
  lake::Cuts cuts;  ///< which the version was made with
};

/// `version`: none is the newest. Errors: kNotFound: no such table or version; kInvalidArgument: a
/// column of `names` is missing or of a wrong type, a feature is no number (named), or there is no
/// feature.
base::Result<FeatureTable> open_features(const lake::Lake& lake, const std::string& table,
                                         std::optional<std::int64_t> version = {},
                                         const FeatureNames& names = {});

}  // namespace ml
