// The options that say which world: one for each of world::Settings, the same for every verb.
//
//   WorldOptions options;
//   options.add_to(*command);
//   CLI11_PARSE(app, argc, argv);
//   world::World world = TRY(options.world());
//
// Counts may be written 1000000, 1_000_000, 1M, 100k or 1G. Without --vip-users half of the users
// are VIPs.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "world/world.h"

namespace app {

class WorldOptions {
 public:
  /// The object must outlive the parsing.
  void add_to(CLI::App& command);
  /// Whether any of them was given.
  bool any_given() const;
  /// Errors: kInvalidArgument naming the setting.
  base::Result<world::Settings> settings() const;
  base::Result<world::World> world() const;

 private:
  void add_volumes(CLI::App& command);
  void add_traffic(CLI::App& command);
  void add_faults(CLI::App& command);
  template <typename T>
  CLI::Option* add(CLI::App& command, const std::string& name, T& value, const std::string& text);

  world::Settings settings_;
  std::optional<std::int64_t> vip_users_;
  std::optional<double> rate_;
  std::string epoch_, curve_, locale_;
  std::vector<const CLI::Option*> options_;
};

/// Turns 1_000_000, 100k, 1M and 1G into digits; for whole numbers on the command line.
CLI::Validator count_text();
/// "500" of 1_000, 1M, …: errors: kInvalidArgument with the text.
base::Result<std::int64_t> parse_count(std::string_view text);

}  // namespace app
