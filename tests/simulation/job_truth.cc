#include "simulation/job_truth.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "stream/runner.h"

namespace simulation {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// How many rows the events in one record's body can make.
std::int64_t events_in(const std::string& value) {
  std::int64_t n = 0;
  for (std::size_t at = value.find("\"event_id\""); at != std::string::npos;
       at = value.find("\"event_id\"", at + 1)) {
    ++n;
  }
  return std::max<std::int64_t>(n, 1);
}

}  // namespace

base::Result<std::vector<std::string>> output_rows(base::Env& env, const std::string& lake_root,
                                                   const std::string& job,
                                                   const std::string& output) {
  std::vector<std::string> rows;
  auto manifest = TRY(lake::read_manifest(env, lake_root, job));
  if (!manifest || !manifest->outputs.contains(output)) return rows;
  for (const lake::ManifestFile& file : manifest->outputs.at(output).added) {
    for (auto& line : lines_of(TRY(env.read_file(lake_root + "/" + file.path)))) {
      rows.push_back(std::move(line));
    }
  }
  std::ranges::sort(rows);
  return rows;
}

base::Result<const std::vector<JobTruth::Row>*> JobTruth::rows_of(const lake::ManifestFile& file) {
  auto known = files_.find(file.path);
  if (known != files_.end()) return &known->second;
  std::vector<Row> rows;
  for (const std::string& line : lines_of(TRY(env_.read_file(lake_root_ + "/" + file.path)))) {
    auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("Offset")) {
      return base::error(base::Code::kDataLoss, "{} holds \"{}\"", file.path, line);
    }
    auto arrival = base::parse_instant(json["EventEnqueuedUtcTime"].get<std::string>());
    rows.push_back({{json["PartitionId"], json["Offset"]},
                    arrival ? base::to_millis(*arrival) : INT64_MIN,
                    line});
  }
  if (std::ssize(rows) != file.rows) {
    return base::error(base::Code::kDataLoss, "{} holds {} rows, not {}", file.path, rows.size(),
                       file.rows);
  }
  return &(files_[file.path] = std::move(rows));
}

Finding JobTruth::read_output(const lake::Manifest& manifest, const std::string& output,
                              Places& places) {
  auto it = manifest.outputs.find(output);
  if (it == manifest.outputs.end()) return {};
  for (const lake::ManifestFile& file : it->second.added) {
    if (!env_.exists(lake_root_ + "/" + file.path)) {
      return fmt::format("{}: committed file {} is gone", job_, file.path);
    }
    auto rows = rows_of(file);
    if (!rows) return fmt::format("{}: {}", job_, rows.error().message);
    for (const Row& row : **rows) {
      auto [p, offset] = row.place;
      if (offset >= std::ssize(hub_->records(p))) {
        return fmt::format("{}: {} holds partition {}, offset {}, which the hub has not", job_,
                           output, p, offset);
      }
      const Seen& seen = hub_->records(p)[static_cast<std::size_t>(offset)];
      if (++places[row.place] > events_in(seen.value)) {
        return fmt::format("{}: {} holds partition {}, offset {} {} times", job_, output, p, offset,
                           places[row.place]);
      }
      if (seen.arrival_ms != row.arrival_ms) {
        return fmt::format("{}: {} holds another record at partition {}, offset {}: {} for {} {}",
                           job_, output, p, offset, row.text, seen.arrival_ms, seen.value);
      }
    }
  }
  return {};
}

void JobTruth::may_go() {
  files_.clear();  // their names come again
  version_ = -1;
  raw_.clear();
  dead_.clear();
  cut_ms_ = INT64_MIN;
}

Finding JobTruth::look(Since since) {
  auto read = lake::read_manifest(env_, lake_root_, job_);
  if (!read) return fmt::format("{}: {}", job_, read.error().message);
  if (!*read) {
    if (raw_.empty() && dead_.empty()) return {};
    return fmt::format("{}: all commits are gone", job_);
  }
  const lake::Manifest& manifest = **read;
  if (manifest.version == version_ && since == Since::kStep) return {};
  if (next_hub_ && manifest.definition != definition_) {
    if (!raw_.empty() || !dead_.empty()) {
      return fmt::format("{}: rows of a hub that is no more were replaced", job_);
    }
    hub_ = std::exchange(next_hub_, nullptr);
    raw_.clear();
    dead_.clear();
    cut_ms_ = INT64_MIN;
  }
  definition_ = manifest.definition;
  Places raw, dead;
  if (auto found = read_output(manifest, "raw", raw)) return found;
  if (auto found = read_output(manifest, stream::kDeadLetters, dead)) return found;
  if (auto found = check_counts(manifest, raw, dead)) return found;
  for (const auto& [before, now, name] :
       {std::tuple(&raw_, &raw, "raw"), std::tuple(&dead_, &dead, "dead letters")}) {
    std::vector<Place> lost;
    for (const auto& [place, rows] : *before) {
      if (!now->contains(place)) lost.push_back(place);
    }
    if (!lost.empty()) {
      return fmt::format("{}: {} lost {} committed rows, the first of partition {}, offset {}",
                         job_, name, lost.size(), lost[0].first, lost[0].second);
    }
  }
  std::int64_t cut = manifest.inputs.at("views").cut_ms;
  if (cut < cut_ms_) return fmt::format("{}: the cut went back from {} to {}", job_, cut_ms_, cut);
  raw_ = std::move(raw);
  dead_ = std::move(dead);
  cut_ms_ = cut;
  version_ = manifest.version;
  return {};
}

