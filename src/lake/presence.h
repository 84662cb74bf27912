// Whether the files are there that a table's log or a job's manifest lists, as they were written.
// Looks at names, sizes and times, a folder at a time; only a file that was touched since it was
// written is read (base/file_mark.h). Pure but for the file system; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"

namespace lake {

/// A listed file that isn't there as it is listed.
struct MissingFile {
  std::string path;  ///< below the lake's root
  /// "is gone", "has 12 bytes instead of 4096", "holds other bytes than were written".
  std::string what;
};
using MissingFiles = std::vector<MissingFile>;

/// Of the Delta table in `folder` ("silver/users"); a folder without a log lists nothing. Errors:
/// as DeltaTable::snapshot, kDataLoss for a damaged log.
base::Result<MissingFiles> missing_of_table(base::Env& env, const std::string& lake_root,
                                            const std::string& folder);
/// Whether the folder holds a Delta log with a commit.
bool has_table(base::Env& env, const std::string& lake_root, const std::string& folder);
/// Of all outputs of a stream job. Errors: kDataLoss for a damaged manifest.
base::Result<MissingFiles> missing_of_job(base::Env& env, const std::string& lake_root,
                                          const std::string& job);

/// "3 files are not as they were written: silver/users/part-….parquet is gone, …"; empty for none.
std::string to_text(const MissingFiles& missing);

}  // namespace lake
