// What the stream job's statements beyond selection give: slow page views with their users, page
// views whose user gives a star, first events of an hour. Rules: docs/formats/stream-outputs.md.
// Part of the expected side.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <unordered_map>

#include "grade/key_progress.h"
#include "grade/key_rows.h"
#include "world/world.h"

namespace grade {

/// Page views above the latency: event_id, event_time, user_id, uri, latency; `enriched`: and the
/// user's user_name, name, city, administrative_unit, phone_number as users.json has them.
Table slow_table(bool enriched);
EventRows slow_rows(const world::World& world, int latency_ms, bool enriched);

/// The stars of one hub by user, when all of them have been added. Memory: 40 bytes a star.
class StarIndex final : public Tally {
 public:
  struct Star {
    std::int64_t user_id, time_ms, event_id, event_time_ms, stars;
  };
  explicit StarIndex(std::int64_t cut_ms) : cut_ms_(cut_ms) {}
  void add(const EventChunk& chunk) override;
  /// How many times add() will be called.
  void expect(std::size_t calls) { expected_ = calls; }
  /// A user's stars, by time. Waits until all have been added.
  std::span<const Star> of(std::int64_t user_id) const;

 private:
  std::int64_t cut_ms_;
  mutable std::mutex mutex_;
  mutable std::condition_variable complete_;
  std::size_t expected_ = 0, calls_ = 0;
  std::atomic<bool> sorted_ = false;
  std::vector<Star> stars_;  // by user, then time
};

/// Page views with a star of their user 0 … 15 minute boundaries later: event_id, star_event_id,
/// user_id, uri, stars, event_time, star_time, stream_time.
Table starred_table();
inline constexpr int kStarredTime = 7;  ///< the column stream_time
EventRows starred_rows(const StarIndex& stars);

/// A user's first page view in each hour (start, end]: event_id, user_id, uri, event_time,
/// stream_time. Memory: what is open, about 80 bytes for each user of the last hour.
class FirstTally final : public Tally {
 public:
  /// `late_s`: the policy's; -1: events may be of any age, and then everything is kept.
  FirstTally(std::int64_t cut_ms, int late_s) : cut_ms_(cut_ms), late_s_(late_s), print_(table()) {}
  static Table table();

  void add(const EventChunk& chunk) override;
  /// When all is added.
  void finish(std::int64_t watermark_ms);
  const Fingerprint& print() const { return print_; }
  RowSource again(const TrafficKey& traffic, std::function<std::int64_t()> watermark_ms,
                  std::stop_token stop) const;

 private:
  struct First {
    std::int64_t time_ms, arrival_ms, offset, event_id, event_time_ms;
    std::int32_t partition;
    std::string uri;
    bool before(const First& other) const;
  };
  using Users = std::unordered_map<std::int64_t, First>;
  using Hours = std::map<std::int64_t, Users>;  ///< by the hour's end
  static void take(std::span<const Event> events, std::int64_t cut_ms, Hours& hours);
  static void give(const Users& users, std::int64_t watermark_ms, const RowSink& sink);

  std::int64_t cut_ms_;
  int late_s_;
  std::mutex mutex_;
  Fingerprint print_;
  Hours hours_;
  Progress progress_;
};

}  // namespace grade
