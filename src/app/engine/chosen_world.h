// Which world a verb is about: options, a playground's, or the default one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "app/engine/world_options.h"

namespace app {

class ChosenWorld {
 public:
  /// The object must outlive the parsing.
  void add_to(CLI::App& command);
  /// Errors: kInvalidArgument naming the setting; kNotFound when --data-dir holds no world.
  base::Result<world::World> world() const;
  int threads() const { return threads_; }

 private:
  base::Result<world::World> of_playground(const std::string& dir) const;

  WorldOptions options_;
  std::string data_dir_;
  int threads_ = 0;
};

}  // namespace app
