// The order of a pipeline's activities, from what each makes and reads.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sqlfile/header.h"

namespace sqlfile {

/// An activity, as far as the order needs it.
struct Step {
  std::string name;
  std::string makes;  ///< "silver.users"; of a copy "bronze.orders"; empty: no table
  std::optional<Header> header;
  std::vector<std::string> reads = {};  ///< tables, of a step without a header
  std::string trains = {};              ///< the model that it gives a version
  std::string predicts_with = {};       ///< the model that it uses
};

/// What is wrong with a step's needs.
struct GraphProblem {
  std::size_t step = 0;
  int line = 0;  ///< of the step's text; 0: none
  std::string message;
};

struct Graph {
  /// By step: the names of the steps that have to be done before.
  std::vector<std::vector<std::string>> after;
  std::vector<GraphProblem> problems;
};

/// The table of files copied to bronze's folder `path`: "shop/orders" → "bronze.shop_orders".
std::string copied_table(std::string path);

/// Steps that train one model follow each other in the order given, so that its versions have the
/// same numbers in every run; who predicts with it follows all of them.
/// `sources`: tables that somebody else makes. meta.world is always there; who reads
/// meta.rejected waits for all tables but those that are made from it. Problems: a need that nobody
/// makes, two that make one table, a table that needs itself (longer circles are the caller's: it
/// knows further needs).
Graph order(const std::vector<Step>& steps, const std::set<std::string>& sources);

}  // namespace sqlfile
