// kill -9 at seeded moments: what was acknowledged is there, what wasn't is there whole or not at
// all, the frontier never goes back and never lies, and the load goes on exactly where it stood.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "base/testing/temp_dir.h"
#include "hub/hub.h"
#include "wire/record_batch.h"

namespace hub {
namespace {

/// What the child says after each step: the step is done.
struct Ack {
  std::int64_t frontier_ms;
  std::int64_t world[2];  // records in each partition
  std::int64_t outside;   // records from outside in partition 0
};

/// World record i of a partition arrives at i / 3 ms·10: three at a time share their arrival.
std::int64_t arrival(std::int64_t i) { return i / 3 * 10; }

std::shared_ptr<Hub> open(const std::string& dir, base::Clock& clock) {
  auto hub = Hub::open({&base::Env::real(), &clock}, dir, {.name = "views"});
  CHECK(hub.has_value(), "{}", hub.error().message);
  return *hub;
}

/// How many world records a partition holds, by its tail alone, as a load finds it.
std::int64_t resume_at(const Hub& hub, int partition) {
  Hub::Tail tail = hub.world_tail(partition);
  return tail.empty ? 0 : tail.arrival_ms / 10 * 3 + tail.count_at_arrival;
}

[[noreturn]] void child(const std::string& dir, int pipe) {
  base::ManualClock clock;
  auto hub = open(dir, clock);
  hub->attach_generator();
  std::int64_t next[2] = {resume_at(*hub, 0), resume_at(*hub, 1)};
  for (std::int64_t step = 0;; ++step) {
    std::int64_t target = std::max(next[0], next[1]) + 100;
    for (int p = 0; p < 2; ++p) {
      std::vector<Hub::WorldRecord> records;
      for (; next[p] < target; ++next[p]) records.push_back({arrival(next[p]), "k", "world"});
      CHECK(hub->append_world(p, records).has_value());
    }
    hub->advance_frontier(arrival(target));
    wire::BatchBuilder builder;
    builder.start({});
    builder.add(1, {}, "outside 1");
    builder.add(1, {}, "outside 2");
    CHECK(hub->append_outside(0, builder.finish(), false).has_value());
    Ack ack{hub->frontier_ms(), {next[0], next[1]}, hub->state(0).outside_records};
    if (::write(pipe, &ack, sizeof ack) != sizeof ack) ::_exit(1);
  }
}

/// Lets a child work until it has said `acks` times that a step is done, and kills it.
Ack run_and_kill(const std::string& dir, std::uint64_t acks) {
  int ends[2];
  CHECK(::pipe(ends) == 0);
  pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    child(dir, ends[1]);
  }
  ::close(ends[1]);
  Ack last{}, ack;
  for (std::uint64_t i = 0; i < acks; ++i) {
    CHECK(::read(ends[0], &ack, sizeof ack) == sizeof ack, "the child died by itself");
    last = ack;
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  while (::read(ends[0], &ack, sizeof ack) == sizeof ack) last = ack;  // said before it died
  ::close(ends[0]);
  return last;
}

TEST(Crash, NothingAcknowledgedIsLostAndNothingIsTwice) {
  base::TempDir temp_dir;
  const std::string& dir = temp_dir.path();
  base::CounterRandom random(11, 1, 1);
  std::int64_t frontier = kNoFrontier;
  for (std::uint64_t round = 0; round < 20; ++round) {
    Ack acked = run_and_kill(dir, 1 + random.below(round, 60));
    base::ManualClock clock;
    auto hub = open(dir, clock);
    EXPECT_GE(hub->frontier_ms(), std::max(acked.frontier_ms, frontier));
    frontier = hub->frontier_ms();
    EXPECT_GE(hub->state(0).outside_records, acked.outside);
    EXPECT_EQ(hub->state(0).outside_records % 2, 0);  // batches are whole
    for (int p = 0; p < 2; ++p) {
      EXPECT_GE(hub->state(p).world_records, acked.world[p]);
      EXPECT_EQ(resume_at(*hub, p), hub->state(p).world_records);
      auto reader = hub->reader(p, 0);
      std::vector<Record> records;
      std::int64_t world = 0, below_frontier = 0, last = kNoFrontier;
      do {
        ASSERT_TRUE(reader->next(INT64_MAX, 1 << 20, records));
        for (const Record& r : records) {
          ASSERT_GE(r.arrival_ms, last);
          last = r.arrival_ms;
          if (!r.from_world) continue;
          ASSERT_EQ(r.arrival_ms, arrival(world));
          below_frontier += r.arrival_ms < frontier ? 1 : 0;
          ++world;
        }
      } while (!records.empty());
      EXPECT_EQ(world, hub->state(p).world_records);
      EXPECT_EQ(below_frontier, frontier == kNoFrontier ? 0 : frontier / 10 * 3);
    }
  }
}

}  // namespace
}  // namespace hub
