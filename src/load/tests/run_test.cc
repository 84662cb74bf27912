#include "load/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "load/maker_internal.h"

namespace load {
namespace {

using base::Code;
using world::Table;
using world::World;

World faulty_world() {
  world::Settings s;
  s.users = 9'000;
  s.vip_users = 4'000;
  s.products = 5'000;
  s.orders = 30'000;
  s.traffic_hours = 3;
  s.faults.malformed_json = 0.01;
  s.faults.duplicate_event = 0.05;
  return World::create(s).value();
}

/// Keeps what it is given.
class MemorySink final : public Sink {
 public:
  explicit MemorySink(Form form) : form_(form) {}
  Form form() const override { return form_; }
  base::Result<Start> open(const World&, const Slice& slice) override { return Start{slice, 0, 0}; }
  base::Status write(Chunk& chunk) override {
    EXPECT_EQ(writing_++, 0) << "one write at a time";
    EXPECT_GE(chunk.begin, end_) << "in order";
    end_ = chunk.end;
    if (form_ == Form::kRecords) {
      EXPECT_EQ(std::ssize(chunk.records.rows), chunk.rows);
      for (const auto& row : chunk.records.rows) {
        text += std::to_string(row.arrival_ms) + " " + std::to_string(row.user_id) + " ";
        text += chunk.records.value(row);
        text += '\n';
      }
    } else {
      EXPECT_EQ(std::ranges::count(chunk.text, '\n'), chunk.rows);
      text += chunk.text;
    }
    rows += chunk.rows;
    --writing_;
    if (fail_after > 0 && rows >= fail_after) return base::error(Code::kResourceExhausted, "full");
    return {};
  }
  base::Status close() override {
    closed = true;
    return {};
  }
  void expect_from(std::int64_t begin) { end_ = begin; }

  std::string text;
  std::int64_t rows = 0, fail_after = 0;
  bool closed = false;

