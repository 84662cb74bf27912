#include "simulation/capture_truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "hub/capture_file.h"

namespace simulation {

Finding CaptureTruth::list(const std::string& dir,
                           std::map<std::string, std::uint64_t>& files) const {
  auto entries = env_.list(dir);
  if (!entries) return fmt::format("{}: {}", dir, entries.error().message);
  for (const base::DirEntry& entry : *entries) {
    std::string path = dir + "/" + entry.name;
    if (entry.is_dir) {
      if (auto found = list(path, files)) return found;
    } else if (entry.name.ends_with(".avro")) {
      files[path] = entry.size;
    }
  }
  return {};
}

Finding CaptureTruth::read(const std::string& path, int partition, const HubTruth& hub,
                           std::set<std::int64_t>& offsets) const {
  Finding found;
  auto status = hub::read_capture_file(env_, path, [&](const hub::CapturedEvent& event) {
    std::int64_t offset = event.sequence_number;
    const auto& records = hub.records(partition);
    if (!offsets.insert(offset).second) found = fmt::format("{}: {} twice", path, offset);
    if (offset >= std::ssize(records) ||
        records[static_cast<std::size_t>(offset)].value != event.body) {
      found = fmt::format("{}: offset {} is not the hub's record: {}", path, offset, event.body);
    }
  });
  if (!status) return status.error().message;
  return found;
}

std::optional<std::string> CaptureTruth::any_file(const hub::Hub& hub, Dice& dice) {
  std::vector<std::string> paths;
  for (const auto& [path, file] : files_) {
    int partition = std::atoi(path.c_str() + root_.size() + 1);
    bool there =
        !file.offsets.empty() && *file.offsets.begin() >= hub.state(partition).start_offset;
    if (there && promised_[partition].contains(*file.offsets.begin())) paths.push_back(path);
  }
  if (paths.empty()) return {};
  std::string path = dice.of(paths);
  files_[path].size = 0;
  return path;
}

Finding CaptureTruth::look(const HubTruth& hub, Since since) {
  // A file may have its name before capture has said so, and lose it with the power.
  if (since == Since::kPowerLoss) captured_ = promised_;
  if (!env_.exists(root_)) {
    promising_ = false;
    return captured_.empty() ? Finding() : "all captured files are gone";
  }
  std::map<std::string, std::uint64_t> files;
  if (auto found = list(root_, files)) return found;
  Offsets now;
  std::map<std::string, File> seen;
  for (const auto& [path, size] : files) {
    int partition = std::atoi(path.c_str() + root_.size() + 1);
    File& file = seen[path] = {size, {}};
    auto before = files_.find(path);
    if (before != files_.end() && before->second.size == size) {
      file.offsets = before->second.offsets;
    } else if (auto found = read(path, partition, hub, file.offsets)) {
      return found;
    }
    for (std::int64_t offset : file.offsets) {
      if (!now[partition].insert(offset).second) {
        return fmt::format("{}: offset {} is in another file too", path, offset);
      }
    }
  }
  for (const auto& [partition, offsets] : captured_) {
    if (!std::ranges::includes(now[partition], offsets)) {
      std::string text = fmt::format("captured records of partition {} are gone: {} of {} are left",
                                     partition, now[partition].size(), offsets.size());
      for (const auto& [path, file] : files_) {
        if (!seen.contains(path) || seen[path].size < file.size) {
          text += fmt::format("; {} had {} bytes, and has {}", path, file.size,
                              seen.contains(path) ? seen[path].size : 0);
        }
      }
      return text;
    }
  }
  files_ = std::move(seen);
  captured_ = std::move(now);
  if (promising_) promised_ = captured_;
  promising_ = false;
  return {};
}

}  // namespace simulation
