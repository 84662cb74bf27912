// The command line as it is declared, each verb beside what it does (*_verbs.cc): help, completion,
// man pages and the nearest names are made of these declarations.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>

#include "cli/help.h"
#include "client/playground.h"

namespace app {

class Commands {
 public:
  using Act = std::function<int()>;  ///< returns the exit status
  using PlaygroundAct = std::function<int(client::Playground&)>;

  Commands();
  /// Parses, and runs the verb that was given. Returns the exit status.
  int run(int argc, char** argv);

  /// Declares a verb; options are added to what is returned. What the act captures must own it.
  /// `footer`: the statuses 0 and 2 need not be given.
  CLI::App& verb(const char* group, const char* name, const char* text, cli::Footer footer,
                 Act act);
  CLI::App& verb(const char* group, const char* name, const char* text, cli::Footer footer,
                 PlaygroundAct act);
  /// The same below a verb: `hriste nb run`.
  CLI::App& verb_below(CLI::App& parent, const char* name, const char* text, cli::Footer footer,
                       PlaygroundAct act);
  CLI::App& verb_below(CLI::App& parent, const char* name, const char* text, cli::Footer footer,
                       Act act);

  /// Which playground is meant: --data-dir, $HRISTE_DATA_DIR, what is here or above.
  std::string data_dir() const;
  const CLI::App& declared() const { return app_; }

 private:
  Act with_playground(PlaygroundAct act);

  CLI::App app_;
  std::string data_dir_;
  std::map<const CLI::App*, Act> acts_;
};

// The groups of verbs, in the order of the help.
constexpr const char* kMake = "Make and take away";
constexpr const char* kLook = "Look";
constexpr const char* kDo = "Do";
constexpr const char* kDaemon = "Start and stop";
constexpr const char* kData = "Data without a playground";
constexpr const char* kMore = "More";

void declare_lifecycle_verbs(Commands& commands);
void declare_daemon_verbs(Commands& commands);
void declare_data_verbs(Commands& commands);
void declare_run_verbs(Commands& commands);
void declare_shell_verbs(Commands& commands);

}  // namespace app
