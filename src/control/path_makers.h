// Who makes a file or folder of the lake. A stream job waits for its reference data, which is right
// as long as somebody will make it, and is for ever when nobody does. Thread-safe.
#pragma once

#include <stop_token>
#include <string>

#include "catalogue/definitions.h"
#include "control/folder.h"
#include "control/making.h"
#include "kinds/stream_job.h"
#include "runs/waiting.h"

namespace control {

class PathMakers {
 public:
  PathMakers(const Folder& folder, const catalogue::Definitions& definitions, Making& making,
             runs::Waiting& waiting)
      : folder_(folder), definitions_(definitions), making_(making), waiting_(waiting) {}

  /// Waits until each reference of a stream job has a maker that is ready or begun, or is there.
  /// Errors: kFailedPrecondition naming the reference, when nobody makes it and no creation has run
  /// for ten seconds; kCancelled.
  base::Status wait_for_references(const kinds::StreamJob& job, std::stop_token stop);

 private:
  /// `place`: "bronze/towns/towns.csv".
  base::Result<bool> is_made(const std::string& place) const;
  bool is_generated(const std::string& place) const;
  bool is_output(const std::string& place) const;
  bool is_captured(const std::string& place) const;
  bool is_of_pipeline(const std::string& place) const;
  bool is_at(const kinds::RefTo<kinds::Lake>& lake, const std::string& path,
             const std::string& place) const;

  const Folder& folder_;
  const catalogue::Definitions& definitions_;
  Making& making_;
  runs::Waiting& waiting_;
};

}  // namespace control
