// How a verb shows rows: in the form that was asked for, to a terminal, a pipe or a file.
#pragma once

#include <string>

#include "cli/listing.h"
#include "cli/parse.h"

namespace app {

/// `--format` and `--out` of every verb that lists rows.
struct ListingOptions {
  std::string format;  ///< of cli::form_names(); empty: by the file's name, else a table
  std::string out;     ///< a file; empty or "-": standard output

  void add_to(CLI::App& verb);
  /// Errors: kInvalidArgument: a file whose name says no format, Parquet without a file.
  base::Result<cli::Form> form() const;
  /// Nothing was asked for but a table for the eye.
  bool is_plain() const { return out.empty() && (format.empty() || format == "table"); }
};

/// What stands around a table, and only there.
struct Around {
  std::string before, after;
};

/// Prints the rows, or writes them. Returns the exit status.
int show(const cli::Listing& listing, const ListingOptions& options, const Around& around = {});

/// A table of these columns' names, as wide as it is.
std::string format_table(const nlohmann::json& names, const nlohmann::json& rows);

/// Prints text; on a terminal that it doesn't fit, through $PAGER where that is set.
void print_paged(const std::string& text);
/// Of standard output: colours on a terminal only, and neither with NO_COLOR nor with TERM=dumb.
cli::Look look_of_output();
/// Of standard error.
cli::Look look_of_errors();

}  // namespace app
