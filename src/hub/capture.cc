#include "hub/capture.h"

#include <algorithm>
#include <filesystem>

#include "base/file_mark.h"
#include "base/guarded.h"
#include "base/log.h"
#include "hub/capture_file.h"

namespace hub {

using base::Result;
using base::Status;

namespace {

constexpr std::size_t kReadBytes = 1 << 20;
constexpr std::chrono::seconds kRetryAfter{1};

std::int64_t floor_to(std::int64_t ms, std::int64_t step) {
  std::int64_t rest = ms % step;
  return ms - (rest < 0 ? rest + step : rest);
}

}  // namespace

/// The file that is being written.
struct Capture::Window {
  std::int64_t start_ms = 0, first_offset = 0;
  std::string path;
  std::unique_ptr<CaptureFileWriter> writer;
};

std::string Capture::window_path(const std::string& root, int partition, std::int64_t start_ms) {
  using namespace std::chrono;
  sys_seconds at = floor<seconds>(base::from_millis(start_ms));
  sys_days day = floor<days>(at);
  year_month_day date(day);
  hh_mm_ss time(at - day);
  return fmt::format("{}/{}/{:04}/{:02}/{:02}/{:02}/{:02}/{:02}.avro", root, partition,
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

Capture::Capture(base::Env& env, std::shared_ptr<Hub> hub, std::string root)
    : env_(env),
      hub_(std::move(hub)),
      root_(std::move(root)),
      options_(*hub_->options().capture),
      window_ms_(std::int64_t{options_.window_minutes} * 60'000),
      list_(env_, hub_->dir() + "/captured.log") {
  for (int p = 0; p < hub_->partitions(); ++p) lanes_.push_back(std::make_unique<Lane>(p));
  progress_.captured_until_ms.assign(lanes_.size(), kNoFrontier);
}

Result<std::shared_ptr<Capture>> Capture::start(base::Env& env, std::shared_ptr<Hub> hub,
                                                const std::string& name_space) {
  auto capture = TRY(open(env, std::move(hub), name_space));
  capture->thread_ = std::jthread([raw = capture.get()](std::stop_token stop) { raw->run(stop); });
  return capture;
}

Result<std::shared_ptr<Capture>> Capture::open(base::Env& env, std::shared_ptr<Hub> hub,
                                               const std::string& name_space) {
  TRY(base::check_name(name_space, "namespace"));
  std::string root = fmt::format("{}/{}/{}", hub->options().capture->dir, name_space, hub->name());
  std::shared_ptr<Capture> capture(new Capture(env, std::move(hub), std::move(root)));
  TRY(capture->load_progress());
  return capture;
}

Capture::~Capture() { stop(); }

void Capture::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  std::lock_guard lock(mutex_);
  stopped_ = true;
  moved_.notify_all();
}

void Capture::run(std::stop_token stop) {
  while (!stop.stop_requested() && !hub_->closed()) {
    std::int64_t closed = lanes_.front()->closed_until_ms;
    for (const auto& lane : lanes_) closed = std::min(closed, lane->closed_until_ms);
    std::int64_t next = closed == kNoFrontier ? kNoFrontier + 1 : closed + window_ms_;
    if (!hub_->wait_frontier(next, stop)) continue;
    Status status = base::guarded([&] { return capture_up_to(hub_->frontier_ms(), stop); });
    std::unique_lock lock(mutex_);
    std::string message = status ? "" : status.error().message;
    if (!message.empty() && message != progress_.error) {
      base::log_error("hub", "capture_waits", "hub={} error={}", hub_->name(), message);
    }
    progress_.error = message;
    if (!status) moved_.wait_for(lock, stop, kRetryAfter, [] { return false; });
  }
}

Status Capture::capture_up_to(std::int64_t frontier_ms, std::stop_token stop) {
  if (frontier_ms == kNoFrontier) return {};
  std::int64_t until = floor_to(frontier_ms, window_ms_);
  // A file outlives the loss of power, and so must the records that it holds.
  TRY(hub_->sync());
  for (const auto& lane : lanes_) TRY(catch_up(*lane, until, stop));
  return save_progress();
}

Status Capture::finish_window(Lane& lane, Window& window, std::int64_t next_offset) {
  if (!window.writer) return {};
  std::int64_t events = window.writer->events();
  TRY(window.writer->finish());
  CaptureList::File written{window.first_offset, window.writer->bytes(),
                            base::file_mark(env_, window.path)};
  window.writer.reset();
  {
    std::lock_guard lock(mutex_);
    TRY(list_.add(lane.partition, window.start_ms, written));
  }
  lane.next_offset = next_offset;
  note(lane, window.start_ms + window_ms_, 1, events);
  return {};
}

Status Capture::begin_window(const Lane& lane, Window& window, std::int64_t start_ms) {
  window.start_ms = start_ms;
  window.path = window_path(root_, lane.partition, start_ms);
  TRY(env_.make_dirs(std::filesystem::path(window.path).parent_path().string()));
  window.writer = TRY(CaptureFileWriter::create(env_, window.path));
  return {};
}

/// Writes every window of `lane` that ends at or before `frontier_ms`.
Status Capture::catch_up(Lane& lane, std::int64_t frontier_ms, std::stop_token stop) {
  TRY(skip_captured(lane));
  auto reader = hub_->reader(lane.partition, lane.next_offset);
  std::vector<Record> records;
  Window window;
  while (!stop.stop_requested()) {
    TRY(reader->next(frontier_ms, kReadBytes, records));
    if (records.empty()) {
      TRY(finish_window(lane, window, reader->offset()));
      note(lane, frontier_ms, 0, 0);
      return {};
    }
    for (const Record& record : records) {
      if (!window.writer || record.arrival_ms >= window.start_ms + window_ms_) {
        TRY(finish_window(lane, window, record.offset));
        TRY(begin_window(lane, window, floor_to(record.arrival_ms, window_ms_)));
        window.first_offset = record.offset;
      }
      TRY(window.writer->add(record));
    }
  }
  return {};
}

void Capture::note(Lane& lane, std::int64_t closed_until_ms, int files, std::int64_t events) {
  lane.closed_until_ms = std::max(lane.closed_until_ms, closed_until_ms);
  std::lock_guard lock(mutex_);
  progress_.captured_until_ms[static_cast<std::size_t>(lane.partition)] = lane.closed_until_ms;
  progress_.files += files;
  progress_.events += events;
  moved_.notify_all();
}

Broker::CaptureProgress Capture::progress() const {
  std::lock_guard lock(mutex_);
  return progress_;
}

/// Below what the lane has closed nobody else writes.
std::vector<Broker::MissingCapture> Capture::missing() const {
  CaptureList::Files files;
  std::vector<std::int64_t> closed;
  {
    std::lock_guard lock(mutex_);
    files = list_.files();
    closed = progress_.captured_until_ms;
  }
  std::vector<Broker::MissingCapture> found;
  for (const auto& [key, file] : files) {
    const auto& [partition, start_ms] = key;
    if (partition < 0 || static_cast<std::size_t>(partition) >= closed.size()) continue;
    if (start_ms + window_ms_ > closed[static_cast<std::size_t>(partition)]) continue;
    std::string path = window_path(root_, partition, start_ms);
    auto there = env_.open(path, base::Env::Open::kRead);
    auto bytes = there ? (*there)->size() : base::error(base::Code::kNotFound, "");
    bool fits = bytes && *bytes == file.bytes;
    if (fits && base::fits_mark(env_, path, file.mark)) continue;
    bool again = file.first_offset >= hub_->state(partition).start_offset;
    std::string what = !bytes ? "is gone"
                       : fits ? "holds other bytes than were written"
                              : fmt::format("has {} bytes instead of {}", *bytes, file.bytes);
    found.push_back(
        {std::move(path), std::move(what), partition, start_ms, file.first_offset, again});
  }
  return found;
}

void Capture::repair() {
  for (const auto& file : missing()) {
    if (!file.can_be_made_again) continue;
    auto written = write_again(file.partition, file.start_ms, file.first_offset);
    base::log_warn("hub", "captured_again", "hub={} file={} because=it {} error={}", hub_->name(),
                   file.path, file.what, written ? "" : written.error().message);
  }
}

Status Capture::write_again(int partition, std::int64_t start_ms, std::int64_t first_offset) {
  std::string path = window_path(root_, partition, start_ms);
  TRY(env_.make_dirs(std::filesystem::path(path).parent_path().string()));
  auto writer = TRY(CaptureFileWriter::create(env_, path));
  auto reader = hub_->reader(partition, first_offset);
  std::vector<Record> records;
  do {
    TRY(reader->next(start_ms + window_ms_, kReadBytes, records));
    for (const Record& record : records) TRY(writer->add(record));
  } while (!records.empty());
  return writer->finish();
}

bool Capture::wait_captured(std::int64_t ms, std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  auto captured = [&] {
    return std::ranges::all_of(progress_.captured_until_ms, [&](std::int64_t until) {
      return until != kNoFrontier && until >= floor_to(ms, window_ms_);
    });
  };
  moved_.wait(lock, stop, [&] { return stopped_ || captured(); });
  return captured();
}

}  // namespace hub
