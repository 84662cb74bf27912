#include "stream/archive.h"

#include <algorithm>

#include "base/log.h"
#include "hub/capture_file.h"
#include "stream/datetime.h"

namespace stream {
namespace {

constexpr int kDepth = 5;  // yyyy/MM/dd/HH/mm/ss.avro

}  // namespace

base::Status Archive::find_files_in(const std::string& folder, int depth) {
  auto entries = TRY(env_.list(folder));
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  for (const base::DirEntry& entry : entries) {
    std::string path = folder + "/" + entry.name;
    if (entry.is_dir && depth < kDepth) TRY(find_files_in(path, depth + 1));
    if (!entry.is_dir && depth == kDepth && entry.name.ends_with(".avro")) files_.push_back(path);
  }
  return {};
}

base::Status Archive::find_files() {
  if (std::exchange(listed_, true)) return {};
  files_.clear();
  if (!env_.exists(folder_)) return {};
  return find_files_in(folder_, 0);
}

base::Status Archive::load(std::size_t file) {
  events_.clear();
  return hub::read_capture_file(env_, files_[file], [this](const hub::CapturedEvent& event) {
    events_.push_back({event.sequence_number, event.arrival_ms, std::string(event.body)});
  });
}

base::Result<std::int64_t> Archive::reach(std::int64_t end) {
  TRY(find_files());
  for (std::size_t file = files_.size(); file-- > 0;) {
    if (!load(file)) return end;
    bool joins = !events_.empty() && events_.back().offset + 1 >= end;
    for (std::size_t i = events_.size(); joins && i-- > 0;) {
      if (events_[i].offset >= end) continue;
      joins = events_[i].offset + 1 == end;
      if (joins) end = events_[i].offset;
    }
    if (!joins) return end;
  }
  return end;
}

/// Sets at_ to the last file that begins at or before `offset`.
base::Status Archive::seek(std::int64_t offset) {
  std::size_t low = 0, high = files_.size();
  while (high - low > 1) {
    std::size_t middle = (low + high) / 2;
    bool before = load(middle) && !events_.empty() && events_.front().offset <= offset;
    (before ? low : high) = middle;
  }
  at_ = low;
  return {};
}

base::Status Archive::next(std::int64_t from, std::int64_t to, std::vector<SourceRecord>& out) {
  out.clear();
  if (!listed_) {
    TRY(find_files());
    TRY(seek(from));
  }
  while (out.empty() && at_ < files_.size()) {
    std::size_t file = at_++;
    if (auto loaded = load(file); !loaded) {
      base::log_warn("stream", "a capture file can't be read", "error={}", loaded.error().message);
      continue;
    }
    if (!events_.empty() && events_.front().offset >= to) at_ = files_.size();
    for (const Event& event : events_)
      if (event.offset >= from && event.offset < to)
        out.push_back({event.arrival_ms * kTicksPerMilli, partition_, event.offset, event.body});
  }
  return {};
}

}  // namespace stream
