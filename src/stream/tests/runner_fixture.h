// A job over five hours of events in memory, and what its outputs hold: for tests of Runner.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <set>

#include "base/faulty_env.h"
#include "base/random.h"
#include "base/testing/temp_dir.h"
#include "lake/manifest.h"
#include "stream/runner.h"
#include "stream/tests/memory_source.h"

namespace stream {

inline constexpr std::int64_t kViewsStart =
    1'780'272'000'000 - 4 * 3'600'000;  // 20:00 the day before
inline constexpr const char* kQuery = R"(
WITH slow AS (SELECT event_id, latency FROM views TIMESTAMP BY event_time WHERE latency > 900)
SELECT CAST(event_id AS bigint) AS event_id, method, EventEnqueuedUtcTime, PartitionId, Offset
INTO raw FROM views TIMESTAMP BY event_time
SELECT method, COUNT(*) AS n, System.Timestamp() AS t INTO counts
FROM views TIMESTAMP BY event_time GROUP BY method, TumblingWindow(minute, 5)
SELECT * INTO alarms FROM slow
)";

class RunnerTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    options_.name = "job";
    options_.query = kQuery;
    options_.outputs["raw"] = {OutputSpec::Type::kLake, "bronze", "raw", OutputSpec::Format::kJson};
    options_.outputs["counts"] = {OutputSpec::Type::kLake, "silver", "stream/counts",
                                  OutputSpec::Format::kJson};
    options_.outputs["alarms"].type = OutputSpec::Type::kAlert;
    options_.dead_letter =
        OutputSpec{OutputSpec::Type::kLake, "bronze", "deadletter", OutputSpec::Format::kJson};
    options_.lake_root = root_ + "/lake";
    options_.state_dir = root_ + "/state";
    options_.env = &env_;
    options_.on_alerts = [this](std::span<const Alert> alerts) -> base::Status {
      for (const Alert& alert : alerts) alerts_.insert(alert.key + " " + alert.fields);
      return {};
    };
    fill(1500);
  }

  /// Events over about five hours, with late, disordered, malformed and timeless ones.
  void fill(int n, const char* incarnation = "first") {
    source_ = std::make_shared<MemorySource>("hub", 2, incarnation);
    options_.inputs["views"] = source_;
    base::CounterRandom random(11, 1, 1);
    std::int64_t arrival = kViewsStart;
    for (int i = 0; i < n; i++) {
      auto row = static_cast<std::uint64_t>(i);
      arrival += static_cast<std::int64_t>(random.below(row, 24'000));
      std::int64_t back = static_cast<std::int64_t>(random.bits(row, 1) % 2000);
      if (random.bits(row, 2) % 20 == 0)
        back = static_cast<std::int64_t>(random.bits(row, 3) % 200'000);
      if (random.bits(row, 2) % 97 == 1) back = -400'000;  // early
      std::string time = base::format_millis(base::from_millis(arrival - back));
      std::string json =
          fmt::format(R"({{"event_id":{},"event_time":"{}","method":"{}","latency":{}}})", i, time,
                      i % 3 == 0 ? "POST" : "GET", random.bits(row, 4) % 1000);
      if (i % 101 == 7) json.resize(json.size() / 2);
      if (i % 103 == 8) json = fmt::format(R"({{"event_id":{}}})", i);
      source_->add(static_cast<int>(random.bits(row, 5) % 2), arrival, json);
    }
    end_ = arrival + 1;
  }

  std::unique_ptr<Runner> open() {
    auto runner = Runner::open(options_);
    EXPECT_TRUE(runner) << (runner ? "" : runner.error().message);
    return runner ? std::move(*runner) : nullptr;
  }
  static void drain(Runner& runner) {
    while (true) {
      auto any = runner.step();
      ASSERT_TRUE(any) << any.error().message;
      if (!*any) return;
    }
  }
  void run_to(std::int64_t frontier) {
    auto runner = open();
    source_->set_frontier(frontier);
    drain(*runner);
    ASSERT_TRUE(runner->checkpoint());
  }

  /// The listed rows of an output, sorted.
  std::multiset<std::string> rows(const std::string& output) {
    std::multiset<std::string> out;
    auto manifest = lake::read_manifest(env_, options_.lake_root, "job");
    if (!manifest || !*manifest || !(*manifest)->outputs.contains(output)) return out;
    for (const lake::ManifestFile& file : (*manifest)->outputs.at(output).added) {
      std::string text = env_.read_file(options_.lake_root + "/" + file.path).value();
      std::int64_t lines = 0;
      for (std::size_t at = 0; at < text.size(); lines++) {
        std::size_t end = text.find('\n', at);
        out.insert(text.substr(at, end - at));
        at = end + 1;
      }
      EXPECT_EQ(lines, file.rows) << file.path;
    }
    return out;
  }
  std::vector<std::multiset<std::string>> all_rows() {
    std::vector<std::multiset<std::string>> out = {rows("raw"), rows("counts"), rows(kDeadLetters)};
    out.emplace_back(alerts_.begin(), alerts_.end());
    return out;
  }
  /// Data files on disk, listed or not.
  std::size_t files_on_disk() const {
    std::size_t n = 0;
    for (const char* tier : {"bronze", "silver"}) {
      std::filesystem::path dir = options_.lake_root + "/" + tier;
      if (!std::filesystem::exists(dir)) continue;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(dir))
        n += entry.is_regular_file() ? 1 : 0;
    }
    return n;
  }
  std::size_t files_listed() {
    std::size_t n = 0;
    auto manifest = lake::read_manifest(env_, options_.lake_root, "job");
    for (const auto& [name, output] : (*manifest)->outputs) n += output.added.size();
    return n;
  }
  std::vector<std::multiset<std::string>> undisturbed() {
    run_to(end_);
    auto expected = all_rows();
    std::filesystem::remove_all(options_.lake_root);
    std::filesystem::remove_all(options_.state_dir);
    alerts_.clear();
    source_->set_frontier(EventSource::kNoFrontier);
    return expected;
  }

  base::FaultyEnv env_;
  const std::string& root_ = dir_;
  JobOptions options_;
  std::shared_ptr<MemorySource> source_;
  std::int64_t end_ = 0;
  std::set<std::string> alerts_;  // as the daemon keeps them: each key once
};

}  // namespace stream
