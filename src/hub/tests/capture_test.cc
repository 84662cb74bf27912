#include "hub/capture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <thread>

#include "base/faulty_env.h"
#include "base/testing/temp_dir.h"
#include "hub/capture_file.h"
#include "wire/record_batch.h"

namespace hub {
namespace {

constexpr std::int64_t kEpoch = 1'780'272'000'000;  // 2026-06-01T00:00:00Z
constexpr std::int64_t kMinute = 60'000;

class CaptureTest : public base::TempDirTest {
 protected:
  CaptureTest() : clock_(base::from_millis(kEpoch)) {}
  void open(base::Env& env = base::Env::real()) {
    broker_ = nullptr;
    auto broker = Broker::open({&env, &clock_, dir_ + "/hub", "playground", 0, "key"});
    ASSERT_TRUE(broker) << broker.error().message;
    broker_ = std::move(*broker);
  }
  std::shared_ptr<Hub> create(int window_minutes = 5) {
    auto hub = broker_->create_hub({.name = "views",
                                    .partitions = 2,
                                    .capture = CaptureOptions{dir_ + "/lake", window_minutes}});
    EXPECT_TRUE(hub) << hub.error().message;
    (*hub)->attach_generator();
    return *hub;
  }
  static void world(Hub& hub, int partition, std::int64_t arrival, int count = 1) {
    std::vector<std::string> values;
    for (int i = 0; i < count; ++i)
      values.push_back(fmt::format("{{\"at\":{},\"i\":{}}}", arrival, i));
    std::vector<Hub::WorldRecord> records;
    for (const auto& value : values) records.push_back({arrival, "42", value});
    ASSERT_TRUE(hub.append_world(partition, records));
  }
  /// Paths below the lake, sorted.
  std::vector<std::string> files() const {
    std::vector<std::string> found;
    std::filesystem::path root = dir_ + "/lake";
    if (!std::filesystem::exists(root)) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.is_regular_file()) found.push_back(entry.path().lexically_relative(root).string());
    }
    std::ranges::sort(found);
    return found;
  }
  std::vector<std::int64_t> offsets(const std::string& file) const {
    std::vector<std::int64_t> found;
    auto status =
        read_capture_file(base::Env::real(), dir_ + "/lake/" + file,
                          [&](const CapturedEvent& e) { found.push_back(e.sequence_number); });
    EXPECT_TRUE(status) << status.error().message;
    return found;
  }
  base::ManualClock clock_;
  std::unique_ptr<Broker> broker_;
};

TEST_F(CaptureTest, EnqueuedTimeAsEventHubsPrintsIt) {
  EXPECT_EQ(format_enqueued_time(kEpoch), "6/1/2026 12:00:00 AM");
  EXPECT_EQ(format_enqueued_time(kEpoch + 12 * 60 * kMinute + 999), "6/1/2026 12:00:00 PM");
  EXPECT_EQ(format_enqueued_time(kEpoch + 13 * 60 * kMinute + 5 * kMinute + 9000),
            "6/1/2026 1:05:09 PM");
  EXPECT_EQ(format_enqueued_time(kEpoch - 1), "5/31/2026 11:59:59 PM");
}

TEST_F(CaptureTest, WindowsAreHalfOpenNamedByStartAndEmptyOnesSkipped) {
  open();
  auto hub = create();
  world(*hub, 0, kEpoch - 10 * kMinute, 2);  // exactly at a start: in [23:50, 23:55)
  world(*hub, 0, kEpoch - 5 * kMinute - 1);  // the last millisecond of that window
  world(*hub, 0, kEpoch - 5 * kMinute);      // begins [23:55, 00:00)
  world(*hub, 0, kEpoch + 7 * kMinute);      // [00:05, 00:10): 00:00 is empty
  world(*hub, 1, kEpoch + 1);                // [00:00, 00:05)
  hub->advance_frontier(kEpoch + 10 * kMinute - 1);
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 5 * kMinute, {}));
  std::string root = "playground/views/";
  EXPECT_EQ(files(), (std::vector<std::string>{root + "0/2026/05/31/23/50/00.avro",
                                               root + "0/2026/05/31/23/55/00.avro",
                                               root + "1/2026/06/01/00/00/00.avro"}));
  EXPECT_EQ(offsets(files()[0]), (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(offsets(files()[1]), (std::vector<std::int64_t>{3}));
  hub->advance_frontier(kEpoch + 10 * kMinute);
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 10 * kMinute, {}));
  EXPECT_EQ(files().size(), 4U);
  EXPECT_EQ(offsets(root + "0/2026/06/01/00/05/00.avro"), (std::vector<std::int64_t>{4}));
  auto progress = broker_->capture_progress("views");
  EXPECT_EQ(progress->captured_until_ms,
            (std::vector<std::int64_t>{kEpoch + 10 * kMinute, kEpoch + 10 * kMinute}));
  EXPECT_EQ(progress->files, 4);
  EXPECT_EQ(progress->events, 6);
}

