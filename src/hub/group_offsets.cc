// The offsets that consumer groups commit.
#include <algorithm>

#include "base/log.h"
#include "hub/groups_internal.h"

namespace hub {

using wire::ErrorCode;

namespace {
constexpr std::size_t kGroupsMax = 10'000, kPartitionsMax = 10'000, kMetadataMax = 4096;
constexpr std::chrono::hours kOffsetsKept{7 * 24};
}  // namespace

base::Clock& Groups::wall_clock() {
  static auto* clock = new base::SystemClock;  // never destroyed: threads may outlive statics
  return *clock;
}

Groups::Groups(base::Env& env, const std::string& dir, base::Clock& wall)
    : offsets_(env, wall, dir + "/offsets.log", dir + "/offsets.json") {}

void Groups::load() {
  std::lock_guard lock(mutex_);
  offsets_.load();
}

std::string Groups::failure() {
  std::lock_guard lock(mutex_);
  return offsets_.failure();
}

void Groups::begin_anew() {
  std::lock_guard lock(mutex_);
  if (auto status = offsets_.begin_anew(); !status) {
    base::log_warn("hub", "offsets_stay", "error={}", status.error().message);
  }
}

wire::OffsetCommitResponse Groups::commit(const wire::OffsetCommitRequest& request) {
  wire::OffsetCommitResponse response;
  std::lock_guard lock(mutex_);
  GroupPtr group = find(request.group);
  ErrorCode error = ErrorCode::kNone;
  bool outside_of_group = request.generation < 0 && request.member.empty() && !request.instance;
  if (!outside_of_group) {
    error = check(group.get(), request.member, request.instance, request.generation);
    // The last commit before a rebalance still counts.
    if (error == ErrorCode::kRebalanceInProgress) error = ErrorCode::kNone;
  } else if (group != nullptr && !group->members.empty()) {
    error = ErrorCode::kUnknownMemberId;
  } else if (request.group.size() > 32'000) {
    error = ErrorCode::kInvalidGroupId;
  }
  std::vector<OffsetStore::Change> changes;
  for (const auto& topic : request.topics) {
    for (const auto& p : topic.partitions) {
      if (p.metadata.size() <= kMetadataMax && p.offset >= 0 && p.index >= 0) {
        changes.push_back({topic.name, p.index, p.offset, p.metadata});
      }
    }
  }
  if (changes.size() > kPartitionsMax) error = ErrorCode::kInvalidRequest;
  if (error == ErrorCode::kNone) {
    if (auto kept = offsets_.commit(request.group, changes); !kept) {
      base::log_warn("hub", "offsets_not_kept", "error={}", kept.error().message);
      error = ErrorCode::kKafkaStorageError;
    }
  }
  for (const auto& topic : request.topics) {
    auto& answer = response.topics.emplace_back(topic.name);
    for (const auto& p : topic.partitions) {
      ErrorCode own = p.metadata.size() > kMetadataMax ? ErrorCode::kOffsetMetadataTooLarge
                      : p.offset < 0 || p.index < 0    ? ErrorCode::kOffsetOutOfRange
                                                       : ErrorCode::kNone;
      answer.partitions.push_back({p.index, error != ErrorCode::kNone ? error : own});
    }
  }
  return response;
}

wire::OffsetFetchResponse Groups::committed(const wire::OffsetFetchRequest& request) {
  wire::OffsetFetchResponse response;
  std::lock_guard lock(mutex_);
  for (const auto& group : request.groups) response.groups.push_back(committed(group));
  return response;
}

wire::OffsetFetchResponse::Group Groups::committed(const wire::OffsetFetchRequest::Group& request) {
  wire::OffsetFetchResponse::Group response{.name = request.name};
  if (!offsets_.failure().empty()) response.error = ErrorCode::kKafkaStorageError;
  const Offsets* found = offsets_.find(request.name);
  static const Offsets kNone;
  const Offsets& offsets = found == nullptr ? kNone : *found;
  if (request.all) {
    for (const auto& [name, partitions] : offsets) {
      auto& topic = response.topics.emplace_back(name);
      for (const auto& [index, at] : partitions) {
        topic.partitions.push_back({index, at.offset, at.metadata});
      }
    }
    return response;
  }
  for (const auto& wanted : request.topics) {
    auto& topic = response.topics.emplace_back(std::string(wanted.name));
    auto known = offsets.find(wanted.name);
    for (std::int32_t index : wanted.partitions) {
      auto& partition = topic.partitions.emplace_back(index);
      if (known == offsets.end()) continue;
      if (auto at = known->second.find(index); at != known->second.end()) {
        partition = {index, at->second.offset, at->second.metadata};
      }
    }
  }
  return response;
}

void Groups::forget_topic(std::string_view topic) {
  std::lock_guard lock(mutex_);
  offsets_.forget_topic(topic);
}

void Groups::look_after() {
  std::lock_guard lock(mutex_);
  for (auto& [name, group] : groups_) expire(*group);
  std::erase_if(groups_, [](const auto& group) {
    return group.second->members.empty() && group.second->invited.empty();
  });
  offsets_.forget_old(kOffsetsKept, kGroupsMax,
                      [&](const std::string& name) { return groups_.contains(name); });
}

}  // namespace hub
