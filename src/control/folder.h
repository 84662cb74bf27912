// Where the playground's files are, and what reads and writes them.
#pragma once

#include <string>

#include "base/env.h"

namespace control {

struct Folder {
  base::Env& env;
  std::string path;  ///< <data_dir>, absolute

  std::string lake() const { return path + "/lake"; }
  /// What isn't to last: emptied when the playground is opened.
  std::string temporary() const { return path + "/tmp"; }
  /// Of one stream job: its checkpoints.
  std::string job_state(const std::string& job) const { return path + "/state/" + job; }
};

}  // namespace control
