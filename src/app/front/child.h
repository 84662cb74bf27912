// A program that is run to its end, its output read line by line.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace app {

struct Child {
  std::vector<std::string> arguments;  ///< [0]: its path, or a name that PATH knows
  std::string folder;                  ///< where it runs; empty: here
  /// Set, or removed when the value is empty.
  std::vector<std::pair<std::string, std::string>> environment = {};
};

/// Gives each line of its standard output and standard error, without the line end, to `on_line`.
/// Its exit status; 128 + N when signal N ended it. An interrupt is the child's too: what it does
/// then is waited for. Errors: it can't be started.
base::Result<int> run_child_lines(const Child& child,
                                  const std::function<void(const std::string&)>& on_line);

}  // namespace app
