// What a stream job must have committed: every event of its hub in exactly one place.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/env.h"
#include "lake/manifest.h"
#include "simulation/hub_truth.h"

namespace simulation {

/// Of a job whose outputs are JSON lines: `raw` (all delivered events, with PartitionId, Offset and
/// event_id) and dead letters.
class JobTruth {
 public:
  JobTruth(base::Env& env, std::string lake_root, std::string job,
           std::shared_ptr<const HubTruth> hub)
      : env_(env), lake_root_(std::move(lake_root)), job_(std::move(job)), hub_(std::move(hub)) {}

  /// Reads what is committed and compares it with the hub's records and with the look before.
  Finding look(Since since);
  /// The hub was replaced: the next definition that is committed reads this one.
  void rebase(std::shared_ptr<const HubTruth> hub) { next_hub_ = std::move(hub); }
  /// Somebody drops the job, and may die within.
  void may_go();
  /// Everything that arrived before it is read, says the last commit.
  std::int64_t cut_ms() const { return cut_ms_; }
  bool awaits_other_hub() const { return next_hub_ != nullptr; }

 private:
  using Place = std::pair<int, std::int64_t>;    ///< partition, offset
  using Places = std::map<Place, std::int64_t>;  ///< how many rows
  struct Row {
    Place place;
    std::int64_t arrival_ms = 0;
    std::string text;
  };
  Finding read_output(const lake::Manifest& manifest, const std::string& output, Places& places);
  base::Result<const std::vector<Row>*> rows_of(const lake::ManifestFile& file);
  Finding check_counts(const lake::Manifest& manifest, const Places& raw, const Places& dead) const;
  std::string nowhere(int partition, std::int64_t offset, const Places& raw,
                      const Places& dead) const;
  Finding check_bins(int partition, const nlohmann::json& counts, std::int64_t first,
                     std::int64_t offset, std::int64_t raw, std::int64_t dead) const;

  base::Env& env_;
  const std::string lake_root_, job_;
  std::shared_ptr<const HubTruth> hub_, next_hub_;
  std::string definition_;
  std::map<std::string, std::vector<Row>> files_;
  Places raw_, dead_;
  std::int64_t cut_ms_ = INT64_MIN, version_ = -1;
};

/// The rows of an output as a multiset of texts, sorted.
base::Result<std::vector<std::string>> output_rows(base::Env& env, const std::string& lake_root,
                                                   const std::string& job,
                                                   const std::string& output);

}  // namespace simulation
