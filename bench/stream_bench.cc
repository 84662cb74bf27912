// Rates of the stream job: JSON alone, the default query in memory, the whole job to files.
// `stream_bench [million page views] [folder]`, run from the source folder.
#include <stdlib.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "stream/datetime.h"
#include "stream/event_reader.h"
#include "stream/runner.h"
#include "streamsql/streamsql.h"
#include "timing.h"

namespace {

using namespace stream;

constexpr std::int64_t kStart = 1'780'185'600'000, kStepMs = 86;  // a day for a million
constexpr const char* kMethods[] = {"GET", "GET", "GET", "POST", "PUT", "DELETE"};

/// Sessions of 15 page views, 10 s apart: about 116 at a time.
constexpr std::int64_t kSessions = 116, kViews = 15;

std::int64_t session_of(std::int64_t view) {
  return view / (kSessions * kViews) * kSessions + view % kSessions;
}
std::int64_t user_of(std::int64_t session) { return session * 7919 % 100'000; }

std::string page_view(std::int64_t id) {
  return fmt::format(
      R"({{"event_id":{},"event_time":"{}","user_id":{},"http_method":"{}",)"
      R"("uri":"https://obchod.example/produkty/{}","client_ip":"192.0.2.{}","user_agent":)"
      R"("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",)"
      R"("latency":{}.{:02}}})",
      id, base::format_millis(base::from_millis(kStart + id * kStepMs - id % 700)),
      user_of(session_of(id)), kMethods[id % 6], id % 10'000, id % 250,
      id % 150 == 0 ? 2500 : 150 + id % 100, id % 100);
}

std::string star(std::int64_t session, std::int64_t time_ms) {
  return fmt::format(R"({{"event_id":{},"event_time":"{}","user_id":{},"stars":{}}})", session,
                     base::format_millis(base::from_millis(time_ms)), user_of(session),
                     1 + session % 5);
}

/// Events in memory, in two partitions.
class BenchSource final : public EventSource {
 public:
  explicit BenchSource(const char* name) : name_(name) {}
  static std::shared_ptr<BenchSource> page_views(std::int64_t count) {
    auto source = std::make_shared<BenchSource>("pageviews");
    for (std::int64_t i = 0; i < count; i++) source->add(kStart + i * kStepMs, page_view(i));
    source->frontier_ = kStart + count * kStepMs;
    return source;
  }
  /// One session in five gives one, a minute after its last page view.
  static std::shared_ptr<BenchSource> stars(std::int64_t count) {
    auto source = std::make_shared<BenchSource>("stars");
    for (std::int64_t i = 0; i < count; i++) {
      bool last = i / kSessions % kViews == kViews - 1;
      std::int64_t time = kStart + i * kStepMs + 60'000;
      if (last && session_of(i) % 5 == 0) source->add(time, star(session_of(i), time));
    }
    source->frontier_ = kStart + count * kStepMs;
    return source;
  }

  const std::string& name() const override { return name_; }
  int partitions() const override { return 2; }
  std::int64_t frontier_ms() const override { return frontier_; }
  std::string waits_for() const override { return {}; }
  base::Result<std::int64_t> first_offset(int) const override { return 0; }
  std::unique_ptr<PartitionReader> reader(int partition, std::int64_t offset) const override {
    return std::make_unique<Reader>(*this, partition, offset);
  }
  std::size_t bytes() const { return bytes_.size(); }
  std::size_t rows() const { return events_.size(); }
  SourceRecord record(std::size_t i) const {
    const Event& event = events_[i];
    return {event.arrival_ms * kTicksPerMilli, static_cast<std::int32_t>(i % 2),
            static_cast<std::int64_t>(i / 2),
            std::string_view(bytes_).substr(event.begin, event.size)};
  }

 private:
  struct Event {
    std::int64_t arrival_ms;
    std::size_t begin, size;
  };
  class Reader final : public PartitionReader {
   public:
    Reader(const BenchSource& source, int partition, std::int64_t offset)
        : source_(source), at_(static_cast<std::size_t>(2 * offset + partition)) {}
    base::Status next(std::int64_t cut_ms, std::size_t, std::vector<SourceRecord>& out) override {
      out.clear();
      for (; at_ < source_.rows() && out.size() < 4096; at_ += 2) {
        if (source_.events_[at_].arrival_ms >= cut_ms) break;
        out.push_back(source_.record(at_));
      }
      return {};
    }
    std::int64_t end_offset() const override {
      return static_cast<std::int64_t>(source_.rows() / 2);
    }

   private:
    const BenchSource& source_;
    std::size_t at_;
  };
  void add(std::int64_t arrival_ms, const std::string& text) {
    events_.push_back({arrival_ms, bytes_.size(), text.size()});
    bytes_ += text;
  }

  std::string name_, bytes_;
  std::vector<Event> events_;
  std::int64_t frontier_ = 0;
};

class NoOutputs final : public EngineOutputs {
 public:
  base::Status write(std::size_t, const Table& table) override {
    rows += static_cast<std::int64_t>(table.rows);
    return {};
  }
  base::Status dead_letter(const DeadLetter&) override { return {}; }
  std::int64_t rows = 0;
};

bench::Made parse_all(const BenchSource& source) {
  Shape shape;
  EventReader reader(shape, true);
  for (std::size_t i = 0; i < source.rows(); i++) {
    if (i % 1024 == 0) reader.clear();
    CHECK(reader.add(source.record(i).value));
  }
  return {static_cast<std::int64_t>(source.rows()), static_cast<std::int64_t>(source.bytes())};
}

bench::Made run_engine(const BenchSource& views, const BenchSource& stars,
                       const JobOptions& options) {
  streamsql::Names names{{"pageviews", "stars"}, {"vipusers", "users"}, {}};
  for (const auto& [name, spec] : options.outputs) names.outputs.push_back(name);
  auto plan = streamsql::compile(options.query, names);
  CHECK(plan.has_value(), "{}", to_string(plan.error()));
  NoOutputs outputs;
  EngineOptions engine_options;
  engine_options.references = options.references;
  auto engine = Engine::create(*plan, engine_options, outputs).value();
  MergedReader star_reader(stars, {}), reader(views, {});
  std::vector<SourceRecord> records;
  while (true) {
    CHECK(reader.next(INT64_MAX, 4096, records));
    if (records.empty()) break;
    CHECK(engine->push(0, records));
    std::int64_t now = records.back().arrival / kTicksPerMilli;
    CHECK(star_reader.next(now, 4096, records));
    if (!records.empty()) CHECK(engine->push(1, records));
    CHECK(engine->advance(1, now * kTicksPerMilli));
  }
  CHECK(engine->finish());
  return {static_cast<std::int64_t>(views.rows()), static_cast<std::int64_t>(views.bytes())};
}

bench::Made run_job(std::shared_ptr<BenchSource> source, std::shared_ptr<BenchSource> stars,
                    JobOptions options) {
  std::filesystem::remove_all(options.lake_root);
  std::filesystem::remove_all(options.state_dir);
  options.inputs = {{"pageviews", source}, {"stars", stars}};
  auto runner = Runner::open(options);
  CHECK(runner.has_value(), "{}", runner.error().message);
  std::clock_t cpu = std::clock();
  while ((*runner)->step().value())
    if ((*runner)->rows_since_commit() >= options.checkpoint_rows) CHECK((*runner)->checkpoint());
  CHECK((*runner)->checkpoint());
  fmt::print("{:<28} {:>47.3f} s cpu\n", "",
             static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
  return {static_cast<std::int64_t>(source->rows()), static_cast<std::int64_t>(source->bytes())};
}

JobOptions default_job(const std::string& dir) {
  JobOptions options;
  options.name = "traffic";
  std::ifstream text("playground/streams/traffic.asaql");
  options.query = (std::stringstream() << text.rdbuf()).str();
  options.references["vipusers"] = dir + "/vipusers.json";
  std::ofstream vip(options.references["vipusers"]);
  for (int id = 0; id < 100'000; id += 2) vip << fmt::format("{{\"id\":{}}}\n", id);
  options.references["users"] = dir + "/users.json";
  std::ofstream users(options.references["users"]);
  for (int id = 0; id < 100'000; id++)
    users
        << fmt::format(
               R"({{"id":{0},"name":"Jiřina Nováková","city":"Hradec Králové","street_address":"Nádražní )"
               R"(1043/7","phone_number":"+420 601 234 567","birth_number":"755512/1234","user_name":)"
               R"("jirina.novakova{0}","administrative_unit":"Královéhradecký kraj","description":"{1}"}})",
               id, std::string(400, 'x'))
        << "\n";
  using Spec = OutputSpec;
  auto lake = Spec::Type::kLake;
  auto json = Spec::Format::kJson;
  options.outputs = {
      {"pageviews_raw", {lake, "bronze", "pageviews"}},
      {"stars_raw", {lake, "bronze", "stars"}},
      {"vip_pageviews", {lake, "bronze", "vip_pageviews"}},
      {"starred_pageviews", {lake, "silver", "stream/starred_pageviews"}},
      {"pageviews_5min", {lake, "silver", "stream/pageviews_5min", json}},
      {"slow_pages", {Spec::Type::kLakeAndAlert, "silver", "stream/slow_pages", json}},
      {"slow_pages_enriched", {lake, "silver", "stream/slow_pages_enriched", json}},
      {"first_events", {lake, "silver", "stream/first_events"}}};
  options.lake_root = dir + "/lake";
  options.state_dir = dir + "/state";
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  double millions = argc > 1 ? atof(argv[1]) : 1;
  std::string dir = argc > 2 ? argv[2] : "/tmp/stream_bench";
  std::filesystem::create_directories(dir);
  JobOptions options = default_job(dir);
  auto count = static_cast<std::int64_t>(millions * 1e6);
  auto views = BenchSource::page_views(count), stars = BenchSource::stars(count);
  bench::measure("JSON to columns", 3, [&] { return parse_all(*views); });
  bench::measure("default query, in memory", 3,
                 [&] { return run_engine(*views, *stars, options); });
  bench::measure("default query, to files", 2, [&] { return run_job(views, stars, options); });
  std::filesystem::remove_all(dir);
  return 0;
}
