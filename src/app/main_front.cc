// hriste: the command line; and, started by OpenTofu or Terraform, the provider.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "app/front/commands.h"
#include "app/front/lifecycle.h"
#include "app/front/verbs.h"
#include "base/env.h"
#include "base/guarded.h"
#include "base/time_zones.h"
#include "provider/provider.h"

namespace {

/// Verbs that need no daemon but the engine's rooms; it parses their options.
bool is_for_engine(int argc, char** argv) {
  std::string_view verb = argc >= 2 ? argv[1] : "", second = argc >= 3 ? argv[2] : "";
  if (verb == "generate") return true;
  if (verb != "world") return false;
  // `world hash` alone asks the playground for its own world's.
  bool of_playground = argc == 3 || (argc == 5 && std::strcmp(argv[3], "--data-dir") == 0);
  return second != "hash" || !of_playground;
}

int run_engine(char** argv) {
  auto engine = client::find_engine();
  if (!engine) return ::app::fail(engine.error());
  ::execv(engine->c_str(), argv);
  return ::app::fail(base::errno_error(errno, "can't run", *engine).error());
}

int command_line(int argc, char** argv) {
  ::app::Commands commands;
  ::app::declare_lifecycle_verbs(commands);
  ::app::declare_data_verbs(commands);
  ::app::declare_run_verbs(commands);
  ::app::declare_daemon_verbs(commands);
  ::app::declare_shell_verbs(commands);
  return commands.run(argc, argv);
}

/// `hriste --data-dir X VERB …` as `hriste VERB … --data-dir X`: verbs are told by their place.
void put_data_dir_last(int argc, char** argv) {
  std::string_view first = argc >= 2 ? argv[1] : "";
  int words = first == "--data-dir" ? 2 : first.starts_with("--data-dir=") ? 1 : 0;
  if (words > 0 && argc > 1 + words) std::rotate(argv + 1, argv + 1 + words, argv + argc);
}

}  // namespace

int main(int argc, char** argv) {
  base::use_shipped_time_zones();
  if (std::getenv("TF_PLUGIN_MAGIC_COOKIE") != nullptr) return provider::serve();
  put_data_dir_last(argc, argv);
  std::vector<std::string> kept;
  ::app::put_double_dashes(argc, argv, kept);
  if (is_for_engine(argc, argv)) return run_engine(argv);
  // An answer of another form than expected, say: an error, and no abort.
  auto code = base::guarded([&]() -> base::Result<int> { return command_line(argc, argv); });
  return code ? *code : ::app::fail(code.error());
}
