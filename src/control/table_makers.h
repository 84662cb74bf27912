// Which tables there are or will be. A text that reads another one has misspelt it, which is said
// when it is applied and not when somebody looks at it. Thread-safe.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "control/making.h"
#include "lake/lake.h"
#include "runs/waiting.h"

namespace control {

/// Whether the tables that a text reads are there or will be: an error when not.
using AreMade = std::function<base::Status(const std::vector<lake::TableUse>&)>;

class TableMakers {
 public:
  TableMakers(lake::Lake& lake, catalogue::Catalogue& catalogue, Making& making,
              runs::Waiting& waiting)
      : lake_(lake), catalogue_(catalogue), making_(making), waiting_(waiting) {}

  /// Waits until each table is in the lake or belongs to a resource that is ready or begun. `who`
  /// reads them: "dashboard shop". Errors: kFailedPrecondition, behind the place of the first that
  /// nobody makes when no creation has run for ten seconds; kCancelled.
  base::Status wait_for_tables(const std::string& who, const std::vector<lake::TableUse>& uses,
                               std::stop_token stop);

 private:
  base::Result<std::vector<std::string>> known_tables();
  base::Result<std::vector<std::string>> known_of(const std::vector<lake::TableUse>& uses);

  lake::Lake& lake_;
  catalogue::Catalogue& catalogue_;
  Making& making_;
  runs::Waiting& waiting_;
};

}  // namespace control
