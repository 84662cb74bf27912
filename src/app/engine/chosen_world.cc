#include "app/engine/chosen_world.h"

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "catalogue/catalogue.h"
#include "control/world_controller.h"

namespace app {
namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Result;

/// The playground that is here or above; empty: none.
std::string playground_near() {
  std::error_code ec;
  for (fs::path dir = fs::current_path(ec);; dir = dir.parent_path()) {
    for (const char* place : {".hriste", "playground/local/.hriste"}) {
      if (fs::exists(dir / place / "catalogue.db", ec)) return (dir / place).string();
    }
    if (dir == dir.root_path()) return {};
  }
}

}  // namespace

void ChosenWorld::add_to(CLI::App& command) {
  command.add_option("--data-dir", data_dir_,
                     "The world of this playground, when no other option says which");
  threads_ = static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U));
  command.add_option("--threads", threads_, "How many threads work")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  options_.add_to(command);
}

Result<world::World> ChosenWorld::of_playground(const std::string& dir) const {
  std::string path = dir + "/catalogue.db";
  std::error_code ec;
  if (!fs::exists(path, ec)) {
    return base::error(Code::kNotFound, "{} is no playground: there is no catalogue.db in it", dir);
  }
  auto catalogue = TRY(catalogue::Catalogue::open(path));
  for (const auto& resource : TRY(catalogue->list(kinds::World::kKind))) {
    fmt::print(stderr, "the world \"{}\" of {}\n", resource.name, dir);
    auto definition = TRY(kinds::read<kinds::World>(resource.attributes));
    return world::World::create(TRY(control::world_settings(definition)));
  }
  return base::error(Code::kNotFound, "the playground {} has no world yet: tofu apply makes it",
                     dir);
}

Result<world::World> ChosenWorld::world() const {
  if (options_.any_given()) {
    if (data_dir_.empty()) return options_.world();
    return base::error(
        Code::kInvalidArgument,
        "--data-dir means the playground's world: leave the other options out, or it");
  }
  if (!data_dir_.empty()) return of_playground(data_dir_);
  const char* variable = std::getenv("HRISTE_DATA_DIR");
  std::string dir = variable != nullptr ? variable : playground_near();
  std::error_code ec;
  if (!dir.empty() && fs::exists(dir + "/catalogue.db", ec)) return of_playground(dir);
  return options_.world();
}

}  // namespace app
