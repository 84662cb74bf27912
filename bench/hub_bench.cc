// Rates of the event hub: world append, scan, capture. `hub_bench [million records] [folder]`.
#include <fmt/format.h>
#include <stdlib.h>

#include <chrono>
#include <ctime>
#include <string>

#include "hub/broker.h"

namespace {

using Steady = std::chrono::steady_clock;

/// Wall time and this process's processor time since it was made.
struct Stopwatch {
  Steady::time_point wall = Steady::now();
  std::clock_t cpu = std::clock();
};

void report(const char* what, std::int64_t records, std::int64_t bytes, const Stopwatch& watch) {
  double wall = std::chrono::duration<double>(Steady::now() - watch.wall).count();
  double cpu = static_cast<double>(std::clock() - watch.cpu) / CLOCKS_PER_SEC;
  auto n = static_cast<double>(records);
  fmt::print(
      "{:<14} {:>9} records {:>6.2f} s wall {:>6.2f} s cpu {:>10.0f} records/s "
      "{:>10.0f} records/cpu-s {:>6.0f} MB/s\n",
      what, records, wall, cpu, n / wall, n / cpu, static_cast<double>(bytes) / 1e6 / wall);
}

/// A page view as the world makes it, with its own id.
std::string page_view(std::int64_t id) {
  return fmt::format(
      R"({{"event_id":{},"event_time":"2026-05-31T12:34:56.789Z","user_id":{},"http_method":"GET",)"
      R"("uri":"https://obchod.example/produkty/{}","client_ip":"192.0.2.{}","user_agent":)"
      R"("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36","latency":{}}})",
      id, id % 100'000, id % 10'000, id % 250, 150 + id % 100);
}

constexpr std::int64_t kStart = 1'780'185'600'000, kStepMs = 86;  // a day for a million
constexpr std::size_t kValues = 4096;

base::Status append(hub::Hub& hub, std::int64_t count) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < kValues; ++i) {
    values.push_back(page_view(static_cast<std::int64_t>(i)));
  }
  Stopwatch watch;
  std::vector<hub::Hub::WorldRecord> records;
  for (std::int64_t i = 0, batch = 0; i < count; ++batch) {
    records.clear();
    for (; records.size() < kValues && i < count; ++i) {
      const auto& value = values[static_cast<std::size_t>(i) % kValues];
      records.push_back({kStart + i * kStepMs, "12345", value});
    }
    TRY(hub.append_world(static_cast<int>(batch % 2), records));
    hub.advance_frontier(records.back().arrival_ms);
  }
  report("append_world", count, hub.state(0).bytes + hub.state(1).bytes, watch);
  return {};
}

base::Status scan(const hub::Hub& hub) {
  Stopwatch watch;
  std::int64_t read = 0, sum = 0;
  std::vector<hub::Record> out;
  for (int p = 0; p < hub.partitions(); ++p) {
    auto reader = hub.reader(p, 0);
    do {
      TRY(reader->next(INT64_MAX, 1 << 20, out));
      read += static_cast<std::int64_t>(out.size());
      for (const auto& record : out) sum += record.arrival_ms;
    } while (!out.empty());
  }
  CHECK(sum > 0);
  report("scan", read, hub.state(0).bytes + hub.state(1).bytes, watch);
  return {};
}

base::Status bench(std::int64_t count, const std::string& dir) {
  base::ManualClock clock(base::from_millis(kStart));
  hub::Broker::Options options{&base::Env::real(), &clock, dir + "/hub", "bench", 0, "key"};
  auto broker = TRY(hub::Broker::open(options));
  hub::HubOptions views{.name = "views", .partitions = 2};
  auto hub = TRY(broker->create_hub(views));
  hub->attach_generator();
  TRY(append(*hub, count));
  TRY(scan(*hub));
  std::int64_t bytes = hub->state(0).bytes + hub->state(1).bytes;

  Stopwatch watch;
  views.capture = hub::CaptureOptions{dir + "/lake", 5};
  TRY(broker->create_hub(views));
  std::int64_t end = kStart + count * kStepMs + 300'000;
  hub->advance_frontier(end);
  (void)broker->wait_captured("views", end, {});
  auto progress = broker->capture_progress("views");
  report("capture", progress->events, bytes, watch);
  fmt::print("{} capture files\n", progress->files);

  hub = nullptr;
  broker = nullptr;
  watch = {};
  broker = TRY(hub::Broker::open(options));
  report("open again", count, bytes, watch);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  char pattern[] = "/tmp/hriste_bench_XXXXXX";
  std::string dir = argc > 2 ? argv[2] : ::mkdtemp(pattern);
  std::int64_t count = (argc > 1 ? ::atoll(argv[1]) : 1) * 1'000'000;
  auto status = bench(count, dir);
  if (!status) fmt::print(stderr, "{}\n", status.error().message);
  if (argc <= 2) (void)base::Env::real().remove_tree(dir);
  return status ? 0 : 1;
}
