// The parsed form of a query, before names are looked up.
#pragma once

#include <string>
#include <vector>

#include "streamsql/expr.h"

namespace streamsql {

/// `*`, `alias.*`, `record.*`, or an expression with an optional alias.
struct SelectItem {
  Position at;
  bool star = false;
  std::vector<std::string> star_path;  ///< empty for a bare `*`
  ExprPtr value;
  std::string alias;  ///< empty: the name follows from the expression
};

struct Relation {
  Position at;
  std::string name;
  std::string alias;     ///< empty: the name itself
  ExprPtr timestamp_by;  ///< may be null
  std::vector<ExprPtr> over;
  std::vector<ExprPtr> partition_by;  ///< no effect on results
};

struct Join {
  Position at;
  bool left = false;
  Relation right;
  ExprPtr on;
};

/// CROSS APPLY or OUTER APPLY of a call.
struct Apply {
  Position at;
  bool outer = false;
  ExprPtr call;
  std::string alias;
};

struct SelectCore {
  Position at;
  std::vector<SelectItem> items;
  std::string into;  ///< empty: no INTO
  Position into_at;
  Relation from;
  std::vector<Join> joins;
  std::vector<Apply> applies;
  ExprPtr where;
  std::vector<ExprPtr> group_by;  ///< windows appear as calls
  ExprPtr having;
};

/// SELECT … UNION SELECT …
struct Query {
  std::vector<SelectCore> branches;
};

struct StepDefinition {
  Position at;
  std::string name;
  Query query;
};

struct Script {
  std::vector<StepDefinition> steps;  ///< WITH
  std::vector<Query> statements;
};

}  // namespace streamsql
