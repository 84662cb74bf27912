// The default text at work on a small shop: its correlation and its first events against plain
// code, and the same bytes however the job was cut, stopped and killed.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <tuple>

#include "base/faulty_env.h"
#include "base/random.h"
#include "stream/runner.h"
#include "stream/tests/memory_source.h"

namespace stream {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kTrafficStart = 1'780'272'000'000 - 3 * 3'600'000;  // 21:00 the day before
constexpr std::int64_t kMinute = 60'000, kHour = 3'600'000;

/// An event as the hub has it.
struct Event {
  std::int64_t arrival = 0, id = 0, user = 0, time = 0;
  int partition = 0;
  std::int64_t offset = 0;
  std::int64_t stream_time = 0;  ///< what the policies make of `time`
};

class DefaultQueryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/default_query_XXXXXX";
    root_ = mkdtemp(name);
    std::ifstream text(std::string(HRISTE_SOURCE_DIR) + "/playground/streams/traffic.asaql");
    options_.name = "traffic";
    options_.query = (std::stringstream() << text.rdbuf()).str();
    options_.env = &env_;
    write_references();
    for (const char* output :
         {"pageviews_raw", "stars_raw", "vip_pageviews", "starred_pageviews", "pageviews_5min",
          "slow_pages", "slow_pages_enriched", "first_events"})
      options_.outputs[output] = {OutputSpec::Type::kLake, "silver", output,
                                  OutputSpec::Format::kJson};
    options_.outputs["slow_pages"].type = OutputSpec::Type::kLakeAndAlert;
    options_.dead_letter =
        OutputSpec{OutputSpec::Type::kLake, "bronze", "deadletter", OutputSpec::Format::kJson};
    options_.lake_root = root_ + "/lake";
    options_.state_dir = root_ + "/state";
    options_.on_alerts = [this](std::span<const Alert> alerts) -> base::Status {
      for (const Alert& alert : alerts) alerts_.insert(alert.key + " " + alert.fields);
      return {};
    };
    fill();
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write_references() {
    std::string vip, users;
    for (int id = 0; id < 40; id++) {
      if (id % 2 == 0) vip += fmt::format("{{\"id\":{}}}\n", id);
      users += fmt::format(R"({{"id":{},"user_name":"u{}","name":"Jan Novák","city":"Brno",)"
                           R"("administrative_unit":"Jihomoravský kraj","phone_number":null}})"
                           "\n",
                           id, id);
    }
    for (auto& [name, lines] : {std::pair("vipusers", vip), std::pair("users", users)}) {
      options_.references[name] = root_ + "/" + name + ".json";
      ASSERT_TRUE(env_.write_file(options_.references[name], lines));
    }
  }

