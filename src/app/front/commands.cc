#include "app/front/commands.h"

#include <cstdlib>
#include <filesystem>

#include "app/front/playground_root.h"
#include "app/front/verbs.h"
#include "cli/parse.h"
#include "client/start.h"
#include "kinds/version.h"

namespace app {
namespace {

namespace fs = std::filesystem;

/// Upward from here: the .hriste of each place where a root may be (playground_root.h); else where
/// an apply would make one.
std::string data_dir_near() {
  std::error_code ec;
  fs::path here = fs::current_path(ec);
  for (fs::path dir = here;; dir = dir.parent_path()) {
    for (const auto& place : root_places()) {
      const auto data = dir / place / ".hriste";
      if (fs::exists(data / ".hriste-playground", ec)) return client::folder_path(data);
    }
    if (dir == dir.root_path()) break;
  }
  for (fs::path dir = here;; dir = dir.parent_path()) {
    if (fs::exists(dir / "playground/local/providers.tf", ec)) {
      return (dir / "playground/local/.hriste").string();
    }
    if (dir == dir.root_path()) break;
  }
  return (here / ".hriste").string();
}

cli::Footer with_common_statuses(cli::Footer footer) {
  auto& statuses = footer.statuses;
  auto has = [&](std::string_view status) {
    for (const auto& [number, what] : statuses) {
      if (number == status) return true;
    }
    return false;
  };
  if (!has("0")) statuses.insert(statuses.begin(), {"0", "done"});
  if (!has("2")) statuses.emplace_back("2", "it could not be done, or the command is mistaken");
  return footer;
}

}  // namespace

Commands::Commands()
    : app_(
          "A data playground that builds itself. hriste up (in a clone: script/up) makes one;\n"
          "these verbs look into it.",
          "hriste") {
  app_.set_version_flag("--version", std::string(kinds::kVersion), "Print the version");
  app_.set_help_flag("-h,--help", "Print this help");
  app_.require_subcommand(1);
  app_.add_option(
          "--data-dir", data_dir_,
          "The playground's folder. Default: $HRISTE_DATA_DIR, then .hriste, local/.hriste, "
          "playground/local/.hriste or hriste-playground/local/.hriste here or above")
      ->type_name("FOLDER");
  app_.fallthrough();
  app_.footer(
      "Exit status, if a verb's help says nothing else:\n"
      "  0   done\n"
      "  1   the answer is no: a wrong grade, a failed run, something left over\n"
      "  2   it could not be done, or the command is mistaken\n\n"
      "hriste VERB --help: its options, examples and exit statuses.\n");
}

CLI::App& Commands::verb(const char* group, const char* name, const char* text, cli::Footer footer,
                         Act act) {
  CLI::App* verb = app_.add_subcommand(name, text)->group(group);
  verb->footer(cli::footer_text(with_common_statuses(std::move(footer))));
  acts_[verb] = std::move(act);
  return *verb;
}

CLI::App& Commands::verb(const char* group, const char* name, const char* text, cli::Footer footer,
                         PlaygroundAct act) {
  return verb(group, name, text, std::move(footer), with_playground(std::move(act)));
}

CLI::App& Commands::verb_below(CLI::App& parent, const char* name, const char* text,
                               cli::Footer footer, Act act) {
  parent.require_subcommand(1);
  CLI::App* verb = parent.add_subcommand(name, text);
  verb->footer(cli::footer_text(with_common_statuses(std::move(footer))));
  acts_[verb] = std::move(act);
  return *verb;
}

CLI::App& Commands::verb_below(CLI::App& parent, const char* name, const char* text,
                               cli::Footer footer, PlaygroundAct act) {
  return verb_below(parent, name, text, std::move(footer), with_playground(std::move(act)));
}

Commands::Act Commands::with_playground(PlaygroundAct act) {
  return [this, act = std::move(act)] {
    auto engine = client::find_engine();
    if (!engine) return fail(engine.error());
    client::Playground playground(data_dir(), *engine);
    return act(playground);
  };
}

std::string Commands::data_dir() const {
  const char* variable = std::getenv("HRISTE_DATA_DIR");
  std::string chosen = !data_dir_.empty() ? data_dir_ : variable != nullptr ? variable : "";
  return chosen.empty() ? data_dir_near() : client::folder_path(chosen);
}

int Commands::run(int argc, char** argv) {
  if (auto status = cli::parse(app_, argc, argv)) return *status;
  const CLI::App* given = &app_;
  while (!given->get_subcommands().empty()) given = given->get_subcommands().front();
  return acts_.at(given)();
}

}  // namespace app
