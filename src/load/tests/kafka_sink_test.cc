// Against our own event hub, through librdkafka and its listener. (Apache Kafka: tests/e2e.)
#include "load/kafka_sink.h"

#include <gtest/gtest.h>

#include "hub/broker.h"
#include "load/live_load.h"
#include "load/run.h"
#include "load/tests/temp_dir.h"

namespace load {
namespace {

using base::Code;
using world::Table;
using world::World;

World world_for_kafka() {
  world::Settings s;
  s.users = 100;
  s.vip_users = 50;
  s.products = 20;
  s.orders = 60;
  s.traffic_hours = 0.5;
  s.event_rate = 10;
  return World::create(s).value();
}

class KafkaSinkTest : public TempDirTest {
 protected:
  KafkaSinkTest() {
    broker_ = std::move(*hub::Broker::open({.env = &base::Env::real(),
                                            .clock = &clock_,
                                            .dir = dir_,
                                            .name = "n",
                                            .key = "Tajne123"}));
  }
  std::shared_ptr<hub::Hub> make_hub(const std::string& name, int partitions = 3) {
    return *broker_->create_hub({.name = name, .partitions = partitions});
  }
  base::Result<std::unique_ptr<KafkaTopic>> open(const std::string& topic,
                                                 KafkaTopic::Config config = {}) {
    return KafkaTopic::open({broker_->connection_string(), topic, std::move(config)}, {});
  }
  base::Status load(const World& world, const Slice& slice, const std::string& topic,
                    std::int64_t* rows = nullptr) {
    KafkaSink sink(TRY(open(topic)));
    Progress progress;
    TRY(load_slice(world, slice, sink, {2}, progress, {}));
    if (rows != nullptr) *rows = progress.rows;
    return {};
  }

  static std::vector<std::pair<std::string, std::string>> found(const hub::Hub& hub, int p) {
    std::vector<std::pair<std::string, std::string>> rows;
    auto reader = hub.reader(p, 0);
    std::vector<hub::Record> records;
    for (;;) {
      EXPECT_TRUE(reader->next(INT64_MAX, 1 << 20, records));
      if (records.empty()) return rows;
      for (const hub::Record& r : records) rows.emplace_back(r.key, r.value);
    }
  }
  /// The hub's partitions hold the stream up to `to_ms`, in order.
  static void expect_stream(const World& world, const hub::Hub& hub, std::int64_t to_ms) {
    world::Deliveries all;
    world.deliveries(world::Stream::kPageviews, world.backfill_start_ms(), to_ms, all);
    std::vector<std::vector<std::pair<std::string, std::string>>> must(
        static_cast<std::size_t>(hub.partitions()));
    for (const world::Delivery& d : all.rows) {
      std::string key = std::to_string(d.user_id);
      must[static_cast<std::size_t>(hub.partition_of(key))].emplace_back(key, all.value(d));
    }
    EXPECT_GT(all.rows.size(), 1000u);
    for (int p = 0; p < hub.partitions(); ++p) {
      EXPECT_EQ(found(hub, p), must[static_cast<std::size_t>(p)]) << p;
    }
  }

