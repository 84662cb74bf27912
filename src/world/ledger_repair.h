// Which address the rule of silver gives a page view that came without one. The rule sees events
// only: a session is the same user_id and user_agent with gaps of at most a minute, duplicates and
// malformed events left out; when all its addresses agree, that is the address. Inside the room
// only. Owned by one thread.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "world/traffic.h"

namespace world {

inline constexpr std::int64_t kSessionGapMs = 60'000;

class AddressRepair {
 public:
  /// For page views of sessions [first, last); only what arrives before `cut_ms` is seen.
  AddressRepair(const Traffic& traffic, std::int64_t first, std::int64_t last, std::int64_t cut_ms);

  /// The one address of the session that a view at `time_ms` of `visitor` belongs to, or nothing
  /// when there is none or they differ.
  std::optional<std::uint32_t> address(const Visitor& visitor, std::int64_t time_ms) const;

 private:
  struct Seen {
    std::int64_t time_ms;
    bool has_address;
    std::uint32_t address;
  };
  static std::uint64_t key(const Visitor& visitor);
  /// The views of `visitor`'s user and browser in [from_ms, to_ms], by time.
  std::vector<Seen> views(const Visitor& visitor, std::int64_t from_ms, std::int64_t to_ms) const;
  void add_views(std::int64_t session, std::int64_t from_ms, std::int64_t to_ms,
                 std::vector<Seen>& out) const;

  const Traffic& traffic_;
  std::int64_t cut_ms_;
  std::int64_t first_, last_;  ///< the sessions in by_key_
  std::unordered_map<std::uint64_t, std::vector<std::int64_t>> by_key_;
};

}  // namespace world
