// Who is a member of a consumer group: joining, being replaced, leaving.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "hub/groups_internal.h"

namespace hub {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using wire::ErrorCode;

namespace {

constexpr std::size_t kMembersMax = 200, kGroupNameMax = 255;
constexpr std::int32_t kTimeoutMsMax = 30 * 60 * 1000;

wire::JoinGroupResponse refuse_join(ErrorCode error, std::string_view member) {
  wire::JoinGroupResponse response;
  response.error = error;
  response.member = member;
  return response;
}

}  // namespace

/// What becomes of a request to join.
struct Groups::Admission {
  ErrorCode error = ErrorCode::kNone;
  std::string id;
  std::optional<std::string> predecessor;  ///< the static member's id so far
};

Groups::GroupPtr Groups::find(std::string_view group) {
  auto it = groups_.find(group);
  return it == groups_.end() ? nullptr : it->second;
}

/// Whether a static member speaks under the id that it has now, and a dynamic one is known.
ErrorCode Groups::check_member(const Group& group, std::string_view member,
                               const Instance& instance) {
  if (instance) {
    auto known = group.statics.find(*instance);
    if (known == group.statics.end()) return ErrorCode::kUnknownMemberId;
    if (known->second != member) return ErrorCode::kFencedInstanceId;
  }
  return group.members.contains(member) ? ErrorCode::kNone : ErrorCode::kUnknownMemberId;
}

ErrorCode Groups::check(Group* group, std::string_view member, const Instance& instance,
                        std::int32_t generation) {
  if (group == nullptr) return ErrorCode::kUnknownMemberId;
  expire(*group);
  if (auto error = check_member(*group, member, instance); error != ErrorCode::kNone) return error;
  group->members.find(member)->second.last_seen = steady_clock::now();
  if (generation != group->generation) return ErrorCode::kIllegalGeneration;
  return group->state == State::kJoining ? ErrorCode::kRebalanceInProgress : ErrorCode::kNone;
}

/// Whether `request` shares a protocol with all members but `without`.
bool Groups::fits(const Group& group, const wire::JoinGroupRequest& request,
                  std::string_view without) {
  auto others_speak = [&](const wire::JoinGroupRequest::Protocol& protocol) {
    return std::ranges::all_of(group.members, [&](const auto& member) {
      return member.first == without || member.second.metadata(protocol.name) != nullptr;
    });
  };
  bool alone = group.members.size() == (group.members.contains(without) ? 1U : 0U);
  if (!alone && group.protocol_type != request.protocol_type) return false;
  return std::ranges::any_of(request.protocols, others_speak);
}

Groups::Admission Groups::admit(Group& group, const wire::JoinGroupRequest& request,
                                std::string_view client_id) {
  Admission admission{.id = std::string(request.member)};
  if (request.instance) {
    if (auto known = group.statics.find(*request.instance); known != group.statics.end()) {
      admission.predecessor = known->second;
    }
  }
  if (!request.member.empty()) {
    bool invited = !request.instance && group.invited.erase(admission.id) > 0;
    if (!invited) admission.error = check_member(group, request.member, request.instance);
    if (admission.error == ErrorCode::kNone) admission.predecessor.reset();
  } else if (group.members.size() + group.invited.size() >= kMembersMax && !admission.predecessor) {
    admission.error = ErrorCode::kGroupMaxSizeReached;
  } else {
    std::string_view name = request.instance ? *request.instance : client_id;
    admission.id = fmt::format("{}-{}-{}", name, ::getpid(), ++members_made_);
  }
  if (admission.error != ErrorCode::kNone) return admission;
  if (!fits(group, request, admission.predecessor.value_or(admission.id))) {
    admission.error = ErrorCode::kInconsistentGroupProtocol;
  } else if (request.member.empty() && request.asks_for_id && !request.instance) {
    group.invited[admission.id] = steady_clock::now() + milliseconds(request.session_timeout_ms);
    admission.error = ErrorCode::kMemberIdRequired;
  }
  return admission;
}

/// The static member `old_id` is `id` from now on, with its place and its assignment.
void Groups::replace(Group& group, const std::string& old_id, const std::string& id) {
  auto node = group.members.extract(old_id);
  node.key() = id;
  node.mapped().joined_as.reset();  // the predecessor's wait ends: it is fenced
  node.mapped().waiting = false;
  group.members.insert(std::move(node));
  if (group.leader == old_id) group.leader = id;
  changed_.notify_all();
}

void Groups::update(Member& member, const wire::JoinGroupRequest& request) {
  member.protocols.clear();
  for (const auto& p : request.protocols) member.protocols.emplace_back(p.name, p.metadata);
  if (request.instance) member.instance = std::string(*request.instance);
  member.session_timeout = milliseconds(request.session_timeout_ms);
  member.rebalance_timeout =
      milliseconds(std::clamp(request.rebalance_timeout_ms, 1, kTimeoutMsMax));
  member.last_seen = steady_clock::now();
}

wire::JoinGroupResponse Groups::join(const wire::JoinGroupRequest& request,
                                     std::string_view client_id, const Caller& caller) {
  if (request.group.empty() || request.group.size() > kGroupNameMax) {
    return refuse_join(ErrorCode::kInvalidGroupId, request.member);
  }
  if (request.session_timeout_ms < 1 || request.session_timeout_ms > kTimeoutMsMax) {
    return refuse_join(ErrorCode::kInvalidSessionTimeout, request.member);
  }
  std::unique_lock lock(mutex_);
  GroupPtr& place = groups_[std::string(request.group)];
  if (!place) place = std::make_shared<Group>();
  GroupPtr group = place;
  expire(*group);
  Admission admission = admit(*group, request, client_id);
  if (admission.error != ErrorCode::kNone) return refuse_join(admission.error, admission.id);
  const std::string& id = admission.id;
  std::string leader = group->leader;  // so far: see below
  if (admission.predecessor) replace(*group, *admission.predecessor, id);
  if (request.instance) group->statics[std::string(*request.instance)] = id;
  if (group->members.empty()) group->leader = id;
  group->protocol_type = request.protocol_type;
  bool known = group->members.contains(id);
  Member& member = group->members[id];
  auto before = std::exchange(member.protocols, {});
  update(member, request);
  bool unchanged = known && before == member.protocols;
  member.joined_as.reset();
  if (admission.predecessor && group->state == State::kStable &&
      voted_protocol(*group) == group->protocol) {
    // It takes up its predecessor's assignment. As leader of a stable group it would assign, and
    // nobody would hear of it.
    auto response = joined_now(*group, id);
    response.skip_assignment = id == group->leader;
    response.leader_before = leader;
    return response;
  }
  // An answer that was lost on the way is given again; a leader that comes again wants to assign.
  bool settled =
      group->state == State::kSyncing || (group->state == State::kStable && id != group->leader);
  if (unchanged && !admission.predecessor && settled && member.joined) {
    return joined_now(*group, id);
  }
  member.waiting = true;
  if (group->state != State::kJoining) start_rebalance(*group);
  member.joined = true;
  finish_when_all_joined(*group);
  auto response = wait_joined(lock, *group, id, caller);
  if (response.error == ErrorCode::kUnknownMemberId && request.instance &&
      group->statics.contains(*request.instance)) {
    response.error = ErrorCode::kFencedInstanceId;  // a successor came meanwhile
  }
  return response;
}

wire::HeartbeatResponse Groups::heartbeat(const wire::HeartbeatRequest& request) {
  std::lock_guard lock(mutex_);
  return {check(find(request.group).get(), request.member, request.instance, request.generation)};
}

wire::LeaveGroupResponse Groups::leave(const wire::LeaveGroupRequest& request) {
  wire::LeaveGroupResponse response;
  std::lock_guard lock(mutex_);
  GroupPtr group = find(request.group);
  for (const auto& leaving : request.members) {
    auto& answer = response.members.emplace_back(leaving.id, leaving.instance);
    if (group == nullptr) {
      answer.error = ErrorCode::kUnknownMemberId;
      continue;
    }
    std::string id(leaving.id);
    if (leaving.instance && id.empty()) {  // whoever it is now
      auto known = group->statics.find(*leaving.instance);
      if (known != group->statics.end()) id = known->second;
    }
    if (group->invited.erase(id) > 0) continue;
    answer.error = check_member(*group, id, leaving.instance);
    if (answer.error == ErrorCode::kNone) remove(*group, id);
  }
  if (group) expire(*group);
  return response;
}

}  // namespace hub
