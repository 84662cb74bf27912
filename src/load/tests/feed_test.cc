#include "load/feed.h"

#include <gtest/gtest.h>

namespace load {
namespace {

constexpr std::int64_t kAll = std::int64_t{1} << 62;

/// One partition whose tail and frontier the test sets.
class TailSink final : public EventSink {
 public:
  std::string name() const override { return "sink"; }
  int partitions() const override { return 1; }
  Tail tail(int) const override { return tail_; }
  base::Status append(int, std::span<const Record> records) override {
    for (const Record& r : records) appended.push_back(r.arrival_ms);
    tail_ = {records.back().arrival_ms, kAll, false};
    return {};
  }
  void advance(std::int64_t ms) override { advanced = std::max(advanced, ms); }
  std::int64_t advanced_to() const override { return advanced; }
  bool can_retry(const base::Error&) const override { return false; }
  base::Status finish(bool) override { return {}; }
  std::int64_t rows() const override { return std::ssize(appended); }

  Tail tail_;
  std::int64_t advanced = INT64_MIN;
  std::vector<std::int64_t> appended;
};

world::World little_world() {
  world::Settings s;
  s.users = 50;
  s.vip_users = 10;
  s.products = 10;
  s.orders = 0;
  s.traffic_hours = 1;
  s.event_rate = 1;
  return world::World::create(s).value();
}

/// A partition whose last record retention took has all that arrived with it, and nothing more.
TEST(Feed, ResumesBehindATailThatRetentionTook) {
  world::World world = little_world();
  TailSink whole;
  Feed first(world, world::Stream::kPageviews, whole);
  std::int64_t end = world.epoch_ms();
  while (first.position() < end) ASSERT_TRUE(first.step(end));
  ASSERT_GT(whole.appended.size(), 100u);

  std::size_t kept = whole.appended.size() / 2;
  while (whole.appended[kept] == whole.appended[kept - 1]) ++kept;
  TailSink sink;
  sink.tail_ = {whole.appended[kept - 1], kAll, false};
  sink.advanced = whole.appended[kept - 1] + 1;
  Feed again(world, world::Stream::kPageviews, sink);
  while (again.position() < end) ASSERT_TRUE(again.step(end));
  EXPECT_EQ(sink.appended, std::vector(whole.appended.begin() + static_cast<std::ptrdiff_t>(kept),
                                       whole.appended.end()));
}

/// What a loss of power took is not passed over because the frontier is behind it.
TEST(Feed, SaysWhatIsMissingBelowTheFrontierBehindSuchATail) {
  world::World world = little_world();
  TailSink sink;
  sink.tail_ = {world.backfill_start_ms(), kAll, false};
  sink.advanced = world.epoch_ms();
  Feed feed(world, world::Stream::kPageviews, sink);
  auto step = feed.step(world.epoch_ms() + 60'000);
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, base::Code::kFailedPrecondition);
  EXPECT_TRUE(sink.appended.empty());
}

}  // namespace
}  // namespace load