Finding JobTruth::check_counts(const lake::Manifest& manifest, const Places& raw,
                               const Places& dead) const {
  for (const auto& [place, rows] : dead) {
    auto both = raw.find(place);
    auto [p, offset] = place;
    if (both != raw.end() &&
        rows + both->second > events_in(hub_->records(p)[static_cast<std::size_t>(offset)].value)) {
      return fmt::format("{}: partition {}, offset {} is in raw and a dead letter", job_,
                         place.first, place.second);
    }
  }
  const lake::ManifestInput& input = manifest.inputs.at("views");
  for (int p = 0; p < hub_->partitions(); ++p) {
    auto in = [p](const Places& places) {
      std::int64_t rows = 0;
      for (auto it = places.lower_bound({p, 0}); it != places.lower_bound({p + 1, 0}); ++it) {
        rows += it->second;
      }
      return rows;
    };
    const auto& all = manifest.counts;
    std::string key = std::to_string(p);
    if (!all.contains("views") || !all["views"].contains(key)) {
      if (in(raw) + in(dead) > 0) return fmt::format("{}: partition {} has no counts", job_, p);
      continue;
    }
    std::int64_t offset = input.offsets.at(static_cast<std::size_t>(p));
    std::int64_t first = input.first_offsets.at(static_cast<std::size_t>(p));
    if (auto found = check_bins(p, all["views"][key], first, offset, in(raw), in(dead))) {
      return *found + nowhere(p, offset, raw, dead);
    }
    // What the world sends whole has an honest time: it is delivered, or a dead letter.
    for (std::int64_t o = hub_->start(p); o < offset; ++o) {
      const Seen& seen = hub_->records(p)[static_cast<std::size_t>(o)];
      if (seen.from_world && !raw.contains({p, o}) && !dead.contains({p, o})) {
        return fmt::format("{}: partition {}, offset {} was read and is nowhere: {}", job_, p, o,
                           seen.value);
      }
    }
  }
  return {};
}

/// The records that were read and are in no output, for whoever looks for the fault.
std::string JobTruth::nowhere(int partition, std::int64_t offset, const Places& raw,
                              const Places& dead) const {
  std::string text;
  for (std::int64_t o = 0; o < offset && text.size() < 2000; ++o) {
    if (raw.contains({partition, o}) || dead.contains({partition, o})) continue;
    text += fmt::format("; nowhere: {} {}", o,
                        hub_->records(partition)[static_cast<std::size_t>(o)].value);
  }
  return text;
}

Finding JobTruth::check_bins(int partition, const nlohmann::json& counts, std::int64_t first,
                             std::int64_t offset, std::int64_t raw, std::int64_t dead) const {
  auto count = [&](const char* name) { return counts.value(name, std::int64_t{0}); };
  std::int64_t sum = 0;
  for (int bin = 0; bin < stream::kBins; ++bin) {
    sum += count(stream::bin_name(static_cast<stream::Bin>(bin)));
  }
  std::int64_t read = count("read"), lost = count("lost"), most = 0;
  if (offset > std::ssize(hub_->records(partition))) {
    return fmt::format("{}: read partition {} to {}, behind its end {}", job_, partition, offset,
                       hub_->records(partition).size());
  }
  for (std::int64_t o = 0; o < offset; ++o) {
    most += events_in(hub_->records(partition)[static_cast<std::size_t>(o)].value);
  }
  bool all_there = hub_->start(partition) == 0;
  if (read != sum || read + lost > most || read + lost < offset - first) {
    return fmt::format("{}: partition {}: {} read up to offset {} ({} lost), but {} counted", job_,
                       partition, read, offset, lost, sum);
  }
  std::int64_t letters = sum - count("delivered");
  for (const char* dropped : {"early", "late", "out_of_order"}) letters -= count(dropped);
  if (all_there && (raw != count("delivered") || dead != letters)) {
    return fmt::format("{}: partition {}: {} delivered and {} rows, {} refused and {} letters",
                       job_, partition, count("delivered"), raw, letters, dead);
  }
  return {};
}

}  // namespace simulation
