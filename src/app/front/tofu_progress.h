// What OpenTofu says in its machine-readable form, as one screen: on a terminal a tree of the
// changes that renews itself, else a line for each resource as it is done; then warnings, and the
// errors last. All on standard error.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "app/front/live_lines.h"
#include "cli/change_tree.h"

namespace app {

/// One diagnostic: its severity, summary, place and details, as indented lines.
std::string diagnostic_text(const nlohmann::json& diagnostic);

class TofuProgress {
 public:
  /// More lines below the tree, of what a change that runs is at; called from a thread of its own.
  using Below = std::function<std::vector<std::string>(const cli::Look&)>;

  explicit TofuProgress(std::string title, Below below = {});
  ~TofuProgress();

  /// A line of `-json`; what isn't JSON is an error's text.
  void take(const std::string& line);
  /// Prints the errors; the tree stays as it is.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  struct Known {
    std::string address;
    cli::Change change;
    Clock::time_point began = {};
    bool begins_anew = false;  ///< it is removed before it is made
  };

  Known& known(const nlohmann::json& resource);
  void plan(const nlohmann::json& change);
  void take_hook(const std::string& type, const nlohmann::json& hook);
  void take_diagnostic(const nlohmann::json& diagnostic);
  void take_summary(const nlohmann::json& changes);
  void say(const std::string& text);
  void renew(const std::stop_token& stop);
  void draw(const std::vector<std::string>& below);
  bool is_running() const;

  const std::string title_;
  const Below below_;
  const cli::Look look_;
  std::mutex mutex_;
  LiveLines lines_;
  std::vector<Known> known_;
  std::vector<std::string> errors_;
  std::jthread thread_;
};

}  // namespace app
