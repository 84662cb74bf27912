// The records of a playground's runs, as runs write them and go on from them. Thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "catalogue/catalogue.h"
#include "flow/pipeline.h"

namespace control {

class RunRecords {
 public:
  explicit RunRecords(catalogue::Catalogue& catalogue) : catalogue_(catalogue) {}

  /// "run-4", never given before.
  std::string next_id();
  /// As the page wants it, and of which creation of its pipeline it is.
  static nlohmann::json shown(const flow::RunRecord& record, const std::string& incarnation);
  base::Status keep(const flow::RunRecord& record, const std::string& incarnation);
  /// That of `run`, to go on from. Errors: kNotFound; kFailedPrecondition: it isn't the pipeline's
  /// last, and a later one may have changed what it made.
  base::Result<nlohmann::json> last(const std::string& pipeline, const std::string& run);
  /// The last ones of a creation of the pipeline, the newest first: for what is unchanged since.
  base::Result<std::vector<nlohmann::json>> of(const std::string& pipeline,
                                               const std::string& incarnation);

 private:
  catalogue::Catalogue& catalogue_;
  base::Mutex number_mutex_;  // over the number of the last run
};

}  // namespace control
