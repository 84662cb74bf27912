// Page views cut into visits: the session rule (same user and user agent, gaps of at most 60 s),
// the repair of addresses within one, and the rule that gives a star to a visit. Part of the
// expected side.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace grade {

/// A page view as silver should have it.
struct SilverView {
  std::int64_t event_id = 0, event_time_ms = 0, user_id = 0;
  std::int64_t product = -1;  ///< −1: the shop's own page
  std::int64_t latency_hundredths = 0;
  std::uint32_t true_ip = 0;
  std::uint32_t ip = 0;  ///< when `has_ip`
  std::int16_t agent = 0;
  std::int8_t page = 0, method = 0;
  bool has_ip = false;    ///< it came with one, or got one
  bool repaired = false;  ///< it got one
  bool after_dark = false;
  bool outlier = false;  ///< planted
};

struct Visit {
  std::int64_t user_id = 0;
  int agent = 0;
  std::int64_t started_ms = 0, ended_ms = 0;  ///< event times of its first and last view
  std::int64_t views = 0;
  int star = 0;  ///< 1 … 5; 0: none
};

struct GivenStar {
  std::int64_t event_id = 0, user_id = 0, event_time_ms = 0;
  int stars = 0;
};

/// A run of views of one user and agent, in order of time, within VisitInput::views.
struct ViewRun {
  std::int64_t user_id = 0;
  int agent = 0;
  std::size_t first = 0, last = 0;
};

struct VisitInput {
  std::vector<SilverView> views;
  std::vector<ViewRun> runs;
  std::vector<GivenStar> stars;
};

struct VisitOutput {
  std::vector<SilverView> views;  ///< final
  std::vector<Visit> visits;      ///< final, with their stars
};

/// Takes input after input; keeps of it what isn't decided yet: some minutes of traffic. Owned by
/// one thread.
class VisitSplitter {
 public:
  /// The agents' places in the order of their texts.
  explicit VisitSplitter(std::vector<int> agent_ranks) : agent_ranks_(std::move(agent_ranks)) {}

  /// All views and stars of what comes later have times ≥ `settled_ms`.
  void add(const VisitInput& input, std::int64_t settled_ms, VisitOutput& out);

 private:
  /// What one user does with one agent.
  struct Open {
    std::vector<SilverView> waiting;  ///< not in order of time yet
    bool in_order = true;
    Visit visit;  ///< under way when it has views
    enum class Address : std::uint8_t { kNone, kOne, kSeveral } address = Address::kNone;
    std::uint32_t ip = 0;
    std::vector<SilverView> without_ip;
  };
  void settle(Open& open, std::int64_t settled_ms, VisitOutput& out);
  void extend(Open& open, const SilverView& view, VisitOutput& out);
  void close(Open& open, VisitOutput& out);
  void give_stars(std::int64_t settled_ms, VisitOutput& out);
  int star_of(const Visit& visit, const std::vector<const Visit*>& of_user) const;

  std::vector<int> agent_ranks_;
  std::unordered_map<std::uint64_t, Open> open_;                    // by user and agent
  std::vector<Visit> closed_;                                       // whose star isn't known yet
  std::unordered_map<std::int64_t, std::vector<GivenStar>> stars_;  // by user
};

}  // namespace grade
