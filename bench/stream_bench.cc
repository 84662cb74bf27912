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

std::string page_view(std::int64_t id) {
  return fmt::format(
      R"({{"event_id":{},"event_time":"{}","user_id":{},"http_method":"{}",)"
      R"("uri":"https://obchod.example/produkty/{}","client_ip":"192.0.2.{}","user_agent":)"
      R"("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",)"
      R"("latency":{}.{:02}}})",
      id, base::format_millis(base::from_millis(kStart + id * kStepMs - id % 700)), id % 100'000,
      kMethods[id % 6], id % 10'000, id % 250, id % 150 == 0 ? 2500 : 150 + id % 100, id % 100);
}

/// All page views in memory, in two partitions.
class BenchSource final : public Source {
 public:
  explicit BenchSource(std::int64_t count) {
    for (std::int64_t i = 0; i < count; i++) {
      std::size_t begin = bytes_.size();
      bytes_ += page_view(i);
      ends_.push_back({begin, bytes_.size() - begin});
    }
  }
  const std::string& name() const override { return name_; }
  int partitions() const override { return 2; }
  std::int64_t frontier_ms() const override {
    return kStart + static_cast<std::int64_t>(ends_.size()) * kStepMs;
  }
  std::unique_ptr<PartitionReader> reader(int partition, std::int64_t offset) const override {
    return std::make_unique<Reader>(*this, partition, offset);
  }
  std::size_t bytes() const { return bytes_.size(); }
  std::size_t rows() const { return ends_.size(); }
  SourceRecord record(std::size_t i) const {
    return {(kStart + static_cast<std::int64_t>(i) * kStepMs) * kTicksPerMilli,
            static_cast<std::int32_t>(i % 2), static_cast<std::int64_t>(i / 2),
            std::string_view(bytes_).substr(ends_[i].first, ends_[i].second)};
  }

 private:
  class Reader final : public PartitionReader {
   public:
    Reader(const BenchSource& source, int partition, std::int64_t offset)
        : source_(source), at_(static_cast<std::size_t>(2 * offset + partition)) {}
    base::Status next(std::int64_t, std::size_t, std::vector<SourceRecord>& out) override {
      out.clear();
      for (; at_ < source_.rows() && out.size() < 4096; at_ += 2)
        out.push_back(source_.record(at_));
      return {};
    }
    std::int64_t end_offset() const override {
      return static_cast<std::int64_t>(source_.rows() / 2);
    }

   private:
    const BenchSource& source_;
    std::size_t at_;
  };
  std::string name_ = "pageviews", bytes_;
  std::vector<std::pair<std::size_t, std::size_t>> ends_;
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

bench::Made run_engine(const BenchSource& source, const JobOptions& options) {
  auto plan = streamsql::compile(options.query, {{"pageviews", "stars"},
                                                 {"vipusers"},
                                                 {"pageviews_raw", "stars_raw", "vip_pageviews",
                                                  "pageviews_5min", "slow_pages"}});
  CHECK(plan.has_value());
  NoOutputs outputs;
  EngineOptions engine_options;
  engine_options.references = options.references;
  auto engine = Engine::create(*plan, engine_options, outputs).value();
  MergedReader reader(source, {});
  std::vector<SourceRecord> records;
  while (true) {
    CHECK(reader.next(INT64_MAX, 4096, records));
    if (records.empty()) break;
    CHECK(engine->push(0, records));
  }
  CHECK(engine->finish());
  return {static_cast<std::int64_t>(source.rows()), static_cast<std::int64_t>(source.bytes())};
}

bench::Made run_job(std::shared_ptr<BenchSource> source, const JobOptions& options) {
  std::filesystem::remove_all(options.lake_root);
  std::filesystem::remove_all(options.state_dir);
  auto runner =
      Runner::open(options, {{"pageviews", source}, {"stars", std::make_shared<BenchSource>(0)}});
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
  options.inputs = {{"pageviews", nullptr}, {"stars", nullptr}};
  options.references["vipusers"] = dir + "/vipusers.json";
  std::ofstream vip(options.references["vipusers"]);
  for (int id = 0; id < 100'000; id += 2) vip << fmt::format("{{\"id\":{}}}\n", id);
  options.outputs["pageviews_raw"] = {OutputSpec::Type::kLake, "bronze", "pageviews"};
  options.outputs["stars_raw"] = {OutputSpec::Type::kLake, "bronze", "stars"};
  options.outputs["vip_pageviews"] = {OutputSpec::Type::kLake, "bronze", "vip_pageviews"};
  options.outputs["pageviews_5min"] = {OutputSpec::Type::kLake, "silver", "stream/pageviews_5min",
                                       OutputSpec::Format::kJson};
  options.outputs["slow_pages"].type = OutputSpec::Type::kAlert;
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
  auto source = std::make_shared<BenchSource>(static_cast<std::int64_t>(millions * 1e6));
  bench::measure("JSON to columns", 3, [&] { return parse_all(*source); });
  bench::measure("default query, in memory", 3, [&] { return run_engine(*source, options); });
  bench::measure("default query, to files", 2, [&] { return run_job(source, options); });
  std::filesystem::remove_all(dir);
  return 0;
}
