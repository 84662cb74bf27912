// Where a capture goes on: by its progress file, else by the newest of its files.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

#include "base/durable.h"
#include "base/log.h"
#include "hub/capture.h"
#include "hub/capture_file.h"
#include "wire/crc32c.h"

namespace hub {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using nlohmann::json;

namespace {

/// {yyyy}/{MM}/{dd}/{HH}/{mm} lie between a partition's folder and its files.
constexpr int kFolders = 5;

/// The newest window file below `dir`, or "". Names sort by time.
Result<std::string> newest_file(base::Env& env, const std::string& dir, int depth = 0) {
  if (!env.exists(dir)) return "";
  auto entries = TRY(env.list(dir));
  for (const base::DirEntry& entry : std::views::reverse(entries)) {
    std::string path = dir + "/" + entry.name;
    if (depth == kFolders && entry.name.ends_with(".avro")) return path;
    if (depth == kFolders || !entry.is_dir) continue;
    std::string found = TRY(newest_file(env, path, depth + 1));
    if (!found.empty()) return found;
  }
  return "";
}

/// The start of the window that `path` is named by.
std::optional<std::int64_t> window_start(std::string_view path) {
  constexpr std::size_t kTail = 24;  // "2026/06/01/00/05/00.avro"
  if (path.size() < kTail) return std::nullopt;
  std::string text(path.substr(path.size() - kTail, 19));
  text[4] = text[7] = '-';
  text[10] = 'T';
  text[13] = text[16] = ':';
  auto at = base::parse_instant(text);
  if (!at) return std::nullopt;
  return base::to_millis(*at);
}

struct LastEvent {
  std::int64_t offset = -1, arrival_ms = 0;
};

Result<LastEvent> last_event(base::Env& env, const std::string& path) {
  LastEvent last;
  TRY(read_capture_file(env, path, [&](const CapturedEvent& event) {
    last = {event.sequence_number, event.arrival_ms};
  }));
  return last;
}

std::string checksum(const json& of) { return fmt::format("{:08x}", wire::crc32c(of.dump())); }

/// Of all that `progress` says; older versions only took its lanes.
bool is_whole(json progress) {
  if (!progress.contains("crc")) return true;
  json crc = progress["crc"];
  progress.erase("crc");
  return crc == checksum(progress) || crc == checksum(progress.at("lanes"));
}

}  // namespace

/// Takes up the progress of an earlier run with the same folder and window; else begins anew, and
/// removes what another hub of this name left there.
Status Capture::load_progress() {
  TRY(list_.load());
  Kept kept = TRY(take_up_progress());
  if (kept == Kept::kFits) return {};
  if (kept == Kept::kNothing && TRY(take_up_files())) {
    base::log_warn("hub", "capture_goes_on_by_files", "hub={} root={}", hub_->name(), root_);
    return save_progress();
  }
  TRY(check_replaceable());
  TRY(env_.remove_tree(root_));
  TRY(list_.clear());
  return save_progress();
}

/// kNothing: the file isn't there, or damaged.
Result<Capture::Kept> Capture::take_up_progress() {
  std::string path = hub_->dir() + "/capture.json";
  if (!env_.exists(path)) return Kept::kNothing;
  TRY(base::make_durable(env_, path));
  std::string text = TRY(env_.read_file(path));
  try {
    json j = json::parse(text);
    const json& lanes = j.at("lanes");
    if (!is_whole(j)) return Kept::kNothing;
    auto root = j.at("root").get<std::string>();
    // The data folder may have been moved, with what was captured in it.
    bool same = root == root_ || (!env_.exists(root) && env_.exists(root_));
    if (!same || j.at("window_minutes") != options_.window_minutes ||
        lanes.size() != lanes_.size()) {
      return Kept::kOther;
    }
    std::vector<Lane> kept;
    for (const json& lane : lanes) {
      kept.push_back({static_cast<int>(kept.size()), lane.at("closed_until_ms"),
                      lane.at("next_offset").get<std::int64_t>()});
    }
    for (std::size_t p = 0; p < kept.size(); ++p) {
      *lanes_[p] = kept[p];
      progress_.captured_until_ms[p] = kept[p].closed_until_ms;
    }
    return Kept::kFits;
  } catch (const json::exception&) {
    return Kept::kNothing;
  }
}

/// Goes on behind the newest file of each partition. False when there are none, or when they are
/// not this hub's.
Result<bool> Capture::take_up_files() {
  std::vector<Lane> found;
  bool any = false;
  for (const auto& lane : lanes_) {
    found.emplace_back(Lane{lane->partition});
    std::string path = TRY(newest_file(env_, fmt::format("{}/{}", root_, lane->partition)));
    if (path.empty()) continue;
    auto behind = TRY(behind_file(path, lane->partition));
    if (!behind) return false;
    found.back() = *behind;
    any = true;
  }
  for (std::size_t p = 0; any && p < found.size(); ++p) {
    *lanes_[p] = found[p];
    progress_.captured_until_ms[p] = found[p].closed_until_ms;
  }
  return any;
}

/// Where a partition goes on behind `path`; nothing when that isn't a file of this hub.
Result<std::optional<Capture::Lane>> Capture::behind_file(const std::string& path,
                                                          int partition) const {
  auto start = window_start(path);
  auto last = last_event(env_, path);
  if (!start || *start % window_ms_ != 0 || !last) return std::nullopt;
  if (!TRY(holds(partition, last->offset, last->arrival_ms))) return std::nullopt;
  TRY(base::make_durable(env_, path));
  return Lane{partition, *start + window_ms_, last->offset + 1};
}

/// Before a window is written (again): where retention took a part of it, a file that is there
/// already has more.
Status Capture::skip_captured(Lane& lane) const {
  std::int64_t start = hub_->state(lane.partition).start_offset;
  if (lane.next_offset >= start) return {};
  std::string path = TRY(newest_file(env_, fmt::format("{}/{}", root_, lane.partition)));
  if (!path.empty()) {
    auto behind = TRY(behind_file(path, lane.partition));
    if (behind && behind->next_offset > lane.next_offset) lane = *behind;
  }
  lane.next_offset = std::max(lane.next_offset, start);
  return {};
}

/// Whether the hub had a record at this place that arrived then; what retention took may be any.
Result<bool> Capture::holds(int partition, std::int64_t offset, std::int64_t arrival_ms) const {
  auto state = hub_->state(partition);
  if (offset < 0 || offset >= state.end_offset) return false;
  if (offset < state.start_offset) return true;
  std::vector<Record> records;
  TRY(hub_->reader(partition, offset)->next(INT64_MAX, 1, records));
  return !records.empty() && records.front().arrival_ms == arrival_ms;
}

/// Errors: kFailedPrecondition where files hold records of this hub that are there alone.
Status Capture::check_replaceable() const {
  for (const auto& lane : lanes_) {
    if (hub_->state(lane->partition).start_offset == 0) continue;
    std::string path = TRY(newest_file(env_, fmt::format("{}/{}", root_, lane->partition)));
    if (path.empty()) continue;
    auto last = last_event(env_, path);
    if (last && !TRY(holds(lane->partition, last->offset, last->arrival_ms))) continue;
    return error(Code::kFailedPrecondition,
                 "{} holds captured records that event hub \"{}\" no longer has: capture into "
                 "another folder (capture.dir), or move this one away",
                 root_, hub_->name());
  }
  return {};
}

Status Capture::save_progress() {
  {
    std::lock_guard lock(mutex_);
    TRY(list_.sync());  // first: a file of a window that is closed stands in it
  }
  json lanes = json::array();
  for (const auto& lane : lanes_) {
    lanes.push_back(
        {{"closed_until_ms", lane->closed_until_ms}, {"next_offset", lane->next_offset}});
  }
  json j = {{"root", root_}, {"window_minutes", options_.window_minutes}, {"lanes", lanes}};
  j["crc"] = checksum(j);
  return env_.write_file(hub_->dir() + "/capture.json", j.dump());
}

}  // namespace hub
