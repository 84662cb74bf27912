// The rules of sessions, repairs and stars, and that they don't depend on how the events are cut.
#include "grade/key_visits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "grade/key_latency.h"
#include "grade/key_tally.h"
#include "grade/key_traffic.h"
#include "grade/key_views.h"
#include "grade/tasks.h"
#include "grade/tests/small_world_internal.h"

namespace grade {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max() / 2;

SilverView view(std::int64_t id, std::int64_t ms, std::uint32_t ip = 7, int agent = 0) {
  return {.event_id = id,
          .event_time_ms = ms,
          .user_id = 1,
          .true_ip = ip,
          .ip = ip,
          .agent = static_cast<std::int16_t>(agent),
          .has_ip = ip != 0};
}

VisitOutput split(std::vector<SilverView> views, std::vector<GivenStar> stars = {},
                  std::vector<int> ranks = {0, 1}) {
  VisitInput input{.views = std::move(views), .runs = {}, .stars = std::move(stars)};
  for (std::size_t i = 0; i < input.views.size(); ++i) {
    input.runs.push_back({input.views[i].user_id, input.views[i].agent, i, i + 1});
  }
  VisitSplitter splitter(std::move(ranks));
  VisitOutput out;
  splitter.add(input, kEnd, out);
  std::ranges::sort(out.visits, {}, &Visit::started_ms);
  std::ranges::sort(out.views, {}, &SilverView::event_id);
  return out;
}

TEST(Visits, AGapOfMoreThanAMinuteEndsOne) {
  auto out = split({view(1, 0), view(3, 120'001), view(2, 60'000)});
  ASSERT_EQ(out.visits.size(), 2u);
  EXPECT_EQ(out.visits[0].ended_ms, 60'000);
  EXPECT_EQ(out.visits[0].views, 2);
  EXPECT_EQ(out.visits[1].started_ms, 120'001);
}

TEST(Visits, AnAddressIsRepairedWhenAllOthersAgree) {
  auto out = split({view(1, 0, 0), view(2, 1000, 7), view(3, 2000, 7), view(4, 90'000, 0),
                    view(5, 300'000, 7), view(6, 310'000, 8), view(7, 320'000, 0)});
  std::vector<bool> repaired;
  for (const SilverView& one : out.views) repaired.push_back(one.repaired);
  EXPECT_THAT(repaired, ElementsAre(true, false, false, false, false, false, false));
  EXPECT_EQ(out.views[0].ip, 7u);
  EXPECT_FALSE(out.views[3].has_ip);  // alone in its session
  EXPECT_FALSE(out.views[6].has_ip);  // two candidates
}

TEST(Visits, AStarGoesToTheLatestEndBeforeIt) {
  std::vector<SilverView> views{view(1, 0, 7, 0), view(2, 100'000, 7, 1)};
  auto star_of = [&](std::vector<GivenStar> stars, std::vector<int> ranks = {0, 1}) {
    auto out = split(views, std::move(stars), std::move(ranks));
    return std::pair(out.visits[0].star, out.visits[1].star);
  };
  EXPECT_EQ(star_of({{31, 1, 200'000, 5}}), std::pair(0, 5));
  EXPECT_EQ(star_of({{31, 1, 100'000, 5}}), std::pair(5, 0));  // an end is before its star
  EXPECT_EQ(star_of({{31, 1, 700'000, 4}}), std::pair(0, 4));  // 600 s
  EXPECT_EQ(star_of({{31, 1, 700'001, 4}}), std::pair(0, 0));
  EXPECT_EQ(star_of({{31, 1, 0, 4}}), std::pair(0, 0));
  EXPECT_EQ(star_of({{31, 2, 200'000, 4}}), std::pair(0, 0));  // another user's
  EXPECT_EQ(star_of({{63, 1, 300'000, 4}, {95, 1, 200'000, 2}, {31, 1, 200'000, 1}}),
            std::pair(0, 1));  // the earliest, then the smaller number
  views[1].event_time_ms = 0;
  for (const Visit& visit : split(views, {{31, 1, 9'000, 3}}, {1, 0}).visits) {
    EXPECT_EQ(visit.star, visit.agent == 1 ? 3 : 0);  // the same end: the smaller text
  }
}

class WorldVisits : public ::testing::Test {
 protected:
  VisitKey key(std::int64_t sessions_a_chunk) {
    std::int64_t cut_ms = world_.epoch_ms() - 100'000;
    return VisitKey({.world = &world_,
                     .cut_ms = cut_ms,
                     .star_cut_ms = cut_ms,
                     .sessions_a_chunk = sessions_a_chunk});
  }
  world::World world_ = small_world();
};

/// Everything that is made of visits.
struct Made {
  explicit Made(const world::World& world) : texts(world) {}
  void add(const VisitChunk& chunk) {
    latencies.add(chunk);
    Fingerprint view_part(view_shape.table()), visit_part(visits_shape.table());
    ViewRows rows(texts, true);
    std::vector<Cell> cells;
    for (const auto& one : chunk.views) view_part.add(view_shape.row(rows.row(one), cells));
    for (const auto& one : chunk.visits) {
      visit_part.add(visits_shape.row({one, texts.agent(one.agent).text}, cells));
    }
    std::lock_guard lock(mutex);
    views.merge(view_part);
    visits.merge(visit_part);
  }
  Fingerprint windows() const {
    Fingerprint print(LatencyTally::table());
    EXPECT_TRUE(latencies.rows([&](Row row) { print.add(row); }));
    return print;
  }

  ViewTexts texts;
  Shape<ViewRow> view_shape = silver_view_shape();
  Shape<VisitRow> visits_shape = visit_shape();
  std::mutex mutex;
  Fingerprint views{view_shape.table()}, visits{visits_shape.table()};
  LatencyTally latencies;
};

TEST_F(WorldVisits, ChunksInParallelGiveWhatOneChunkGives) {
  Made whole(world_), parts(world_);
  auto one = key(1'000'000), many = key(7);
  ASSERT_EQ(one.chunks(), 1u);
  ASSERT_GT(many.chunks(), 40u);
  ASSERT_TRUE(one.read_all([&](const VisitChunk& chunk) { whole.add(chunk); }, {}));
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < many.chunks(); ++i) {
    tasks.push_back(
        [&, i] { many.read_chunk(i, [&](const VisitChunk& chunk) { parts.add(chunk); }); });
  }
  ASSERT_TRUE(run_tasks(tasks, 3, {}));
  EXPECT_EQ(parts.views, whole.views);
  EXPECT_EQ(parts.visits, whole.visits);
  EXPECT_EQ(parts.windows(), whole.windows());
  EXPECT_GT(whole.views.rows(), 4000);
  EXPECT_EQ(whole.visits.sum(4), whole.views.rows());
}

TEST_F(WorldVisits, HashesAloneAreThoseOfTheTexts) {
  Made made(world_);
  auto all = key(50);
  Shape<ViewRow> shape = silver_view_shape();
  ViewRows fast(made.texts, false), slow(made.texts, true);
  std::vector<Cell> a, b;
  ASSERT_TRUE(all.read_all(
      [&](const VisitChunk& chunk) {
        for (const SilverView& one : chunk.views) {
          Row x = shape.row(fast.row(one), a), y = shape.row(slow.row(one), b);
          for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(x[i].hash(), y[i].hash());
          for (const Cell& cell : y) {
            if (cell.kind() == Cell::Kind::kText) {
              ASSERT_EQ(cell.hash(), Cell::hash_of(cell.text()));
            }
          }
        }
      },
      {}));
}

TEST_F(WorldVisits, LeavesOutWhatThePolicyDrops) {
  std::int64_t cut_ms = world_.epoch_ms();
  DroppedEvents dropped(world_.sessions_before(cut_ms));
  DroppedTally tally(dropped);
  TrafficKey traffic({.world = &world_, .policies = {.drop = true}, .to_ms = cut_ms});
  std::int64_t kept = 0, left_out = 0;
  ASSERT_TRUE(traffic.read_all(
      [&](const EventChunk& chunk) {
        tally.add(chunk);
        for (const Event& event : chunk.events) {
          if (event.malformed || event.copy) continue;
          ++(event.dropped ? left_out : kept);
        }
      },
      {}));
  EXPECT_GT(left_out, 10);
  std::int64_t views = 0;
  VisitKey visits({.world = &world_, .cut_ms = cut_ms, .dropped = &dropped});
  ASSERT_TRUE(visits.read_all(
      [&](const VisitChunk& chunk) { views += static_cast<std::int64_t>(chunk.views.size()); },
      {}));
  EXPECT_EQ(views, kept);
}

TEST(Percentile, LiesStraightBetweenNeighbours) {
  EXPECT_DOUBLE_EQ(percentile({100}, .5), 1);
  EXPECT_DOUBLE_EQ(percentile({100, 300}, .5), 2);
  EXPECT_DOUBLE_EQ(percentile({100, 200, 300, 1100}, .95), 3 + .85 * 8);
}

}  // namespace
}  // namespace grade
