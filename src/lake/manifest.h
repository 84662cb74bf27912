// Manifests: what a stream job has committed. Each checkpoint of a job is one commit: the files
// that its outputs gained and lost, how far every hub was read, the watermark, the count of every
// bin and the state to go on from, all or nothing. Views, pipelines, compaction and grade read the
// files that a manifest lists and no others; whatever else lies in the folders belongs to nobody.
//
// Files: {lake_root}/_manifests/{job}/{version:020}.json, one commit each, created exclusively, in
//   one write that ends with a line feed; {version:020}.snapshot.json, the folded log up to and
//   including that version, every 50 commits. Commits older than the last snapshot but one go.
//   Paths are relative to the lake's root, with '/'.
// Invariants: versions are contiguous; a file is listed from the commit that added it to the one
//   that removed it; a commit that is not whole (a crash within the write) is no commit.
// Threads: a ManifestLog is owned by one thread (the job's); the read functions may run at any time
//   in any thread beside it.
// Failure: commit() either is on disk or isn't; disk full is kResourceExhausted and changes
// nothing. Test to read first: tests/manifest_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "model/schema.h"

namespace lake {

struct ManifestFile {
  std::string path;  ///< relative to the lake's root
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  /// No row of it arrived before (its EventEnqueuedUtcTime, rounded down); nullopt: not known.
  std::optional<std::int64_t> first_arrival_ms = {};
  std::string mark = {};  ///< base::file_mark; empty: not known, as of older versions
  bool operator==(const ManifestFile&) const = default;
};

/// One output of a job. In a Commit `added` and `removed` are the change; in a folded Manifest
/// `added` is all live files, in the order of their commits, and `removed` is empty.
struct ManifestOutput {
  std::string tier;       ///< bronze, silver or gold; empty for outputs without files (alerts)
  std::string path;       ///< folder below the tier
  std::string format;     ///< "parquet" or "json" (JSON lines); empty without files
  std::int64_t rows = 0;  ///< all rows that the output has got so far
  std::vector<ManifestFile> added;
  std::vector<std::string> removed;  ///< paths
  /// What the columns will be where the query says so: an output that has no rows yet is a table
  /// without rows. Empty where only rows can tell.
  model::Schema schema;
  std::vector<std::string> hubs;  ///< whose events become its rows
};

/// How far a hub was read.
struct ManifestInput {
  std::string hub;
  std::int64_t cut_ms = 0;            ///< every arrival below it is in the outputs
  std::vector<std::int64_t> offsets;  ///< per partition, the next one to read
  std::int64_t watermark_ms = 0;      ///< windows that end before it are in the outputs
  /// Per partition, the record that the outputs begin with; empty: 0, as older versions read.
  std::vector<std::int64_t> first_offsets;
  /// Which of the hubs that had the name; empty: not known, as of older versions.
  std::string incarnation = {};
};

/// Where an input stood at a commit.
struct ManifestPosition {
  std::int64_t cut_ms = 0;
  std::vector<std::int64_t> offsets;
  std::int64_t watermark_ms = 0;
};

/// How the outputs divide: files of this commit and of those before it hold what came of the events
/// below these positions, files of later ones the rest.
struct ManifestMark {
  static constexpr std::size_t kMost = 512;  ///< of a manifest; of older ones every other goes
  std::int64_t version = -1;
  std::map<std::string, ManifestPosition> inputs;
};

struct Manifest {
  std::int64_t version = -1;  ///< given by commit()
  std::string job;
  std::string definition;  ///< hash of the query and all that decides its results
  std::string state;       ///< file to go on from, relative to the job's state folder
  std::map<std::string, ManifestOutput> outputs;
  std::map<std::string, ManifestInput> inputs;
  nlohmann::json counts = nlohmann::json::object();  ///< bins, per input and partition
  /// Ascending by version. Of a folded manifest all; of a commit those that stay right beside its
  /// own, where files that it removes make others wrong. nullopt: it removes none, or (of older
  /// versions) no mark stays right.
  std::optional<std::vector<ManifestMark>> marks = {};
};
using ManifestCommit = Manifest;

class ManifestLog {
 public:
  /// Opens or begins the log of `job`. A torn last commit is removed. Errors: kDataLoss where the
  /// versions have a gap or a commit in the middle can't be read (file named).
  static base::Result<std::unique_ptr<ManifestLog>> open(base::Env& env, std::string lake_root,
                                                         std::string job);

  /// What is committed, folded; version -1 when nothing is.
  const Manifest& current() const { return current_; }

  /// The change that the commit before the last one, or the last one, made; nullopt where it can no
  /// longer be read.
  base::Result<std::optional<Manifest>> change(std::int64_t version) const;

  /// Commits `change` as version current().version + 1. Errors: kAlreadyExists when somebody else
  /// committed that version; kResourceExhausted.
  base::Status commit(ManifestCommit change);

 private:
  ManifestLog(base::Env& env, std::string dir) : env_(env), dir_(std::move(dir)) {}
  base::Status write_snapshot();

  base::Env& env_;
  std::string dir_;
  Manifest current_;
};

/// The version of the commit that wrote a stream job's file; nullopt when its name doesn't say.
std::optional<std::int64_t> commit_of_file(std::string_view path);

/// The folded manifest of a job; nullopt when it never committed.
base::Result<std::optional<Manifest>> read_manifest(base::Env& env, const std::string& lake_root,
                                                    const std::string& job);

/// A job's manifest, or why it can't be read; then `manifest` has what readable parts of the log
/// say of outputs and files, be they live or not.
struct JobManifest {
  Manifest manifest;
  std::optional<base::Error> failure;
};
/// Those of all jobs, by name.
base::Result<std::vector<JobManifest>> read_manifests(base::Env& env, const std::string& lake_root);

/// Forgets the job: its manifests first, so that no view shows them, then its listed files; of a
/// damaged log those that its readable parts list. Absent is fine.
base::Status drop_manifest(base::Env& env, const std::string& lake_root, const std::string& job);

}  // namespace lake