 private:
  const Form form_;
  std::int64_t end_ = 0;
  std::atomic<int> writing_ = 0;
};

std::string load_text(const World& world, const Slice& slice, Form form, int threads) {
  MemorySink sink(form);
  sink.expect_from(slice.begin);
  Progress progress;
  auto loaded = load_slice(world, slice, sink, {threads}, progress, {});
  EXPECT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(sink.closed);
  EXPECT_EQ(progress.rows, sink.rows);
  EXPECT_EQ(progress.total, sink.rows);
  return std::move(sink.text);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(Run, AnyNumberOfThreadsGivesTheSameBytes) {
  World world = faulty_world();
  for (Table table : world::kTables) {
    for (Form form : {Form::kJsonLines, Form::kCsv, Form::kRecords}) {
      std::string one = load_text(world, whole_table(world, table), form, 1);
      ASSERT_FALSE(one.empty()) << table_name(table);
      for (int threads : {2, 7}) {
        EXPECT_TRUE(load_text(world, whole_table(world, table), form, threads) == one)
            << table_name(table) << " " << threads;
      }
    }
  }
}

TEST(Run, JsonLinesAreTheWorldsBytes) {
  World world = faulty_world();
  std::string users, products;
  world.users_jsonl(0, 9'000, users);
  for (std::int64_t id = 0; id < 5'000; ++id) world.product_json(id, products);
  EXPECT_TRUE(load_text(world, whole_table(world, Table::kUsers), Form::kJsonLines, 2) == users);
  EXPECT_TRUE(load_text(world, whole_table(world, Table::kProducts), Form::kJsonLines, 2) ==
              products);
  world::Deliveries all;
  world.deliveries(world::Stream::kPageviews, world.backfill_start_ms(), world.epoch_ms(), all);
  std::string views;
  for (const auto& row : all.rows) views += std::string(all.value(row)) + "\n";
  EXPECT_TRUE(load_text(world, whole_table(world, Table::kPageviews), Form::kJsonLines, 3) ==
              views);
}

TEST(Run, SlicesAreTheSameRowsOfTheWhole) {
  World world = faulty_world();
  std::mt19937 random(1);
  for (Table table : world::kTables) {
    for (Form form : {Form::kJsonLines, Form::kCsv, Form::kRecords}) {
      auto whole = lines_of(load_text(world, whole_table(world, table), form, 2));
      for (int round = 0; round < 6; ++round) {
        auto first = static_cast<std::int64_t>(random() % whole.size());
        auto last = first + static_cast<std::int64_t>(random() % 3'000);
        if (round == 0) last = first;
        Slice slice = slice_rows(world, table, first, last).value();
        auto part = lines_of(load_text(world, slice, form, 1 + round % 2));
        auto end = is_traffic(table) ? last : std::min(last, std::ssize(whole));
        ASSERT_EQ(std::ssize(part), end - first) << table_name(table);
        // Behind the back-fill come the live ones, which `whole` has not.
        auto compared = std::min(end, std::ssize(whole)) - first;
        EXPECT_TRUE(std::equal(part.begin(), part.begin() + compared, whole.begin() + first))
            << table_name(table) << " " << first << ":" << last;
      }
    }
  }
}

TEST(Run, TimesCutTraffic) {
  World world = faulty_world();
  std::int64_t begin = world.backfill_start_ms();
  auto whole = load_text(world, whole_table(world, Table::kStars), Form::kRecords, 2);
  std::string parts;
  for (int hour = 0; hour < 3; ++hour) {
    Slice slice =
        slice_time(world, Table::kStars, begin + hour * 3'600'000, begin + (hour + 1) * 3'600'000)
            .value();
    parts += load_text(world, slice, Form::kRecords, 2);
  }
  EXPECT_TRUE(parts == whole);
}

TEST(Run, BatchesSayWhatTheJsonSays) {
  World world = faulty_world();
  Maker maker(world, Table::kUsers, Form::kBatch, 0, 0, 1);
  Chunk chunk;
  maker.make(10, 60, chunk);
  ASSERT_EQ(chunk.rows, 50);
  for (std::size_t i = 0; i < 50; ++i) {
    world::User user = world.user(static_cast<std::int64_t>(10 + i));
    EXPECT_EQ(chunk.batch.columns[0].ints[i], user.facts.id);
    EXPECT_EQ(chunk.batch.columns[1].text(i), user.name);
    EXPECT_EQ(chunk.batch.columns[2].text(i), user.city);
    EXPECT_EQ(chunk.batch.columns[10].text(i), user.description);
    EXPECT_EQ(chunk.batch.columns[11].list_ends[i], 3 * (i + 1));
    EXPECT_EQ(chunk.batch.columns[11].text(3 * i + 2), user.jobs[2]);
  }
}

TEST(Run, EventsBecomeColumnsAndMalformedOnesStay) {
  World world = faulty_world();
  Maker maker(world, Table::kPageviews, Form::kBatch, world.backfill_start_ms(), 0, 1);
  std::vector<world::Deliveries> shares(1);
  maker.make_share(world.epoch_ms(), shares[0]);
  Chunk chunk;
  maker.merge(shares, chunk);
  const auto& columns = chunk.batch.columns;
  std::int64_t malformed = 0;
  for (std::size_t i = 0; i < shares[0].rows.size(); ++i) {
    const world::Delivery& row = shares[0].rows[i];
    EXPECT_EQ(columns[2].ints[i], row.user_id);
    EXPECT_EQ(columns[8].ints[i], 1000 * row.arrival_ms);
    ASSERT_EQ(columns[0].is_null(i), row.malformed);
    ASSERT_EQ(columns[9].is_null(i), !row.malformed);
    if (row.malformed) {
      ++malformed;
      EXPECT_EQ(columns[9].text(i), shares[0].value(row));
    } else {
      EXPECT_EQ(columns[0].ints[i], row.event_id);
      EXPECT_LE(columns[1].ints[i], columns[8].ints[i]);
    }
  }
  EXPECT_GT(malformed, 0);
}

TEST(Run, CsvOfTownsIsTheLakesFile) {
  World world = faulty_world();
  std::string file;
  world.towns_csv(file);
  EXPECT_EQ(csv_header(Table::kTowns, Form::kCsv) +
                load_text(world, whole_table(world, Table::kTowns), Form::kCsv, 1),
            file);
}

TEST(Run, AFailedWriteEndsAllThreads) {
  World world = faulty_world();
  for (int threads : {1, 2, 7}) {
    MemorySink sink(Form::kJsonLines);
    sink.fail_after = 4'000;
    Progress progress;
    auto loaded =
        load_slice(world, whole_table(world, Table::kUsers), sink, {threads}, progress, {});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Code::kResourceExhausted);
    EXPECT_FALSE(sink.closed);
  }
}

TEST(Run, RefusesWrongSlices) {
  World world = faulty_world();
  EXPECT_FALSE(slice_rows(world, Table::kUsers, 5, 4));
  EXPECT_FALSE(slice_rows(world, Table::kUsers, -1, 4));
  EXPECT_FALSE(slice_rows(world, Table::kUsers, 9'001, 9'002));
  EXPECT_TRUE(slice_rows(world, Table::kUsers, 9'000, 9'002));
  EXPECT_FALSE(slice_time(world, Table::kUsers, world.backfill_start_ms(), world.epoch_ms()));
  EXPECT_FALSE(slice_time(world, Table::kStars, 0, world.epoch_ms()));
}

}  // namespace
}  // namespace load
