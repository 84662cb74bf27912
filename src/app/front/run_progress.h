// What `hriste run` shows while it waits: a tree that renews itself on a terminal, else a line for
// each activity that has ended. Both on standard error.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

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
  void draw(const nlohmann::json& run);
  void print_ended(const nlohmann::json& run);
  void clear();

  client::Playground& playground_;
  const std::string pipeline_;
  const cli::Look look_;
  const std::size_t height_;  ///< of the terminal; 0: there is none, lines are printed
  std::string before_;        ///< the pipeline's newest run before this one
  bool knows_before_ = false;
  std::string waits_;            ///< what was last said to be waited for
  std::size_t lines_ = 0;        ///< of the tree that stands there
  std::set<std::string> ended_;  ///< activities of which a line was printed
  std::jthread thread_;
};

}  // namespace app
