// Consumer groups: who consumes which partitions, and how far. Membership lives in memory (clients
// join again after a restart); committed offsets are kept (offset_store_internal.h).
// A member with a group.instance.id is static: when it comes again under a new member id it takes
// its predecessor's place, without a rebalance where nothing else changes, and what still speaks
// with the old id is fenced.
// A group goes when its last member has gone; its offsets when nobody has committed for a week.
// Inside the room only. Thread-safe; join() and sync() wait for the group's other members.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "hub/caller_internal.h"
#include "hub/offset_store_internal.h"
#include "wire/group_messages.h"

namespace hub {

class Groups {
 public:
  /// Committed offsets lie in {dir}/offsets.log. `wall` tells the age of groups.
  Groups(base::Env& env, const std::string& dir, base::Clock& wall = wall_clock());
  void load();
  /// Why nothing can be committed, and what to do; empty when it can.
  std::string failure();
  /// Takes damaged offsets away: their last hub has gone.
  void begin_anew();

  wire::JoinGroupResponse join(const wire::JoinGroupRequest& request, std::string_view client_id,
                               const Caller& caller);
  wire::SyncGroupResponse sync(const wire::SyncGroupRequest& request, const Caller& caller);
  wire::HeartbeatResponse heartbeat(const wire::HeartbeatRequest& request);
  wire::LeaveGroupResponse leave(const wire::LeaveGroupRequest& request);
  wire::OffsetCommitResponse commit(const wire::OffsetCommitRequest& request);
  wire::OffsetFetchResponse committed(const wire::OffsetFetchRequest& request);
  /// Forgets what was committed for a hub that is gone.
  void forget_topic(std::string_view topic);
  /// Removes silent members and groups, and old offsets. Every few seconds.
  void look_after();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Member {
    std::optional<std::string> instance;
    std::vector<std::pair<std::string, std::string>> protocols;  // name, metadata; the best first
    std::chrono::milliseconds session_timeout{}, rebalance_timeout{};
    SteadyTime last_seen;
    bool joined = false;   // in the rebalance that is going on
    bool waiting = false;  // in join() or sync(): alive though it is silent
    std::optional<wire::JoinGroupResponse> joined_as;
    std::string assignment;
    const std::string* metadata(std::string_view protocol) const;
  };
  enum class State { kEmpty, kJoining, kSyncing, kStable };
  struct Group {
    State state = State::kEmpty;
    std::int32_t generation = 0;
    std::string leader, protocol_type, protocol;
    SteadyTime deadline;  // of kJoining
    std::map<std::string, Member, std::less<>> members;
    std::map<std::string, std::string, std::less<>> statics;  // instance → member
    std::map<std::string, SteadyTime, std::less<>> invited;   // given an id, not here yet; until
  };
  using GroupPtr = std::shared_ptr<Group>;
  using Instance = std::optional<std::string_view>;
  struct Admission;

  static base::Clock& wall_clock();
  wire::OffsetFetchResponse::Group committed(const wire::OffsetFetchRequest::Group& request);
  GroupPtr find(std::string_view group);
  static std::set<std::string> shared_protocols(const Group& group);
  static std::string voted_protocol(const Group& group);
  static wire::JoinGroupResponse joined_now(const Group& group, const std::string& id);
  void start_rebalance(Group& group);
  void finish_rebalance(Group& group);
  void finish_when_all_joined(Group& group);
  void remove(Group& group, std::string_view member);
  void expire(Group& group);
  static wire::ErrorCode check_member(const Group& group, std::string_view member,
                                      const Instance& instance);
  wire::ErrorCode check(Group* group, std::string_view member, const Instance& instance,
                        std::int32_t generation);
  Admission admit(Group& group, const wire::JoinGroupRequest& request, std::string_view client_id);
  static bool fits(const Group& group, const wire::JoinGroupRequest& request,
                   std::string_view without);
  void replace(Group& group, const std::string& old_id, const std::string& id);
  static void update(Member& member, const wire::JoinGroupRequest& request);
  wire::JoinGroupResponse wait_joined(std::unique_lock<std::mutex>& lock, Group& group,
                                      const std::string& id, const Caller& caller);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, GroupPtr, std::less<>> groups_;
  OffsetStore offsets_;
  std::uint64_t members_made_ = 0;
};

}  // namespace hub
