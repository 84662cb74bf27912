#include "hub/hub.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/faulty_env.h"
#include "base/random.h"
#include "base/testing/temp_dir.h"
#include "wire/record_batch.h"

namespace hub {
namespace {

using base::Code;

class HubTest : public base::TempDirTest {
 protected:
  HubTest() : clock_(base::from_millis(50'000)) {}

  std::shared_ptr<Hub> open(base::Env& env = base::Env::real(), int partitions = 2) {
    auto hub =
        Hub::open({&env, &clock_}, dir_ + "/views", {.name = "views", .partitions = partitions});
    EXPECT_TRUE(hub) << hub.error().message;
    return *hub;
  }
  static base::Status world(Hub& hub, int partition, std::vector<std::int64_t> arrivals) {
    std::vector<Hub::WorldRecord> records;
    for (std::int64_t ms : arrivals) records.push_back({ms, "42", "{\"a\":1}"});
    return hub.append_world(partition, records);
  }
  static base::Result<Hub::Appended> outside(Hub& hub, int partition, int records = 1,
                                             wire::BatchBuilder::Producer producer = {}) {
    wire::BatchBuilder builder;
    builder.start(producer);
    for (int i = 0; i < records; ++i) builder.add(1, {}, "outside");
    return hub.append_outside(partition, builder.finish(), false);
  }
  static std::vector<std::int64_t> arrivals(Reader& reader, std::int64_t cut) {
    std::vector<std::int64_t> found;
    std::vector<Record> records;
    do {
      EXPECT_TRUE(reader.next(cut, 64, records));
      for (const Record& r : records) found.push_back(r.arrival_ms);
    } while (!records.empty());
    return found;
  }
  using Ms = std::vector<std::int64_t>;
  base::ManualClock clock_;
};

TEST_F(HubTest, PartitionsAsTheJavaClientDoes) {
  // Values of org.apache.kafka.common.utils.Utils.murmur2, from its own test.
  EXPECT_EQ(partition_of("21", 1 << 30), (-973932308 & 0x7FFFFFFF) % (1 << 30));
  EXPECT_EQ(partition_of("foobar", 1 << 30), (-790332482 & 0x7FFFFFFF) % (1 << 30));
  EXPECT_EQ(partition_of("a-little-bit-long-string", 1 << 30),
            (-985981536 & 0x7FFFFFFF) % (1 << 30));
  EXPECT_EQ(partition_of("42", 2), 0);  // as tests/e2e/test_hub_java.py sees it
  EXPECT_EQ(partition_of("abc", 1 << 30), 479470107 % (1 << 30));
}

TEST_F(HubTest, ReadsUpToTheCutAndGoesOn) {
  auto hub = open();
  hub->attach_generator();
  ASSERT_TRUE(world(*hub, 0, {10, 20, 20, 30}));
  auto reader = hub->reader(0, 0);
  EXPECT_EQ(arrivals(*reader, 10), Ms{});
  EXPECT_EQ(arrivals(*reader, 20), Ms{10});
  EXPECT_EQ(arrivals(*reader, 21), (Ms{20, 20}));
  EXPECT_EQ(reader->offset(), 3);
  ASSERT_TRUE(world(*hub, 0, {30, 40}));
  EXPECT_EQ(arrivals(*reader, 100), (Ms{30, 30, 40}));
  EXPECT_EQ(arrivals(*hub->reader(0, 3), 100), (Ms{30, 30, 40}));
  std::vector<Record> records;
  reader = hub->reader(0, 0);
  ASSERT_TRUE(reader->next(100, 1 << 20, records));
  EXPECT_EQ(records.at(0).key, "42");
  EXPECT_EQ(records.at(0).value, "{\"a\":1}");
  EXPECT_TRUE(records.at(0).from_world);
}

TEST_F(HubTest, FrontierIsTheGeneratorsAndNeverGoesBack) {
  auto hub = open();
  EXPECT_EQ(hub->frontier_ms(), kNoFrontier);
  hub->attach_generator();
  EXPECT_EQ(hub->frontier_ms(), kNoFrontier);
  hub->advance_frontier(1000);
  hub->advance_frontier(900);
  EXPECT_EQ(hub->frontier_ms(), 1000);
  hub = nullptr;
  hub = open();
  EXPECT_EQ(hub->frontier_ms(), 1000);
  for (int i = 0; i < 10'000; ++i) hub->advance_frontier(1001 + i);  // the file is rewritten
  hub = open();
  EXPECT_EQ(hub->frontier_ms(), 11'000);
}

TEST_F(HubTest, WithoutGeneratorTheClockIsTheFrontier) {
  auto hub = open();
  ASSERT_TRUE(outside(*hub, 0));
  EXPECT_EQ(hub->state(0).last_arrival_ms, 50'000);
  EXPECT_EQ(hub->frontier_ms(), 50'000);
  clock_.advance(std::chrono::milliseconds(10));
  EXPECT_EQ(hub->frontier_ms(), 50'010);
  EXPECT_EQ(outside(*hub, 0)->arrival_ms, 50'010);
  hub = nullptr;
  clock_.set(base::from_millis(10));  // a clock that went back
  hub = open();
  EXPECT_EQ(hub->frontier_ms(), 50'010);
  EXPECT_EQ(outside(*hub, 1)->arrival_ms, 50'010);
  EXPECT_EQ(arrivals(*hub->reader(0, 0), 50'010), Ms{50'000});
}

TEST_F(HubTest, OutsideBeforeTheGeneratorsFirstRecordHasATime) {
  auto hub = open();
  hub->attach_generator();
  auto appended = outside(*hub, 0);
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->arrival_ms, 0);
  ASSERT_TRUE(world(*hub, 0, {100}));
  EXPECT_EQ(arrivals(*hub->reader(0, 0), 1000), (Ms{0, 100}));
}

TEST_F(HubTest, OutsideIsStampedAtFrontierOrLast) {
  auto hub = open();
  hub->attach_generator();
  ASSERT_TRUE(world(*hub, 0, {100, 150}));
  hub->advance_frontier(120);
  auto appended = outside(*hub, 0, 3);
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->base_offset, 2);
  EXPECT_EQ(appended->arrival_ms, 150);
  EXPECT_EQ(outside(*hub, 1)->arrival_ms, 120);
  ASSERT_TRUE(world(*hub, 0, {150, 160}));
  EXPECT_EQ(arrivals(*hub->reader(0, 0), 200), (Ms{100, 150, 150, 150, 150, 150, 160}));
  auto state = hub->state(0);
  EXPECT_EQ(state.world_records, 4);
  EXPECT_EQ(state.outside_records, 3);
  EXPECT_EQ(state.end_offset, 7);
}

TEST_F(HubTest, WorldBehindOutsideKeepsArrivalsInOrderAndItsOwnTimeInTheTail) {
  auto hub = open();
  ASSERT_TRUE(outside(*hub, 0));  // at 50 000, before any generator
  hub->attach_generator();
  ASSERT_TRUE(world(*hub, 0, {100, 200, 200, 60'000}));
  EXPECT_EQ(arrivals(*hub->reader(0, 0), 50'001), (Ms{50'000, 50'000, 50'000, 50'000}));
  EXPECT_EQ(arrivals(*hub->reader(0, 0), 60'001).back(), 60'000);
  ASSERT_TRUE(world(*hub, 1, {100, 200, 200}));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(hub->world_tail(1).arrival_ms, 200);
    EXPECT_EQ(hub->world_tail(1).count_at_arrival, 2);
    EXPECT_EQ(hub->world_tail(0).arrival_ms, 60'000);
    hub = open();
  }
}

TEST_F(HubTest, TailCountsOverBatchesAndOutsideRecords) {
  auto hub = open();
  EXPECT_TRUE(hub->world_tail(0).empty);
  hub->attach_generator();
  ASSERT_TRUE(world(*hub, 0, {1, 2, 5}));
  ASSERT_TRUE(world(*hub, 0, {5, 5}));
  ASSERT_TRUE(outside(*hub, 0));
  ASSERT_TRUE(world(*hub, 0, {5}));
  ASSERT_TRUE(outside(*hub, 0));
  for (int round = 0; round < 2; ++round) {
    auto tail = hub->world_tail(0);
    EXPECT_FALSE(tail.empty);
    EXPECT_EQ(tail.arrival_ms, 5);
    EXPECT_EQ(tail.count_at_arrival, 4);
    EXPECT_EQ(hub->state(0).world_records, 6);
    EXPECT_EQ(hub->state(0).outside_records, 2);
    EXPECT_TRUE(hub->world_tail(1).empty);
    hub = open();
  }
}

TEST_F(HubTest, DecreasingWorldArrivalsAreRefusedWhole) {
  auto hub = open();
  EXPECT_EQ(world(*hub, 0, {10, 9}).error().code, Code::kInvalidArgument);
  EXPECT_EQ(hub->state(0).end_offset, 0);
  ASSERT_TRUE(world(*hub, 0, {10}));
  EXPECT_FALSE(world(*hub, 0, {9}));
}

TEST_F(HubTest, LargeAppendsAreCutIntoBatchesOfOneMegabyte) {
  auto hub = open();
  std::string value(300'000, 'x');
  std::vector<Hub::WorldRecord> records(10, {7, "k", value});
  ASSERT_TRUE(hub->append_world(0, records));
  commitlog::Cursor cursor(*hub->log(0), 0);
  auto batches = cursor.next(8 << 20);
  int count = 0;
  for (std::string_view rest = *batches; !rest.empty(); ++count) {
    auto header = wire::validate_batch(rest.substr(0, wire::read_batch_header(rest)->bytes()));
    ASSERT_TRUE(header);
    EXPECT_LE(header->bytes(), 1U << 20);
    rest.remove_prefix(header->bytes());
  }
  EXPECT_EQ(count, 4);
  EXPECT_EQ(arrivals(*hub->reader(0, 0), 8).size(), 10U);
}

TEST_F(HubTest, FullDiskIsAnErrorAndTheTailTellsTheTruth) {
  base::FaultyEnv env;
  auto hub = open(env);
  ASSERT_TRUE(world(*hub, 0, {1, 2}));
  env.set_disk_bytes(20);
  auto full = world(*hub, 0, {3, 4});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::kResourceExhausted);
  EXPECT_FALSE(outside(*hub, 0));
  EXPECT_EQ(hub->world_tail(0).arrival_ms, 2);
  env.set_disk_bytes(1 << 20);
  ASSERT_TRUE(world(*hub, 0, {3, 4}));
  hub = open(env);
  EXPECT_EQ(hub->world_tail(0).arrival_ms, 4);
  EXPECT_EQ(hub->state(0).end_offset, 4);
}

TEST_F(HubTest, IdempotentProducersAreKnownAgain) {
  auto hub = open();
  using Verdict = Hub::Appended::Verdict;
  EXPECT_EQ(outside(*hub, 0, 2, {77, 0, 0})->verdict, Verdict::kAppended);
  auto again = outside(*hub, 0, 2, {77, 0, 0});
  EXPECT_EQ(again->verdict, Verdict::kDuplicate);
  EXPECT_EQ(again->base_offset, 0);
  EXPECT_EQ(outside(*hub, 0, 1, {77, 0, 5})->verdict, Verdict::kOutOfOrderSequence);
  hub = open();
  EXPECT_EQ(outside(*hub, 0, 2, {77, 0, 0})->verdict, Verdict::kDuplicate);
  EXPECT_EQ(outside(*hub, 0, 1, {77, 0, 2})->verdict, Verdict::kAppended);
  EXPECT_EQ(outside(*hub, 0, 1, {77, 1, 0})->verdict, Verdict::kAppended);
  EXPECT_EQ(outside(*hub, 0, 1, {77, 0, 3})->verdict, Verdict::kFenced);
  EXPECT_EQ(hub->state(0).end_offset, 4);
  EXPECT_EQ(outside(*hub, 0, 1, {kWorldProducer, 0, 0}).error().code, Code::kInvalidArgument);
}

TEST_F(HubTest, TheLastFiveBatchesOfAProducerAreKnownAgain) {
  auto hub = open();
  using Verdict = Hub::Appended::Verdict;
  for (int i = 0; i < 7; ++i) {
    ASSERT_EQ(outside(*hub, 0, 2, {77, 0, 2 * i})->verdict, Verdict::kAppended);
    clock_.advance(std::chrono::milliseconds(10));
  }
  for (int round = 0; round < 2; ++round) {
    for (int i = 2; i < 7; ++i) {  // as many as a client has under way
      auto again = outside(*hub, 0, 2, {77, 0, 2 * i});
      EXPECT_EQ(again->verdict, Verdict::kDuplicate);
      EXPECT_EQ(again->base_offset, 2 * i);
      EXPECT_EQ(again->arrival_ms, 50'000 + 10 * i);
    }
    EXPECT_EQ(outside(*hub, 0, 2, {77, 0, 2})->verdict, Verdict::kOldDuplicate);
    // The first sequence alone doesn't make it the same batch, nor does a part of several.
    EXPECT_EQ(outside(*hub, 0, 1, {77, 0, 12})->verdict, Verdict::kOutOfOrderSequence);
    EXPECT_EQ(outside(*hub, 0, 3, {77, 0, 12})->verdict, Verdict::kOutOfOrderSequence);
    EXPECT_EQ(outside(*hub, 0, 4, {77, 0, 10})->verdict, Verdict::kOutOfOrderSequence);
    EXPECT_EQ(outside(*hub, 0, 1, {77, 0, 13})->verdict, Verdict::kOutOfOrderSequence);
    EXPECT_EQ(outside(*hub, 0, 2, {77, 0, 16})->verdict, Verdict::kOutOfOrderSequence);
    EXPECT_EQ(hub->state(0).end_offset, 14);
    hub = nullptr;
    hub = open();
  }
  EXPECT_EQ(outside(*hub, 0, 2, {77, 0, 14})->verdict, Verdict::kAppended);
  EXPECT_EQ(outside(*hub, 0, 2, {77, 1, 0})->verdict, Verdict::kAppended);
  EXPECT_EQ(outside(*hub, 0, 2, {77, 1, 5})->verdict, Verdict::kOutOfOrderSequence);
  EXPECT_EQ(outside(*hub, 0, 2, {77, 0, 14})->verdict, Verdict::kFenced);
}

TEST_F(HubTest, SequencesBeginAgainAtZero) {
  auto hub = open();
  using Verdict = Hub::Appended::Verdict;
  constexpr std::int32_t kLast = 0x7FFFFFFF;
  EXPECT_EQ(outside(*hub, 0, 2, {77, 0, kLast})->verdict, Verdict::kAppended);  // … 0
  EXPECT_EQ(outside(*hub, 0, 2, {77, 0, kLast})->verdict, Verdict::kDuplicate);
  for (int i = 1; i < 6; ++i) {
    EXPECT_EQ(outside(*hub, 0, 1, {77, 0, i})->verdict, Verdict::kAppended);
  }
  EXPECT_EQ(outside(*hub, 0, 2, {77, 0, kLast})->verdict, Verdict::kOldDuplicate);
  EXPECT_EQ(hub->state(0).end_offset, 7);
}

TEST_F(HubTest, ARepeatedBatchIsAcknowledgedOnlyWhenItIsDurable) {
  base::FaultyEnv env;
  auto hub = open(env);
  wire::BatchBuilder builder;
  auto produce = [&](bool durable) {
    builder.start({77, 0, 0});
    builder.add(1, {}, "precious");
    return hub->append_outside(0, builder.finish(), durable);
  };
  env.fail_sync(1);
  EXPECT_FALSE(produce(true));
  for (int i = 0; i < 2; ++i) {
    auto again = produce(true);
    ASSERT_FALSE(again) << "it lies in memory alone";
    EXPECT_EQ(again.error().code, Code::kFailedPrecondition);
  }
  EXPECT_FALSE(hub->health());
  hub = nullptr;
  hub = open(env);
  EXPECT_TRUE(hub->health());
  auto again = produce(true);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verdict, Hub::Appended::Verdict::kDuplicate);
  EXPECT_EQ(hub->state(0).end_offset, 1);
}

TEST_F(HubTest, WaitersSeeFrontierStopAndClose) {
  auto hub = open();
  hub->attach_generator();
  std::jthread waiter([&] { EXPECT_TRUE(hub->wait_frontier(500, {})); });
  hub->advance_frontier(499);
  hub->advance_frontier(500);
  waiter.join();
  std::stop_source source;
  std::jthread stopped([&] { EXPECT_FALSE(hub->wait_frontier(9999, source.get_token())); });
  source.request_stop();
  stopped.join();
  std::jthread closed([&] { EXPECT_FALSE(hub->wait_frontier(9999, {})); });
  hub->close();
  closed.join();
  EXPECT_EQ(world(*hub, 0, {600}).error().code, Code::kNotFound);
}

TEST_F(HubTest, WaitingOnTheClockEndsWhenAGeneratorTakesOver) {
  auto hub = open();
  hub->settle();
  ASSERT_EQ(hub->frontier_ms(), 50'000);
  std::jthread waiter([&] { EXPECT_TRUE(hub->wait_frontier(60'000, {})); });
  hub->attach_generator();
  EXPECT_EQ(hub->frontier_ms(), 50'000);  // what was promised stays
  hub->advance_frontier(60'000);
  waiter.join();
  hub->detach_generator();
  std::jthread by_clock([&] { EXPECT_TRUE(hub->wait_frontier(70'000, {})); });
  clock_.set(base::from_millis(70'000));
}

TEST_F(HubTest, TheFrontierNeverGoesBackInWhateverOrderThingsCome) {
  base::CounterRandom random(11, 1, 1);
  for (std::uint64_t round = 0; round < 10; ++round) {
    ASSERT_TRUE(base::Env::real().remove_tree(dir_ + "/views"));
    clock_.set(base::from_millis(50'000));
    auto hub = open();
    std::int64_t last = kNoFrontier, generated = 0;
    for (std::uint64_t step = 0; step < 30; ++step) {
      switch (random.bits(round, step) % 7) {
        case 0:
          hub->attach_generator();
          break;
        case 1:
          hub->detach_generator();
          break;
        case 2:
          hub->settle();
          break;
        case 3:
          ASSERT_TRUE(outside(*hub, 0));
          break;
        case 4:
          hub->advance_frontier(generated += 9000);
          break;
        case 5:
          clock_.advance(std::chrono::milliseconds(2500));
          break;
        case 6:
          hub = nullptr;
          hub = open();
          break;
      }
      std::int64_t now = hub->frontier_ms();
      ASSERT_GE(now, last) << "round " << round << " step " << step;
      last = now;
    }
  }
}

TEST_F(HubTest, AGeneratorThatWouldComeBehindTheFrontierIsRefused) {
  auto hub = open();
  EXPECT_TRUE(hub->check_generator(1000));  // nothing is promised yet
  hub->settle();                            // F is the clock's: 50 000
  EXPECT_TRUE(hub->check_generator(50'000));
  auto refused = hub->check_generator(49'999);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("replace"), std::string::npos);
  ASSERT_TRUE(base::Env::real().remove_tree(dir_ + "/views"));
  hub = open();
  hub->attach_generator();
  ASSERT_TRUE(world(*hub, 0, {1000}));
  hub->advance_frontier(2000);
  EXPECT_TRUE(hub->check_generator(1000));  // it goes on behind what is there
}

TEST_F(HubTest, DamagedFilesAreErrorsThatNameThem) {
  struct Case {
    const char* file;
    const char* text;  // nullptr: absent
  };
  std::string options = R"({"name": "views", "partitions": 2, "retention_hours": 0})";
  const Case cases[] = {
      {"hub.json", nullptr},
      {"hub.json", ""},
      {"hub.json", "null"},
      {"hub.json", "[]"},
      {"hub.json", R"({"name": "views", "partitions": 2)"},
      {"hub.json", R"({"name": "views", "partitions": "2", "retention_hours": 0})"},
      {"hub.json", R"({"name": "views", "partitions": true, "retention_hours": 0})"},
      {"hub.json", R"({"name": "views", "partitions": 2.5, "retention_hours": 0})"},
      {"hub.json", R"({"name": "views", "partitions": 1e300, "retention_hours": 0})"},
      {"hub.json", R"({"name": null, "partitions": 2, "retention_hours": 0})"},
      {"hub.json", R"({"name": "views", "partitions": 0, "retention_hours": 0})"},
      {"hub.json", R"({"name": "views", "partitions": 2, "retention_hours": 0, "capture": null})"},
      {"hub.json",
       R"({"name": "views", "partitions": 2, "retention_hours": 0, "capture": {"dir": 5}})"},
      {"frontier", nullptr},
      {"frontier", ""},
      {"frontier", "null"},
      {"frontier", "0123456789abcdef"},
      {"1", nullptr},
  };
  for (const Case& c : cases) {
    ASSERT_TRUE(base::Env::real().remove_tree(dir_ + "/views"));
    {
      auto hub = open();
      ASSERT_TRUE(outside(*hub, 0));
    }
    std::string path = dir_ + "/views/" + c.file;
    ASSERT_TRUE(base::Env::real().remove_tree(path));
    if (c.text != nullptr) {
      ASSERT_TRUE(base::Env::real().write_file(path, c.text));
    }
    auto damaged = Hub::load({&base::Env::real(), &clock_}, dir_ + "/views");
    ASSERT_FALSE(damaged) << path << " " << (c.text != nullptr ? c.text : "absent");
    EXPECT_EQ(damaged.error().code, Code::kDataLoss) << damaged.error().message;
    EXPECT_NE(damaged.error().message.find(c.file), std::string::npos) << damaged.error().message;
    EXPECT_FALSE(Hub::open({&base::Env::real(), &clock_}, dir_ + "/views", {.name = "views"}));
  }
  ASSERT_TRUE(base::Env::real().remove_tree(dir_ + "/views"));
  { open(); }
  std::string frontier = dir_ + "/views/frontier";
  std::string torn = *base::Env::real().read_file(frontier) + "torn";
  ASSERT_TRUE(base::Env::real().write_file(frontier, torn));
  EXPECT_TRUE(Hub::load({&base::Env::real(), &clock_}, dir_ + "/views"));
}

TEST_F(HubTest, ALogThatLacksWhatWasSyncedIsNotCutNorGoneOnFrom) {
  base::Env& env = base::Env::real();
  const std::string log = dir_ + "/views/0/00000000000000000000.log";
  {
    auto hub = open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(outside(*hub, 0, 10));
    ASSERT_TRUE(hub->sync());
    ASSERT_TRUE(outside(*hub, 0, 10));  // promised to nobody
  }
  const std::string whole = *env.read_file(log);
  const std::size_t batch = whole.size() / 4;
  auto is_refused = [&](const std::string& left, const std::string& why) {
    EXPECT_TRUE(env.write_file(log, left));
    auto damaged = Hub::load({&env, &clock_}, dir_ + "/views");
    if (damaged) return ADD_FAILURE() << "a log of " << left.size() << " bytes is no news";
    EXPECT_EQ(damaged.error().code, Code::kDataLoss);
    EXPECT_NE(damaged.error().message.find(why), std::string::npos) << damaged.error().message;
    EXPECT_EQ(*env.read_file(log), left) << "what is left can still be looked at";
  };
  is_refused("", "30 records from offset 0 on");
  is_refused(whole.substr(0, batch), "20 records from offset 10 on");
  is_refused(whole.substr(0, 2 * batch + 7), "10 records from offset 20 on");
  std::string flipped = whole;
  flipped[batch + 80] ^= 1;
  is_refused(flipped, fmt::format("is damaged at byte {}", batch));
  ASSERT_TRUE(env.remove_file(log));
  auto gone = Hub::load({&env, &clock_}, dir_ + "/views");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::kDataLoss);
  // Torn behind what was promised, as a crash does; and with a note that is damaged itself.
  for (bool noted : {true, false}) {
    ASSERT_TRUE(env.write_file(log, whole.substr(0, whole.size() - 3)));
    if (!noted) (void)env.write_file(dir_ + "/views/synced", "nobody knows");
    auto torn = Hub::load({&env, &clock_}, dir_ + "/views");
    ASSERT_TRUE(torn) << torn.error().message;
    EXPECT_EQ((*torn)->state(0).end_offset, 30);
  }
}

TEST_F(HubTest, ACreationThatWasCutOffIsMadeWhole) {
  ASSERT_TRUE(base::Env::real().make_dirs(dir_ + "/views/0"));
  EXPECT_EQ(Hub::load({&base::Env::real(), &clock_}, dir_ + "/views").error().code,
            Code::kNotFound);
  EXPECT_EQ(open()->partitions(), 2);
  base::FaultyEnv env;
  ASSERT_TRUE(base::Env::real().remove_tree(dir_ + "/views"));
  env.fail_sync(2);  // of hub.json
  EXPECT_FALSE(Hub::open({&env, &clock_}, dir_ + "/views", {.name = "views"}));
  EXPECT_FALSE(base::Env::real().exists(dir_ + "/views")) << "nothing half-made stays";
}

TEST_F(HubTest, OptionsAreCheckedAndKept) {
  Hub::Env env{&base::Env::real(), &clock_};
  for (HubOptions bad : {HubOptions{.name = "../x"}, HubOptions{.name = "a", .partitions = 0},
                         HubOptions{.name = "a", .retention_hours = -1},
                         HubOptions{.name = "a", .capture = CaptureOptions{"d", 7}}}) {
    auto refused = Hub::open(env, dir_ + "/bad", bad);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  }
  open(base::Env::real(), 2);
  auto other = Hub::open(env, dir_ + "/views", {.name = "views", .partitions = 3});
  EXPECT_EQ(other.error().code, Code::kFailedPrecondition);
}

}  // namespace
}  // namespace hub
