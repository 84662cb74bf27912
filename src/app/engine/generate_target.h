// Where `hriste generate` brings a table: chooses the sink that the options ask for.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/engine/generate_options.h"
#include "load/run.h"
#include "sqldb/database.h"

namespace app {

/// One table's way into its sink.
struct Target {
  std::string name;  ///< for messages: a path, "standard output", …
  /// Errors: those of load::load_slice.
  std::function<base::Status(const world::World&, const load::Slice&, load::Progress&,
                             std::stop_token)>
      load;
  /// After an error: whether the reader of a pipe had all that it wanted, which is no error.
  std::function<bool()> reader_gone = [] { return false; };
};

/// Chosen once for a command; one for each table is asked for in turn. Owned by one thread.
class Targets {
 public:
  explicit Targets(const GenerateOptions& options) : options_(options) {}
  ~Targets();

  /// `alone`: the command names no other table.
  /// Errors: kInvalidArgument where the options don't fit; the file system's, the database's.
  base::Result<Target> target(world::Table table, bool alone, std::stop_token stop);

 private:
  base::Result<Target> file_target(world::Table table, bool alone);
  base::Result<Target> path_target(const std::string& path, Format format);
  base::Result<Target> stream_target(int fd, std::string name, Format format);
  base::Result<Target> database_target(world::Table table);
  base::Result<std::unique_ptr<sqldb::Database>> open_database() const;
  Target sink_target(std::string name, std::shared_ptr<load::Sink> sink);

  const GenerateOptions& options_;
  std::shared_ptr<sqldb::Database> database_;
  int opened_fd_ = -1;
};

}  // namespace app
