// What `hriste run` shows while it waits: a tree that renews itself on a terminal, else a line for
// each activity that has ended. Both on standard error.
#pragma once

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "app/front/live_lines.h"
#include "cli/listing.h"
#include "client/playground.h"

namespace app {

/// Asks the daemon several times a second, in its own thread, until finish() or its end.
class RunProgress {
 public:
  RunProgress(client::Playground& playground, std::string pipeline);
  ~RunProgress();

  /// Shows the run as it ended. Returns whether all of it stands on the terminal as a tree.
  bool finish(const nlohmann::json& run);

 private:
  void watch(const std::stop_token& stop);
  void look();
  void show(const nlohmann::json& run);
  void print_ended(const nlohmann::json& run);

  client::Playground& playground_;
  const std::string pipeline_;
  const cli::Look look_;
  LiveLines lines_;     ///< where a tree doesn't fit, lines are printed
  std::string before_;  ///< the pipeline's newest run before this one
  bool knows_before_ = false;
  std::string waits_;            ///< what was last said to be waited for
  std::set<std::string> ended_;  ///< activities of which a line was printed
  std::jthread thread_;
};

}  // namespace app