  base::ManualClock clock_{world_for_kafka().settings().epoch};
  std::unique_ptr<hub::Broker> broker_;
};

TEST_F(KafkaSinkTest, EveryTableOnceAndInOrder) {
  World world = world_for_kafka();
  for (Table table : world::kTables) {
    std::string name(table_name(table));
    auto hub = make_hub(name);
    std::int64_t first = 0, second = 0;
    auto loaded = load(world, whole_table(world, table), name, &first);
    ASSERT_TRUE(loaded) << loaded.error().message;
    ASSERT_TRUE(load(world, whole_table(world, table), name, &second));
    EXPECT_EQ(first, second);
    std::int64_t there = 0;
    for (int p = 0; p < hub->partitions(); ++p) there += std::ssize(found(*hub, p));
    EXPECT_EQ(there, first) << name;
    if (table == Table::kPageviews) expect_stream(world, *hub, world.epoch_ms());
  }
}

TEST_F(KafkaSinkTest, GoesOnBehindWhatIsThere) {
  World world = world_for_kafka();
  auto hub = make_hub("views");
  Slice slice = whole_table(world, Table::kPageviews);
  for (std::int64_t end : {slice.begin + 60'000, slice.begin + 333'333, slice.end}) {
    slice.end = end;
    auto loaded = load(world, slice, "views");
    ASSERT_TRUE(loaded) << loaded.error().message;
  }
  expect_stream(world, *hub, world.epoch_ms());
  // And on, live.
  auto topic = std::shared_ptr(std::move(*open("views")));
  auto sink = kafka_event_sink(topic, world, world::Stream::kPageviews);
  ASSERT_TRUE(sink) << sink.error().message;
  auto live = LiveLoad::start(
      world, {.sink = *sink, .clock = &clock_, .live_step = std::chrono::milliseconds(0)});
  ASSERT_TRUE(live->wait_backfilled({}));
  clock_.advance(std::chrono::minutes(7));
  std::int64_t now = base::to_millis(clock_.now());
  while (live->state().position_ms < now) std::this_thread::yield();
  live->stop();
  EXPECT_EQ(live->wait_ended({}).error().code, Code::kCancelled);
  EXPECT_EQ(live->state().error, "");
  expect_stream(world, *hub, now);
}

TEST_F(KafkaSinkTest, SlicesOfCountedRowsGoOnToo) {
  World world = world_for_kafka();
  auto hub = make_hub("items", 2);
  ASSERT_TRUE(load(world, *slice_rows(world, Table::kItems, 10, 40), "items"));
  std::int64_t rows = 0;
  ASSERT_TRUE(load(world, *slice_rows(world, Table::kItems, 10, 90), "items", &rows));
  EXPECT_EQ(rows, 80);
  EXPECT_EQ(found(*hub, 0).size() + found(*hub, 1).size(), 80u);
}

TEST_F(KafkaSinkTest, ErrorsAreClearAndKeepTheKey) {
  World world = world_for_kafka();
  auto expect_error = [](const auto& result, Code code, const std::string& says) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << result.error().message;
    EXPECT_NE(result.error().message.find(says), std::string::npos) << result.error().message;
    EXPECT_EQ(result.error().message.find("Tajne"), std::string::npos) << result.error().message;
  };
  expect_error(open("absent"), Code::kNotFound, "absent");
  make_hub("views");
  expect_error(open("views", {{"no.such", "x"}}), Code::kInvalidArgument, "no.such");
  expect_error(open("views", {{"sasl.password", "Tajne456"}}), Code::kPermissionDenied, "log-in");
  expect_error(KafkaTopic::open({"Endpoint=http://x;Tajne", "views", {}}, {}),
               Code::kInvalidArgument, "Endpoint=sb://");
  ASSERT_TRUE(load(world, whole_table(world, Table::kUsers), "views"));
  expect_error(load(world, whole_table(world, Table::kPageviews), "views"),
               Code::kFailedPrecondition, "topic views");
}

TEST_F(KafkaSinkTest, ABrokerThatGoesAwayEndsTheLoad) {
  World world = world_for_kafka();
  auto hub = make_hub("views");
  auto topic = std::shared_ptr(std::move(*open("views", {{"message.timeout.ms", "500"}})));
  KafkaSink sink(topic);
  Slice slice = whole_table(world, Table::kPageviews);
  ASSERT_TRUE(sink.open(world, slice));
  ASSERT_TRUE(broker_->close());
  Chunk chunk;
  world.deliveries(world::Stream::kPageviews, slice.begin, slice.end, chunk.records);
  (void)sink.write(chunk);
  auto closed = sink.close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, Code::kUnavailable) << closed.error().message;
  EXPECT_NE(closed.error().message.find("topic views"), std::string::npos);
}

}  // namespace
}  // namespace load
