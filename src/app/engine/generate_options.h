// The command line of `hriste generate`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/engine/kafka_options.h"
#include "app/engine/world_options.h"
#include "load/slice.h"

namespace app {

enum class Format { kJsonLines, kCsv, kParquet };

struct GenerateOptions {
  WorldOptions world;
  std::vector<std::string> table_names;
  bool all = false;
  std::string rows, from, to;
  std::string out;               ///< a path, "-", or empty: not a file
  std::optional<Format> format;  ///< absent: by the file's name, else JSON lines
  std::string csv_dialect;       ///< "rfc4180" (as empty), "excel-cs"
  std::string sqlite;            ///< a path, or empty
  std::string postgres;          ///< a connection text, or empty
  KafkaOptions kafka;
  bool live = false;            ///< go on by the clock after the back-fill
  std::optional<double> speed;  ///< of that clock
  bool overwrite = false, quiet = false;
  int threads = 1;

  /// The object must outlive the parsing.
  void add_to(CLI::App& command);
  /// Errors: kInvalidArgument: the options contradict each other.
  base::Status check() const;
  base::Result<std::vector<world::Table>> tables() const;
  base::Status check_live() const;
  /// The rows of `table` that are asked for.
  base::Result<load::Slice> slice(const world::World& world, world::Table table) const;
};

}  // namespace app
