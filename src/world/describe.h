// What a table of a world holds: its columns, what they mean, the law their values follow with the
// facts that come of it under these settings, three example rows, and for orders the planted
// effects with the best score that any model can reach. `hriste world describe` prints it.
//
// Facts are computed from the world itself: from all rows, or from `facts_from` of them at even
// distances where there are more. Pure and deterministic; thread-safe.
// Errors: none. Formats: docs/formats/world.md has the formulas. Read first:
// tests/describe_test.cc.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "world/world.h"

namespace world {

struct ColumnDescription {
  std::string name;
  std::string type;     ///< as in silver: bigint, double, string, array<string>, …
  std::string meaning;  ///< one sentence
  std::string law;      ///< the distribution with its parameters; empty: follows from the meaning
  /// Computed: "mean" → "199.93", "Praha" → "12.4 %".
  std::vector<std::pair<std::string, std::string>> facts;
};

/// What one property of an order adds to its value, in CZK, by level.
struct EffectDescription {
  std::string property;
  std::vector<std::pair<std::string, std::int64_t>> levels;
};

struct TableDescription {
  Table table = Table::kUsers;
  std::string form;  ///< where it goes and how: "SQL table `orders`"
  std::int64_t rows = 0;
  bool rows_exact = true;  ///< false: from the traffic curve
  std::int64_t facts_from = 0;
  std::vector<ColumnDescription> columns;
  std::vector<std::string> examples;  ///< up to three rows as JSON or CSV
  // Of orders only.
  std::int64_t base_crowns = 0, noise_crowns = 0;
  std::vector<EffectDescription> effects;
  double best_r2 = 0;    ///< of a model that knows every effect
  double best_rmse = 0;  ///< its root mean square error, CZK
};

TableDescription describe(const World& world, Table table);

}  // namespace world