TEST_F(CaptureTest, EventsCarryTimeKeyHeadersAndBody) {
  open();
  auto hub = create(1);
  hub->advance_frontier(kEpoch);
  world(*hub, 0, kEpoch + 1500);
  // A record from outside without key and value, and with a header.
  wire::BatchBuilder builder;
  builder.start({});
  builder.add(5, {}, {});
  auto bytes = builder.finish();
  ASSERT_TRUE(hub->append_outside(0, bytes, false));
  hub->advance_frontier(kEpoch + kMinute);
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + kMinute, {}));
  ASSERT_EQ(files().size(), 1U);
  std::vector<std::string> seen;
  ASSERT_TRUE(read_capture_file(
      base::Env::real(), dir_ + "/lake/" + files()[0], [&](const CapturedEvent& e) {
        seen.push_back(fmt::format("{}|{}|{}|{}|{}|{}", e.sequence_number, e.enqueued_time_utc,
                                   e.arrival_ms - kEpoch, e.key.data() ? e.key : "null",
                                   e.body.data() ? e.body : "null", e.body.size()));
      }));
  EXPECT_EQ(seen.at(0), fmt::format("0|6/1/2026 12:00:01 AM|1500|42|{{\"at\":{},\"i\":0}}|{}",
                                    kEpoch + 1500, 26));
  EXPECT_EQ(seen.at(1), "1|6/1/2026 12:00:01 AM|1500|null|null|0");
}

TEST_F(CaptureTest, GoesOnAfterARestartAndWritesTheSameBytesAgain) {
  open();
  auto hub = create();
  for (int i = 0; i < 40; ++i) world(*hub, i % 2, kEpoch + i * kMinute, 3);
  hub->advance_frontier(kEpoch + 20 * kMinute);
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 20 * kMinute, {}));
  auto before = files();
  std::string progress = *base::Env::real().read_file(hub->dir() + "/capture.json");
  std::map<std::string, std::string> bytes;
  for (const auto& f : before) bytes[f] = *base::Env::real().read_file(dir_ + "/lake/" + f);
  hub = nullptr;
  open();
  hub = broker_->hub("views");
  hub->advance_frontier(kEpoch + 40 * kMinute);
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 40 * kMinute, {}));
  auto after = files();
  EXPECT_EQ(after.size(), 16U);
  std::size_t events = 0;
  for (const auto& f : after) events += offsets(f).size();
  EXPECT_EQ(events, 120U);
  // Killed before the progress was written: the windows are written again, not twice.
  std::string dir = hub->dir();
  hub = nullptr;
  broker_ = nullptr;
  ASSERT_TRUE(base::Env::real().write_file(dir + "/capture.json", progress));
  ASSERT_TRUE(base::Env::real().write_file(dir_ + "/lake/" + after.back() + ".tmp", "torn"));
  open();
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 40 * kMinute, {}));
  EXPECT_EQ(files(), after);
  for (const auto& [f, old] : bytes) {
    EXPECT_EQ(*base::Env::real().read_file(dir_ + "/lake/" + f), old) << f;
  }
}

TEST_F(CaptureTest, AFullDiskIsToldAndGoneThrough) {
  base::FaultyEnv env;
  open(env);
  auto hub = create();
  world(*hub, 0, kEpoch + 1, 1000);
  std::jthread room([&] {
    while (broker_->capture_progress("views")->error.empty()) std::this_thread::yield();
    EXPECT_NE(broker_->capture_progress("views")->error.find(".avro"), std::string::npos);
    env.set_disk_bytes(10 << 20);
  });
  env.set_disk_bytes(10'000);
  hub->advance_frontier(kEpoch + 5 * kMinute);
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 5 * kMinute, {}));
  room.join();
  ASSERT_EQ(files().size(), 1U);
  EXPECT_EQ(offsets(files()[0]).size(), 1000U);
  while (!broker_->capture_progress("views")->error.empty()) std::this_thread::yield();
  hub = nullptr;
  broker_ = nullptr;  // before its Env goes
}

