// The header of a SQL file of a pipeline: which table it makes, from what, and what has to hold.
// Purpose of the room: to read headers in one place, for the plan (kinds) and for the run (flow),
// and to order the files by them (graph.h).
//
//   -- table: silver.orders
//   -- keys: order_id
//   -- needs: bronze.orders, silver.users
//   -- expect: costs_something: order_value > 0 -> quarantine
//   --
//   -- Any text.
//   SELECT …
//
// A text has a header when its first line begins with one of these words; the header ends at the
// first line that is "--" alone or no comment. `table` stands once; the others may be repeated.
//   keys     columns that tell the rows apart: two equal ones, or a null, fail the run
//   needs    every table that the SELECT reads: bronze.…, silver.…, gold.…, meta.…
//   expect   name: condition -> what happens to a row for which it isn't true (false or null):
//            warn counts it, drop leaves it out, quarantine puts it into meta.rejected instead,
//            fail ends the run and the table stays as it was. A row goes by the first drop or
//            quarantine that it fails.
// Pure and thread-safe. Failure: an error names the line. Read first: tests/header_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sqlfile {

enum class Action { kWarn, kDrop, kQuarantine, kFail };
std::string_view action_name(Action action);

struct Expectation {
  std::string name;
  std::string condition;  ///< SQL over the table's columns
  Action action = Action::kWarn;
  int line = 0;  ///< of the text, from 1
};

struct Need {
  std::string table;  ///< "tier.name"
  int line = 0;
};

struct Header {
  std::string table;  ///< "silver.NAME" or "gold.NAME"
  std::vector<std::string> keys;
  std::vector<Need> needs;
  std::vector<Expectation> expectations;

  bool quarantines() const;
};

/// nullopt: the text has no header. Errors: kInvalidArgument, "line 3: …".
base::Result<std::optional<Header>> parse_header(std::string_view text);

}  // namespace sqlfile
