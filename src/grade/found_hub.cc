#include "grade/found_hub.h"

#include <charconv>

#include "hub/capture_file.h"

namespace grade {

namespace {

constexpr std::size_t kHubPiece = 4 << 20;
constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

base::Status reading_stopped() {
  return base::error(base::Code::kCancelled, "the grade was stopped");
}

/// Calls `see` for each record of a partition with arrival < cut.
template <typename F>
base::Status read_partition(const hub::Hub& hub, int partition, std::int64_t cut_ms,
                            std::stop_token stop, const F& see) {
  auto reader = hub.reader(partition, hub.state(partition).start_offset);
  std::vector<hub::Record> records;
  for (;;) {
    if (stop.stop_requested()) return reading_stopped();
    TRY(reader->next(cut_ms, kHubPiece, records));
    if (records.empty()) return {};
    for (const hub::Record& record : records) see(record);
  }
}

/// Keys of the world are user ids in decimal.
Cell key_cell(std::string_view key) {
  std::int64_t id = 0;
  auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  bool canonical = error == std::errc() && end == key.data() + key.size() &&
                   (key.size() == 1 || key.front() != '0') && key.front() != '-';
  return canonical ? Cell::of(id) : Cell::of(key);
}

Cell text_or_null(std::string_view text) {
  return text.data() == nullptr ? Cell() : Cell::of(text);
}

/// yyyy/MM/dd/HH/mm/ss.avro in whole minutes: the path below a partition's folder.
struct WindowPath {
  std::vector<int> parts;
  std::int64_t start_ms() const {
    using namespace std::chrono;
    year_month_day date{year{parts[0]}, month(static_cast<unsigned>(parts[1])),
                        day(static_cast<unsigned>(parts[2]))};
    return sys_days{date}.time_since_epoch().count() * std::int64_t{86'400'000} +
           parts[3] * std::int64_t{3'600'000} + parts[4] * 60'000 + parts[5] * 1000;
  }
};

base::Status read_window(base::Env& env, const std::string& path, std::int64_t start_ms,
                         std::int64_t end_ms, const RowSink& sink) {
  const std::string* misplaced = nullptr;
  TRY(hub::read_capture_file(env, path, [&](const hub::CapturedEvent& event) {
    if (event.arrival_ms < start_ms || event.arrival_ms >= end_ms) misplaced = &path;
    Cell cells[] = {Cell::of(event.sequence_number), Cell::of(event.arrival_ms * 1000),
                    text_or_null(event.body)};
    sink(cells);
  }));
  if (misplaced == nullptr) return {};
  return base::error(base::Code::kDataLoss, "{}: holds events that arrived outside of its window",
                     path);
}

/// Walks the folders of one partition; depth 5 holds the files.
class CaptureWalk {
 public:
  CaptureWalk(base::Env& env, std::int64_t window_ms, std::int64_t cut_ms, std::stop_token stop,
              const RowSink& sink)
      : env_(env), window_ms_(window_ms), cut_ms_(cut_ms), stop_(stop), sink_(sink) {}

  base::Status walk(const std::string& folder, WindowPath& at) {
    // A partition that got nothing has no folder; where something is missing, the counts say it.
    if (at.parts.empty() && !env_.exists(folder)) return {};
    for (const auto& entry : TRY(env_.list(folder))) {
      if (stop_.stop_requested()) return reading_stopped();
      std::string path = folder + "/" + entry.name;
      bool file = at.parts.size() == 5;
      std::string_view digits = entry.name;
      if (file) {
        if (!digits.ends_with(".avro")) continue;  // a write under way
        digits.remove_suffix(5);
      }
      int part = 0;
      auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), part);
      if (error != std::errc() || end != digits.data() + digits.size() || entry.is_dir == file) {
        return base::error(base::Code::kDataLoss, "{}: no such name should be here", path);
      }
      at.parts.push_back(part);
      TRY(file ? window(path, at.start_ms()) : walk(path, at));
      at.parts.pop_back();
    }
    return {};
  }

 private:
  base::Status window(const std::string& path, std::int64_t start_ms) {
    std::int64_t end_ms = start_ms + window_ms_;
    return end_ms > cut_ms_ ? base::Status{} : read_window(env_, path, start_ms, end_ms, sink_);
  }

  base::Env& env_;
  std::int64_t window_ms_, cut_ms_;
  std::stop_token stop_;
  const RowSink& sink_;
};

}  // namespace

RowSource hub_rows(std::shared_ptr<hub::Hub> hub, int partition, std::int64_t cut_ms,
                   std::stop_token stop) {
  return [hub = std::move(hub), partition, cut_ms, stop](const RowSink& sink) {
    return read_partition(*hub, partition, cut_ms, stop, [&](const hub::Record& record) {
      Cell cells[] = {Cell::of(record.offset), Cell::of(record.arrival_ms * 1000),
                      record.key.empty() ? Cell() : key_cell(record.key),
                      text_or_null(record.value)};
      sink(cells);
    });
  };
}

base::Result<Outside> count_outside(const hub::Hub& hub, std::int64_t cut_ms,
                                    std::stop_token stop) {
  Outside outside;
  for (int partition = 0; partition < hub.partitions(); ++partition) {
    std::int64_t ever = hub.state(partition).outside_records, there = 0;
    if (ever == 0) continue;
    TRY(read_partition(hub, partition, kEnd, stop, [&](const hub::Record& record) {
      if (record.from_world) return;
      ++there;
      if (record.arrival_ms >= cut_ms) return;
      ++outside.count;
      outside.first_ms = std::min(outside.first_ms, record.arrival_ms);
    }));
    outside.dropped += std::max<std::int64_t>(0, ever - there);
  }
  return outside;
}

RowSource captured_rows(base::Env& env, std::string folder, std::int64_t window_ms,
                        std::int64_t cut_ms, std::stop_token stop) {
  return [&env, folder = std::move(folder), window_ms, cut_ms, stop](const RowSink& sink) {
    WindowPath at;
    return CaptureWalk(env, window_ms, cut_ms, stop, sink).walk(folder, at);
  };
}

}  // namespace grade
