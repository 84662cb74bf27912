// Which tables there are, where their files lie, and the view that reads them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lake/delta.h"
#include "lake/duckdb_internal.h"
#include "lake/lake.h"
#include "lake/manifest.h"

namespace lake {

enum class Format { kDelta, kParquet, kJson, kCsv };
std::string_view format_name(Format format);

/// A table as found, before any of its files is opened.
struct TableSource {
  std::string tier, name;
  std::string folder;  ///< absolute
  Format format = Format::kParquet;
  std::vector<std::string> files;  ///< absolute; not for Delta
  bool gathered = false;           ///< `files` are this session's copies of the table's
  std::int64_t bytes = 0;
  std::int64_t rows = -1;
  /// Of a stream output: the hubs it is made of, with what the job has committed.
  std::optional<Cuts> committed;
  /// Of a stream output's files, where it is known: no row arrived before.
  std::map<std::string, std::int64_t> first_arrival_ms = {};
  model::Schema schema;                ///< of a stream output, where its query says it
  std::optional<base::Error> failure;  ///< why it can't be read, where that is known already
};

/// What declare_columns wrote, below the table's folder.
inline constexpr std::string_view kColumnsFile = "_columns.json";

/// Whether a table is wanted; `name` as the folder has it.
using TableFilter = std::function<bool(std::string_view tier, std::string_view name)>;

/// All tables of the lake at `root`, by tier and name; with `filter` only those that it wants:
/// thousands of files of others are not looked at then.
base::Result<std::vector<TableSource>> find_tables(base::Env& env, const std::string& root,
                                                   const TableFilter& filter = {});

/// Those that stream jobs write.
base::Result<std::vector<TableSource>> find_stream_outputs(base::Env& env, const std::string& root);
/// The table of this name that isn't a stream output; nothing when there is none.
base::Result<std::optional<TableSource>> find_table(base::Env& env, const std::string& root,
                                                    const std::string& tier,
                                                    const std::string& name);

/// A SELECT over the table's files, and which cuts its rows have.
struct TableView {
  std::string select;
  Cuts cuts;
  std::optional<std::int64_t> version = {};  ///< of a Delta table
};

/// `cuts` are what the caller asks for; `version` (of a Delta table): that one instead of the
/// newest. Errors: kFailedPrecondition: it has no file to tell its
/// columns.
base::Result<TableView> make_view(DuckConnection& connection, base::Env& env,
                                  const base::Clock& clock, const TableSource& source,
                                  const Cuts& cuts, std::optional<std::int64_t> version = {});

/// Of a stream output that says when its rows arrived: those below it are read, where `asked` for.
std::int64_t read_below_ms(const Cuts& committed, const Cuts& asked);

/// Adds `more` to `cuts`; of two for one hub the smaller counts.
void merge_cuts(Cuts& cuts, const Cuts& more);

}  // namespace lake