  /// Four hours of sessions: events in order of arrival, with late, early and disordered ones.
  void fill() {
    for (int input = 0; input < 2; input++) {
      std::vector<Event>& events = events_[input];
      base::CounterRandom random(21, static_cast<std::uint64_t>(input), 1);
      std::int64_t arrival = kTrafficStart, n = input == 0 ? 2500 : 250;
      for (std::int64_t i = 0; i < n; i++) {
        auto row = static_cast<std::uint64_t>(i);
        arrival += static_cast<std::int64_t>(random.below(row, 2 * 4 * kHour / n));
        std::int64_t back = static_cast<std::int64_t>(random.bits(row, 1) % 100);
        if (random.bits(row, 2) % 15 == 0)
          back = static_cast<std::int64_t>(random.bits(row, 3) % 200'000);
        Event event{arrival, i, static_cast<std::int64_t>(random.bits(row, 4) % 40),
                    arrival - back};
        if (i % 50 == 3) event.time = event.time / kMinute * kMinute;  // on a boundary
        event.partition = static_cast<int>(event.user % 2);
        events.push_back(event);
        if (i % 200 == 9) events.push_back(event);  // a duplicate
      }
      source_[input] = std::make_shared<MemorySource>(input == 0 ? "views" : "stars", 2);
      options_.inputs[input == 0 ? "pageviews" : "stars"] = source_[input];
      std::int64_t offsets[2] = {};
      for (Event& event : events) {
        event.offset = offsets[event.partition]++;
        source_[input]->add(event.partition, event.arrival, text_of(event, input == 0));
      }
      stamp(events);
      end_ = std::max(end_, arrival + 1);
    }
  }

  static std::string text_of(const Event& event, bool view) {
    std::string head = fmt::format(R"({{"event_id":{},"event_time":"{}","user_id":{})", event.id,
                                   base::format_millis(base::from_millis(event.time)), event.user);
    if (!view) return head + fmt::format(R"(,"stars":{}}})", event.id % 5 + 1);
    return head + fmt::format(R"(,"http_method":"{}","uri":"https://x.example/{}","client_ip":"",)"
                              R"("user_agent":"a","latency":{}.5}})",
                              event.id % 4 == 0 ? "POST" : "GET", event.id % 17,
                              event.id % 40 == 0 ? 2600 : 120);
  }

  /// The policies in plain code: late 60 s, out of order 50 s, adjust.
  static void stamp(std::vector<Event>& events) {
    std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
      return std::tie(a.arrival, a.partition, a.offset) <
             std::tie(b.arrival, b.partition, b.offset);
    });
    std::int64_t largest = 0;
    for (Event& event : events) {
      event.stream_time = std::max({event.time, event.arrival - 60'000, largest - 50'000});
      largest = std::max(largest, event.stream_time);
    }
  }

  std::unique_ptr<Runner> open() {
    auto runner = Runner::open(options_);
    EXPECT_TRUE(runner) << (runner ? "" : runner.error().message);
    return runner ? std::move(*runner) : nullptr;
  }
  void set_frontier(std::int64_t ms) {
    source_[0]->set_frontier(ms);
    source_[1]->set_frontier(ms);
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
    ASSERT_TRUE(runner);
    set_frontier(frontier);
    drain(*runner);
    auto done = runner->checkpoint();
    ASSERT_TRUE(done) << done.error().message;
  }
  void forget() {
    std::filesystem::remove_all(options_.lake_root);
    std::filesystem::remove_all(options_.state_dir);
    alerts_.clear();
    set_frontier(EventSource::kNoFrontier);
  }

  /// The listed bytes of every output, file after file in the order they were made, by day.
  std::map<std::string, std::string> bytes() {
    std::map<std::string, std::string> out;
    auto manifest = *lake::read_manifest(env_, options_.lake_root, "traffic");
    for (const auto& [name, output] : manifest->outputs)
      for (const lake::ManifestFile& file : output.added) {
        std::string day = file.path.substr(0, file.path.rfind('/'));
        out[name + " " + day] += env_.read_file(options_.lake_root + "/" + file.path).value();
      }
    for (const std::string& alert : alerts_) out["alerts"] += alert + "\n";
    return out;
  }
  std::vector<Json> rows(const std::string& output) {
    std::vector<Json> out;
    for (const auto& [name, text] : bytes()) {
      if (!name.starts_with(output + " ")) continue;
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) out.push_back(Json::parse(line));
    }
    return out;
  }

  base::FaultyEnv env_;
  std::string root_;
  JobOptions options_;
  std::shared_ptr<MemorySource> source_[2];
  std::vector<Event> events_[2];  ///< page views, stars
  std::int64_t end_ = 0;
  std::set<std::string> alerts_;
};

using Pair = std::pair<std::int64_t, std::int64_t>;

TEST_F(DefaultQueryTest, StarredPageViewsArePairsWithinTheMinutes) {
  for (std::int64_t cut : {kTrafficStart + kHour, end_ - 7777, end_ + kHour}) {
    forget();
    run_to(cut);
    // Due: strictly below the lower of the two watermarks.
    std::int64_t watermark = INT64_MAX;
    for (const std::vector<Event>& events : events_) {
      std::int64_t largest = 0;
      for (const Event& event : events)
        if (event.arrival < cut) largest = std::max(largest, event.stream_time);
      watermark = std::min(watermark, std::max(largest - 50'000, cut - 60'000));
    }
    std::multiset<Pair> expected, found;
    for (const Event& view : events_[0])
      for (const Event& star : events_[1]) {
        std::int64_t minutes = star.stream_time / kMinute - view.stream_time / kMinute;
        if (view.user == star.user && minutes >= 0 && minutes <= 15 &&
            std::max(view.stream_time, star.stream_time) < watermark)
          expected.insert({view.id, star.id});
      }
    for (const Json& row : rows("starred_pageviews"))
      found.emplace(row.at("event_id").get<std::int64_t>(),
                    row.at("star_event_id").get<std::int64_t>());
    EXPECT_EQ(found, expected) << cut - kTrafficStart;
    EXPECT_GT(expected.size(), cut > end_ ? 500u : 50u);
  }
}

TEST_F(DefaultQueryTest, PairsHaveTheLaterTimeAndComeInItsOrder) {
  run_to(end_ + kHour);
  std::map<std::int64_t, std::int64_t> views, stars;
  for (const Event& event : events_[0]) views.emplace(event.id, event.stream_time);
  for (const Event& event : events_[1]) stars.emplace(event.id, event.stream_time);
  std::string last;
  for (const Json& row : rows("starred_pageviews")) {
    std::string time = row.at("stream_time");
    EXPECT_GE(time, last);
    last = time;
    std::int64_t id = row.at("event_id"), star = row.at("star_event_id");
    if (id % 200 == 9 || star % 200 == 9) continue;  // twice, with two times
    std::string later =
        base::format_millis(base::from_millis(std::max(views.at(id), stars.at(star))));
    EXPECT_EQ(time.substr(0, 23), later.substr(0, 23));
  }
}

