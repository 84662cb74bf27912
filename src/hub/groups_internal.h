// Consumer groups: who consumes which partitions, and how far. Membership lives in memory (clients
// join again after a restart); committed offsets are kept in one file, replaced at each commit.
// Inside the room only. Thread-safe; join() and sync() wait for the group's other members.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/result.h"
#include "wire/group_messages.h"

namespace hub {

class Groups {
 public:
  Groups(base::Env& env, std::string path) : env_(env), path_(std::move(path)) {}
  /// Reads the committed offsets, when there are any. Errors: kDataLoss for a damaged file.
  base::Status load();

  wire::JoinGroupResponse join(const wire::JoinGroupRequest& request, std::string_view client_id,
                               std::stop_token stop);
  wire::SyncGroupResponse sync(const wire::SyncGroupRequest& request, std::stop_token stop);
  wire::HeartbeatResponse heartbeat(const wire::HeartbeatRequest& request);
  wire::LeaveGroupResponse leave(const wire::LeaveGroupRequest& request);
  wire::OffsetCommitResponse commit(const wire::OffsetCommitRequest& request);
  wire::OffsetFetchResponse committed(const wire::OffsetFetchRequest& request);
  /// Forgets what was committed for a hub that is gone.
  void forget_topic(std::string_view topic);

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Member {
    std::optional<std::string> instance;
    std::map<std::string, std::string, std::less<>> protocols;  // name → metadata
    std::chrono::milliseconds session_timeout{}, rebalance_timeout{};
    SteadyTime last_seen;
    bool joined = false;   // in the rebalance that is going on
    bool waiting = false;  // in join() or sync(): alive though it is silent
    std::optional<wire::JoinGroupResponse> joined_as;
    std::string assignment;
  };
  enum class State { kEmpty, kJoining, kSyncing, kStable };
  struct Group {
    State state = State::kEmpty;
    std::int32_t generation = 0;
    std::string leader, protocol_type, protocol;
    SteadyTime deadline;  // of kJoining
    std::map<std::string, Member, std::less<>> members;
  };
  struct Committed {
    std::int64_t offset = -1;
    std::string metadata;
  };
  using Offsets = std::map<std::string, std::map<std::int32_t, Committed>, std::less<>>;

  Group* find(std::string_view group);
  std::optional<std::string> shared_protocol(const Group& group) const;
  void start_rebalance(Group& group);
  void finish_rebalance(Group& group);
  void remove(Group& group, std::string_view member);
  void expire(Group& group);
  wire::ErrorCode check(Group* group, std::string_view member, std::int32_t generation);
  base::Status save(const std::map<std::string, Offsets, std::less<>>& offsets);

  base::Env& env_;
  const std::string path_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Group, std::less<>> groups_;
  std::map<std::string, Offsets, std::less<>> offsets_;
  std::uint64_t members_made_ = 0;
};

}  // namespace hub
