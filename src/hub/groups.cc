// Rebalances: from members that join to assignments. Who may be a member is in group_members.cc.
#include <algorithm>

#include "hub/groups_internal.h"

namespace hub {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using wire::ErrorCode;

namespace {
constexpr milliseconds kLookForSilent{200};  // for members that went silent
}

const std::string* Groups::Member::metadata(std::string_view protocol) const {
  auto it = std::ranges::find(protocols, protocol, &std::pair<std::string, std::string>::first);
  return it == protocols.end() ? nullptr : &it->second;
}

/// The protocols that every member speaks.
std::set<std::string> Groups::shared_protocols(const Group& group) {
  std::set<std::string> shared;
  if (group.members.empty()) return shared;
  for (const auto& [name, metadata] : group.members.begin()->second.protocols) {
    bool all = std::ranges::all_of(
        group.members, [&](const auto& member) { return member.second.metadata(name) != nullptr; });
    if (all) shared.insert(name);
  }
  return shared;
}

/// Each member votes for the first of its protocols that all speak; the most votes win, at a tie
/// the leader's vote. Empty when there is none.
std::string Groups::voted_protocol(const Group& group) {
  std::set<std::string> shared = shared_protocols(group);
  std::map<std::string, int> votes;
  std::string best;
  auto vote_of = [&](const Member& member) -> std::string {
    for (const auto& [name, metadata] : member.protocols) {
      if (shared.contains(name)) return name;
    }
    return {};
  };
  auto leader = group.members.find(group.leader);
  if (leader != group.members.end()) best = vote_of(leader->second);
  for (const auto& [id, member] : group.members) ++votes[vote_of(member)];
  for (const auto& [name, count] : votes) {
    if (best.empty() || count > votes[best]) best = name;
  }
  return best;
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

/// What `id` is told of the generation that is in force.
wire::JoinGroupResponse Groups::joined_now(const Group& group, const std::string& id) {
  wire::JoinGroupResponse response;
  response.generation = group.generation;
  response.protocol_type = group.protocol_type;
  response.protocol = group.protocol;
  response.leader = group.leader;
  response.member = id;
  if (id != group.leader) return response;
  for (const auto& [other, m] : group.members) {
    const std::string* metadata = m.metadata(group.protocol);
    response.members.push_back({other, m.instance, metadata != nullptr ? *metadata : ""});
  }
  return response;
}

void Groups::finish_rebalance(Group& group) {
  // A static member that is away keeps its place until its session ends.
  std::vector<std::string> missing;
  for (const auto& [id, member] : group.members) {
    if (!member.joined && !member.instance) missing.push_back(id);
  }
  for (const auto& id : missing) group.members.erase(id);
  auto joined = std::ranges::find_if(group.members, [](auto& m) { return m.second.joined; });
  if (joined == group.members.end()) return start_rebalance(group);
  auto leader = group.members.find(group.leader);
  if (leader == group.members.end() || !leader->second.joined) group.leader = joined->first;
  std::string protocol = voted_protocol(group);
  if (protocol.empty()) return start_rebalance(group);
  ++group.generation;
  group.protocol = std::move(protocol);
  group.state = State::kSyncing;
  for (auto& [id, member] : group.members) {
    member.assignment.clear();
    if (member.joined) member.joined_as = joined_now(group, id);
  }
  changed_.notify_all();
}

void Groups::finish_when_all_joined(Group& group) {
  bool all = std::ranges::all_of(group.members, [](auto& m) { return m.second.joined; });
  if (group.state == State::kJoining && all && group.invited.empty()) finish_rebalance(group);
}

void Groups::remove(Group& group, std::string_view member) {
  auto it = group.members.find(member);
  if (it == group.members.end()) return;
  if (it->second.instance) group.statics.erase(*it->second.instance);
  group.members.erase(it);
  if (group.state != State::kJoining || group.members.empty()) {
    start_rebalance(group);
  } else {
    finish_when_all_joined(group);
  }
}

void Groups::expire(Group& group) {
  auto now = steady_clock::now();
  std::erase_if(group.invited, [&](const auto& invited) { return invited.second < now; });
  std::vector<std::string> silent;
  for (const auto& [id, member] : group.members) {
    if (!member.waiting && now - member.last_seen > member.session_timeout) silent.push_back(id);
  }
  for (const auto& id : silent) remove(group, id);
  if (group.state != State::kJoining) return;
  if (now >= group.deadline) {
    finish_rebalance(group);
  } else {
    finish_when_all_joined(group);
  }
}

wire::JoinGroupResponse Groups::wait_joined(std::unique_lock<std::mutex>& lock, Group& group,
                                            const std::string& id, const Caller& caller) {
  wire::JoinGroupResponse response;
  response.member = id;
  for (;;) {
    auto it = group.members.find(id);
    if (it == group.members.end()) {
      response.error = ErrorCode::kUnknownMemberId;
      return response;
    }
    Member& member = it->second;
    if (member.joined_as) {
      member.waiting = false;
      member.last_seen = steady_clock::now();
      return *std::exchange(member.joined_as, std::nullopt);
    }
    if (caller.left()) {
      member.waiting = false;
      member.last_seen = steady_clock::now();
      response.error = ErrorCode::kCoordinatorNotAvailable;
      return response;
    }
    changed_.wait_until(lock, caller.stop, steady_clock::now() + kLookForSilent, [&] {
      auto m = group.members.find(id);
      return m == group.members.end() || m->second.joined_as.has_value();
    });
    expire(group);
  }
}

wire::SyncGroupResponse Groups::sync(const wire::SyncGroupRequest& request, const Caller& caller) {
  wire::SyncGroupResponse response;
  std::unique_lock lock(mutex_);
  GroupPtr group = find(request.group);
  response.error = check(group.get(), request.member, request.instance, request.generation);
  if (response.error != ErrorCode::kNone) return response;
  if (request.protocol.value_or(group->protocol) != group->protocol ||
      request.protocol_type.value_or(group->protocol_type) != group->protocol_type) {
    response.error = ErrorCode::kInconsistentGroupProtocol;
    return response;
  }
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
  while (!settled() && !caller.left()) {
    group->members.find(request.member)->second.waiting = true;
    changed_.wait_until(lock, caller.stop, steady_clock::now() + kLookForSilent, settled);
    expire(*group);
  }
  auto it = group->members.find(request.member);
  if (it != group->members.end()) it->second.waiting = false;
  response.error = check(group.get(), request.member, request.instance, request.generation);
  if (response.error != ErrorCode::kNone) return response;
  if (group->state != State::kStable) {
    response.error = ErrorCode::kCoordinatorNotAvailable;  // shutting down, or nobody listens
  } else {
    response.protocol_type = group->protocol_type;
    response.protocol = group->protocol;
    response.assignment = group->members.find(request.member)->second.assignment;
  }
  return response;
}

}  // namespace hub