TEST_F(CaptureTest, ANewHubOfTheSameNameBeginsWithAnEmptyFolder) {
  open();
  auto hub = create();
  world(*hub, 0, kEpoch + 1);
  hub->advance_frontier(kEpoch + 5 * kMinute);
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 5 * kMinute, {}));
  EXPECT_EQ(files().size(), 1U);
  ASSERT_TRUE(broker_->drop_hub("views"));
  EXPECT_FALSE(broker_->wait_captured("views", kEpoch, {}));
  EXPECT_EQ(files().size(), 1U);  // what was captured stays
  create();
  EXPECT_EQ(files().size(), 0U);
}

TEST_F(CaptureTest, CaptureCanBeTurnedOnChangedAndOff) {
  open();
  HubOptions options{.name = "views", .partitions = 2};
  auto hub = *broker_->create_hub(options);
  hub->attach_generator();
  world(*hub, 0, kEpoch + 1);
  hub->advance_frontier(kEpoch + 60 * kMinute);
  EXPECT_FALSE(broker_->capture_progress("views"));
  options.capture = CaptureOptions{dir_ + "/lake", 5};
  ASSERT_TRUE(broker_->create_hub(options));
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 60 * kMinute, {}));
  EXPECT_EQ(files(), std::vector<std::string>{"playground/views/0/2026/06/01/00/00/00.avro"});
  options.capture->window_minutes = 60;
  ASSERT_TRUE(broker_->create_hub(options));
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 60 * kMinute, {}));
  EXPECT_EQ(files().size(), 1U);
  options.capture.reset();
  ASSERT_TRUE(broker_->create_hub(options));
  EXPECT_FALSE(broker_->capture_progress("views"));
}

TEST_F(CaptureTest, GoesOnByItsFilesWhenTheProgressIsGoneOrDamaged) {
  for (const char* damage : {"", "null", "{", "[1]", R"({"root":7,"lanes":"x"})",
                             R"({"root":"r","window_minutes":5,"lanes":[],"crc":"0"})"}) {
    open();
    auto hub = create();
    std::int64_t begin = kEpoch + hub->state(0).end_offset * 10 * kMinute;
    world(*hub, 0, begin + 1);
    world(*hub, 0, begin + 2);
    hub->advance_frontier(begin + 5 * kMinute);
    ASSERT_TRUE(broker_->wait_captured("views", begin + 5 * kMinute, {}));
    auto before = files();
    broker_ = nullptr;
    std::string progress = dir_ + "/hub/hubs/views/capture.json";
    ASSERT_TRUE(base::Env::real().exists(progress));
    ASSERT_TRUE(base::Env::real().remove_file(progress));
    if (*damage != '\0') {
      ASSERT_TRUE(base::Env::real().write_file(progress, damage));
    }
    open();
    hub = create();
    ASSERT_TRUE(broker_->wait_captured("views", begin + 5 * kMinute, {})) << damage;
    EXPECT_EQ(files(), before) << damage;
    world(*hub, 0, begin + 6 * kMinute);
    hub->advance_frontier(begin + 10 * kMinute);
    ASSERT_TRUE(broker_->wait_captured("views", begin + 10 * kMinute, {}));
    std::int64_t next = 0;
    for (const std::string& file : files()) {
      for (std::int64_t offset : offsets(file)) EXPECT_EQ(offset, next++) << file;
    }
    EXPECT_EQ(next, hub->state(0).end_offset);
  }
}

