// Silver's page views as they should be, session by session: which are in it, the address that can
// be repaired, and the sessions that they form with their stars. Made from the world's own
// sessions, chunk by chunk, in parallel; only the cutting into visits goes in turn. Part of the
// expected side.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "grade/key_sun.h"
#include "grade/key_visit_split.h"
#include "world/world.h"

namespace grade {

/// "GET", …: by SilverView::method.
inline constexpr std::array<std::string_view, 5> kMethods{"GET", "POST", "PUT", "HEAD", "DELETE"};

/// Where the world's towns lie, by UserFacts::town.
std::vector<Place> places_of(const world::World& world);

/// Events that the job's policy drops (only with the policy "drop"): one bit each. Bits are set
/// from several threads.
class DroppedEvents {
 public:
  explicit DroppedEvents(std::int64_t sessions = 0) { make_room(sessions); }
  /// For sessions 0 … `sessions` − 1; before the first set().
  void make_room(std::int64_t sessions) { bits_.resize(static_cast<std::size_t>(sessions)); }
  void set(std::int64_t event_id);
  bool has(std::int64_t event_id) const;

 private:
  std::vector<std::uint32_t> bits_;  // 32 event numbers a session
};

/// What became known with a chunk of sessions.
struct VisitChunk {
  std::size_t index = 0;
  std::int64_t begin_ms = 0;          ///< its sessions start at or after it
  std::span<const SilverView> seen;   ///< all views of its sessions, addresses not repaired yet
  std::span<const SilverView> views;  ///< views that are final, each once over all chunks
  std::span<const Visit> visits;      ///< visits whose star is known, each once over all chunks
};

/// Thread-safe.
class VisitKey {
 public:
  struct Options {
    const world::World* world = nullptr;     ///< outlives this
    std::int64_t cut_ms = 0;                 ///< page views with arrival below it
    std::int64_t star_cut_ms = 0;            ///< stars with arrival below it
    const DroppedEvents* dropped = nullptr;  ///< null: none
    std::int64_t sessions_a_chunk = 2000;
  };
  explicit VisitKey(Options options);

  using Reader = std::function<void(const VisitChunk&)>;
  std::size_t chunks() const { return chunks_; }
  /// Waits until the chunks before it have been cut into visits. Each chunk once.
  void read_chunk(std::size_t chunk, const Reader& reader);
  /// Everything again, in this thread. kCancelled when `stop` is requested.
  base::Status read_all(const Reader& reader, std::stop_token stop) const;

 private:
  /// The views and stars of a chunk's sessions that silver has.
  void read_sessions(std::size_t chunk, VisitInput& input) const;
  std::int64_t first_session(std::size_t chunk) const;
  std::int64_t begin_ms(std::size_t chunk) const;

  Options options_;
  std::vector<Place> places_;  // of the towns
  std::int64_t sessions_ = 0;
  std::size_t chunks_ = 0;
  std::mutex mutex_;
  std::condition_variable split_;
  std::size_t turn_ = 0;  // chunks cut so far
  VisitSplitter splitter_;
};

}  // namespace grade