TEST_F(DefaultQueryTest, FirstEventsAreTheFirstOfTheirHour) {
  std::int64_t cut = end_ + kHour;
  run_to(cut);
  std::vector<Event> order = events_[0];
  std::sort(order.begin(), order.end(), [](const Event& a, const Event& b) {
    return std::tie(a.stream_time, a.arrival, a.partition, a.offset) <
           std::tie(b.stream_time, b.arrival, b.partition, b.offset);
  });
  std::set<Pair> seen;
  std::vector<std::int64_t> expected, found;
  for (const Event& event : order)
    if (seen.insert({(event.stream_time + kHour - 1) / kHour, event.user}).second)
      expected.push_back(event.id);
  for (const Json& row : rows("first_events")) found.push_back(row.at("event_id"));
  EXPECT_EQ(found, expected);
  EXPECT_GT(expected.size(), 120u);
}

TEST_F(DefaultQueryTest, AlertsAreFilesTooAndSayWhoWaited) {
  run_to(end_ + kHour);
  auto slow = rows("slow_pages"), enriched = rows("slow_pages_enriched");
  EXPECT_EQ(slow.size(), alerts_.size());
  EXPECT_EQ(slow.size(), enriched.size());
  EXPECT_GT(slow.size(), 50u);
  for (const Json& row : enriched) {
    EXPECT_EQ(row.at("user_name"), "u" + std::to_string(row.at("user_id").get<int>()));
    EXPECT_EQ(row.at("name"), "Jan Novák");
    EXPECT_TRUE(row.at("phone_number").is_null());
  }
}

TEST_F(DefaultQueryTest, TheSameBytesHoweverItWasCutAndStopped) {
  run_to(end_ + kHour);
  auto expected = bytes();
  base::CounterRandom random(5, 1, 1);
  for (std::uint64_t round = 0; round < 5; round++) {
    forget();
    std::int64_t frontier = kTrafficStart;
    for (std::uint64_t i = 0; frontier < end_ + kHour; i++) {
      frontier += static_cast<std::int64_t>(random.bits(round, i) % 1'500'000);
      // One hub may be ahead of the other.
      auto runner = open();
      std::int64_t lead = static_cast<std::int64_t>(random.bits(round, 1000 + i) % 600'000);
      source_[i % 2]->set_frontier(std::min(frontier + lead, end_ + kHour));
      source_[1 - i % 2]->set_frontier(std::min(frontier, end_ + kHour));
      drain(*runner);
      if (i % 3 != 2) {  // else what was read is lost
        ASSERT_TRUE(runner->checkpoint());
      }
      if (HasFatalFailure()) return;
    }
    run_to(end_ + kHour);
    auto actual = bytes();
    for (auto& [name, text] : expected) EXPECT_EQ(actual[name] == text, true) << name;
    EXPECT_EQ(actual.size(), expected.size());
  }
}

TEST_F(DefaultQueryTest, TheSameBytesAfterAFullDiskAnywhere) {
  run_to(end_ + kHour);
  auto expected = bytes();
  forget();
  base::CounterRandom random(6, 1, 1);
  std::int64_t frontier = kTrafficStart;
  for (std::uint64_t i = 0; frontier < end_; i++) {
    frontier += static_cast<std::int64_t>(random.bits(1, i) % 1'500'000);
    auto runner = open();
    set_frontier(std::min(frontier, end_));
    drain(*runner);
    env_.set_disk_bytes(static_cast<std::int64_t>(random.bits(2, i) % 120'000));
    bool committed = runner->checkpoint().has_value();
    runner.reset();
    env_.set_disk_bytes(INT64_MAX);
    if (!committed) frontier -= 700'000;
  }
  run_to(end_ + kHour);
  EXPECT_EQ(bytes() == expected, true);
}

TEST_F(DefaultQueryTest, StateStaysSmall) {
  auto state_bytes = [&] {
    std::size_t n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(options_.state_dir))
      n += entry.file_size();
    return n;
  };
  std::size_t most = 0;
  for (std::int64_t t = kTrafficStart; t < end_; t += kHour / 4) {
    run_to(t);
    most = std::max(most, state_bytes());
  }
  EXPECT_LT(most, 100'000u);  // 16 minutes of page views and an hour's users
  run_to(end_ + 24 * kHour);
  run_to(end_ + 25 * kHour);
  EXPECT_LT(state_bytes(), 12'000u);  // of the last two checkpoints
}

TEST_F(DefaultQueryTest, WhatRetentionTookIsCounted) {
  run_to(kTrafficStart + kHour);
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "traffic");
  std::int64_t next = manifest->inputs.at("pageviews").offsets[1];
  source_[0]->drop_before(1, next + 25);
  auto runner = open();
  set_frontier(end_);
  drain(*runner);
  EXPECT_EQ(runner->status().inputs.at("pageviews").partitions[0].lost, 0);
  EXPECT_EQ(runner->status().inputs.at("pageviews").partitions[1].lost, 25);
  ASSERT_TRUE(runner->checkpoint());
  manifest = *lake::read_manifest(env_, options_.lake_root, "traffic");
  EXPECT_EQ(manifest->counts["pageviews"]["1"]["lost"], 25);
  runner = open();
  EXPECT_EQ(runner->status().inputs.at("pageviews").partitions[1].lost, 25);
}

}  // namespace
}  // namespace stream