TEST_F(CaptureTest, AFileThatIsGoneOrCutIsNamedAndMadeAgain) {
  open();
  auto hub = create();
  for (int i = 0; i < 3; ++i) world(*hub, 0, kEpoch + i * 5 * kMinute + 1, 2);
  world(*hub, 1, kEpoch + 1);
  hub->advance_frontier(kEpoch + 15 * kMinute);
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 15 * kMinute, {}));
  EXPECT_TRUE(broker_->missing_captures("views").empty());
  auto all = files();
  ASSERT_EQ(all.size(), 4U);
  std::map<std::string, std::string> before;
  for (const auto& file : all) before[file] = *base::Env::real().read_file(dir_ + "/lake/" + file);
  for (bool restarted : {false, true}) {
    std::filesystem::remove(dir_ + "/lake/" + all[1]);
    std::filesystem::resize_file(dir_ + "/lake/" + all[3], 100);
    if (restarted) {
      hub.reset();
      open();
      hub = create();
    }
    auto missing = broker_->missing_captures("views");
    ASSERT_EQ(missing.size(), 2U);
    EXPECT_TRUE(missing[0].path.ends_with(all[1])) << missing[0].path;
    EXPECT_EQ(missing[0].what, "is gone");
    EXPECT_TRUE(missing[1].what.starts_with("has 100 bytes instead of")) << missing[1].what;
    EXPECT_TRUE(missing[0].can_be_made_again && missing[1].can_be_made_again);
    broker_->repair_captures("views");
    EXPECT_TRUE(broker_->missing_captures("views").empty());
    for (const auto& [file, bytes] : before) {
      EXPECT_EQ(*base::Env::real().read_file(dir_ + "/lake/" + file), bytes) << file;
    }
  }
}

TEST_F(CaptureTest, WrongBitsInAFileOfTheRightSizeAreFoundAndMended) {
  open();
  auto hub = create();
  world(*hub, 0, kEpoch + 1, 2);
  hub->advance_frontier(kEpoch + 5 * kMinute);
  ASSERT_TRUE(broker_->wait_captured("views", kEpoch + 5 * kMinute, {}));
  auto all = files();
  ASSERT_EQ(all.size(), 1U);
  const std::string path = dir_ + "/lake/" + all[0];
  std::string whole = *base::Env::real().read_file(path), spoilt = whole;
  spoilt[spoilt.size() / 2] ^= 1;
  for (bool restarted : {false, true}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_TRUE(base::Env::real().write_file(path, spoilt));
    if (restarted) {
      hub.reset();
      open();
      hub = create();
    }
    auto missing = broker_->missing_captures("views");
    ASSERT_EQ(missing.size(), 1U);
    EXPECT_EQ(missing[0].what, "holds other bytes than were written");
    broker_->repair_captures("views");
    EXPECT_TRUE(broker_->missing_captures("views").empty());
    EXPECT_EQ(*base::Env::real().read_file(path), whole);
  }
}

TEST(CaptureListTest, WhatASyncHasLostIsWrittenAnew) {
  base::FaultyEnv env;
  std::string dir = ::testing::TempDir() + "hriste_capture_list";
  ASSERT_TRUE(env.remove_tree(dir));
  ASSERT_TRUE(env.make_dirs(dir));
  CaptureList list(env, dir + "/captured.log");
  ASSERT_TRUE(list.add(0, 300'000, {0, 10}));
  env.fail_sync(1);
  EXPECT_FALSE(list.sync());
  ASSERT_TRUE(list.add(1, 300'000, {7, 20}));
  ASSERT_TRUE(list.sync());
  ASSERT_TRUE(list.add(1, 600'000, {9, 30}));
  ASSERT_TRUE(list.sync());
  ASSERT_TRUE(env.drop_unsynced());
  CaptureList again(env, dir + "/captured.log");
  ASSERT_TRUE(again.load());
  EXPECT_EQ(again.files().size(), 3U);
}

TEST_F(CaptureTest, AListThatIsGoneOrDamagedLooksForNothing) {
  for (std::string damage : {"", "\n\n0 1 2 3", "null", "0 1780272000000 0 12 00000000\n"}) {
    open();
    auto hub = create();
    world(*hub, 0, kEpoch + hub->state(0).end_offset * 5 * kMinute + 1);
    hub->advance_frontier(kEpoch + hub->state(0).end_offset * 5 * kMinute);
    ASSERT_TRUE(broker_->wait_captured("views", hub->frontier_ms(), {}));
    broker_ = nullptr;
    ASSERT_TRUE(base::Env::real().write_file(dir_ + "/hub/hubs/views/captured.log", damage));
    open();
    create();
    EXPECT_TRUE(broker_->missing_captures("views").empty()) << damage;
  }
}

}  // namespace
}  // namespace hub
