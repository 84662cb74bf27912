#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "hub/groups_internal.h"

namespace hub {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using wire::ErrorCode;

namespace {

constexpr std::size_t kGroupsMax = 1000, kMembersMax = 200, kGroupNameMax = 255;
constexpr std::int32_t kTimeoutMsMax = 30 * 60 * 1000;
constexpr milliseconds kLookAgain{200};  // for members that went silent

wire::JoinGroupResponse refuse(ErrorCode error, std::string_view member) {
  wire::JoinGroupResponse response;
  response.error = error;
  response.member = member;
  return response;
}

}  // namespace

Groups::Group* Groups::find(std::string_view group) {
  auto it = groups_.find(group);
  return it == groups_.end() ? nullptr : &it->second;
}

/// A protocol that every member speaks: the one that the most members list, by name at a tie.
std::optional<std::string> Groups::shared_protocol(const Group& group) const {
  if (group.members.empty()) return std::nullopt;
  for (const auto& [name, metadata] : group.members.begin()->second.protocols) {
    bool all = std::ranges::all_of(
        group.members, [&](const auto& member) { return member.second.protocols.contains(name); });
    if (all) return name;
  }
  return std::nullopt;
}

void Groups::start_rebalance(Group& group) {
  group.state = group.members.empty() ? State::kEmpty : State::kJoining;
  milliseconds longest{0};
  for (auto& [id, member] : group.members) {
    member.joined = false;
    longest = std::max(longest, member.rebalance_timeout);
  }
  group.deadline = steady_clock::now() + longest;
  changed_.notify_all();
}

void Groups::finish_rebalance(Group& group) {
  std::erase_if(group.members, [](const auto& member) { return !member.second.joined; });
  auto protocol = shared_protocol(group);
  if (!protocol) return start_rebalance(group);
  ++group.generation;
  group.protocol = *protocol;
  group.state = State::kSyncing;
  if (!group.members.contains(group.leader)) group.leader = group.members.begin()->first;
  for (auto& [id, member] : group.members) {
    member.assignment.clear();
    auto& response = member.joined_as.emplace();
    response.generation = group.generation;
    response.protocol = group.protocol;
    response.leader = group.leader;
    response.member = id;
    if (id != group.leader) continue;
    for (const auto& [other, m] : group.members) {
      response.members.push_back({other, m.instance, m.protocols.at(group.protocol)});
    }
  }
  changed_.notify_all();
}

void Groups::remove(Group& group, std::string_view member) {
  auto it = group.members.find(member);
  if (it == group.members.end()) return;
  group.members.erase(it);
  bool all_joined = std::ranges::all_of(group.members, [](auto& m) { return m.second.joined; });
  if (group.state == State::kJoining && !group.members.empty() && all_joined) {
    finish_rebalance(group);
  } else if (group.state != State::kJoining || group.members.empty()) {
    start_rebalance(group);
  }
}

void Groups::expire(Group& group) {
  auto now = steady_clock::now();
  std::vector<std::string> silent;
  for (const auto& [id, member] : group.members) {
    if (!member.waiting && now - member.last_seen > member.session_timeout) silent.push_back(id);
  }
  for (const auto& id : silent) remove(group, id);
  if (group.state == State::kJoining && now >= group.deadline) finish_rebalance(group);
}

ErrorCode Groups::check(Group* group, std::string_view member, std::int32_t generation) {
  if (group == nullptr) return ErrorCode::kUnknownMemberId;
  expire(*group);
  auto it = group->members.find(member);
  if (it == group->members.end()) return ErrorCode::kUnknownMemberId;
  it->second.last_seen = steady_clock::now();
  if (generation != group->generation) return ErrorCode::kIllegalGeneration;
  return group->state == State::kJoining ? ErrorCode::kRebalanceInProgress : ErrorCode::kNone;
}

wire::JoinGroupResponse Groups::join(const wire::JoinGroupRequest& request,
                                     std::string_view client_id, std::stop_token stop) {
  if (request.group.empty() || request.group.size() > kGroupNameMax) {
    return refuse(ErrorCode::kInvalidGroupId, request.member);
  }
  if (request.session_timeout_ms < 1 || request.session_timeout_ms > kTimeoutMsMax) {
    return refuse(ErrorCode::kInvalidSessionTimeout, request.member);
  }
  std::unique_lock lock(mutex_);
  if (find(request.group) == nullptr && groups_.size() >= kGroupsMax) {
    return refuse(ErrorCode::kGroupMaxSizeReached, request.member);
  }
  Group& group = groups_[std::string(request.group)];  // never erased
  expire(group);
  std::string id(request.member);
  if (id.empty()) {
    if (group.members.size() >= kMembersMax) return refuse(ErrorCode::kGroupMaxSizeReached, id);
    id = fmt::format("{}-{}-{}", client_id, ::getpid(), ++members_made_);
  } else if (!group.members.contains(id)) {
    return refuse(ErrorCode::kUnknownMemberId, id);
  }
  bool other_type = !group.members.empty() && group.protocol_type != request.protocol_type &&
                    !(group.members.size() == 1 && group.members.contains(id));
  if (request.protocols.empty() || other_type) {
    return refuse(ErrorCode::kInconsistentGroupProtocol, id);
  }
  Member before = group.members[id];
  Member& member = group.members[id];
  member.protocols.clear();
  for (const auto& p : request.protocols) member.protocols.emplace(p.name, p.metadata);
  if (!shared_protocol(group)) {
    if (request.member.empty()) {
      group.members.erase(id);
    } else {
      member = before;
    }
    return refuse(ErrorCode::kInconsistentGroupProtocol, id);
  }
  group.protocol_type = request.protocol_type;
  member.instance = request.instance;
  member.session_timeout = milliseconds(request.session_timeout_ms);
  member.rebalance_timeout =
      milliseconds(std::clamp(request.rebalance_timeout_ms, 1, kTimeoutMsMax));
  member.last_seen = steady_clock::now();
  member.waiting = true;
  member.joined_as.reset();
  if (group.state != State::kJoining) start_rebalance(group);
  member.joined = true;
  if (std::ranges::all_of(group.members, [](auto& m) { return m.second.joined; })) {
    finish_rebalance(group);
  }
  for (;;) {
    auto it = group.members.find(id);
    if (it == group.members.end()) return refuse(ErrorCode::kUnknownMemberId, id);
    if (it->second.joined_as || stop.stop_requested()) {
      it->second.waiting = false;
      it->second.last_seen = steady_clock::now();
      if (!it->second.joined_as) return refuse(ErrorCode::kCoordinatorNotAvailable, id);
      return *std::exchange(it->second.joined_as, std::nullopt);
    }
    changed_.wait_until(lock, stop, steady_clock::now() + kLookAgain, [&] {
      auto m = group.members.find(id);
      return m == group.members.end() || m->second.joined_as.has_value();
    });
    expire(group);
  }
}

wire::SyncGroupResponse Groups::sync(const wire::SyncGroupRequest& request, std::stop_token stop) {
  wire::SyncGroupResponse response;
  std::unique_lock lock(mutex_);
  Group* group = find(request.group);
  response.error = check(group, request.member, request.generation);
  if (response.error != ErrorCode::kNone) return response;
  if (group->state == State::kSyncing && request.member == group->leader) {
    for (const auto& assignment : request.assignments) {
      auto it = group->members.find(assignment.member);
      if (it != group->members.end()) it->second.assignment = assignment.bytes;
    }
    group->state = State::kStable;
    changed_.notify_all();
  }
  auto settled = [&] {
    return group->state != State::kSyncing || group->generation != request.generation ||
           !group->members.contains(request.member);
  };
  while (!settled() && !stop.stop_requested()) {
    group->members.find(request.member)->second.waiting = true;
    changed_.wait_until(lock, stop, steady_clock::now() + kLookAgain, settled);
    expire(*group);
  }
  auto it = group->members.find(request.member);
  if (it != group->members.end()) it->second.waiting = false;
  response.error = check(group, request.member, request.generation);
  if (response.error != ErrorCode::kNone) return response;
  if (group->state != State::kStable) {
    response.error = ErrorCode::kCoordinatorNotAvailable;  // shutting down
  } else {
    response.assignment = group->members.find(request.member)->second.assignment;
  }
  return response;
}

wire::HeartbeatResponse Groups::heartbeat(const wire::HeartbeatRequest& request) {
  std::lock_guard lock(mutex_);
  return {check(find(request.group), request.member, request.generation)};
}

wire::LeaveGroupResponse Groups::leave(const wire::LeaveGroupRequest& request) {
  wire::LeaveGroupResponse response;
  response.members = request.members;
  std::lock_guard lock(mutex_);
  Group* group = find(request.group);
  for (const auto& member : request.members) {
    if (group == nullptr || !group->members.contains(member.id)) {
      response.error = ErrorCode::kUnknownMemberId;
    } else {
      remove(*group, member.id);
    }
  }
  return response;
}

}  // namespace hub
