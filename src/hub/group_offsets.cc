// The offsets that consumer groups commit.
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "hub/groups_internal.h"

namespace hub {

using base::Code;
using base::error;
using base::Status;
using nlohmann::json;
using wire::ErrorCode;

namespace {
constexpr std::size_t kGroupsMax = 1000, kPartitionsMax = 10'000, kMetadataMax = 4096;
}

Status Groups::load() {
  if (!env_.exists(path_)) return {};
  json j = json::parse(TRY(env_.read_file(path_)), nullptr, false);
  try {
    for (const auto& [group, topics] : j.items()) {
      for (const auto& [topic, partitions] : topics.items()) {
        for (const auto& p : partitions) {
          offsets_[group][topic][p.at(0).get<std::int32_t>()] = {p.at(1), p.at(2)};
        }
      }
    }
  } catch (const json::exception&) {
    return error(Code::kDataLoss, "{}: isn't a file of committed offsets: remove it", path_);
  }
  return {};
}

Status Groups::save(const std::map<std::string, Offsets, std::less<>>& offsets) {
  json j = json::object();
  for (const auto& [group, topics] : offsets) {
    for (const auto& [topic, partitions] : topics) {
      for (const auto& [index, at] : partitions) {
        j[group][topic].push_back({index, at.offset, at.metadata});
      }
    }
  }
  try {
    return env_.write_file(path_, j.dump());
  } catch (const json::exception&) {  // names and metadata are UTF-8 or refused
    return error(Code::kInvalidArgument, "a group, topic or metadata isn't UTF-8");
  }
}

wire::OffsetCommitResponse Groups::commit(const wire::OffsetCommitRequest& request) {
  wire::OffsetCommitResponse response;
  response.topics = &request.topics;
  std::lock_guard lock(mutex_);
  Group* group = find(request.group);
  bool outside_of_group = request.generation < 0 && request.member.empty();
  if (!outside_of_group) {
    response.error = check(group, request.member, request.generation);
    // The last commit before a rebalance still counts.
    if (response.error == ErrorCode::kRebalanceInProgress) response.error = ErrorCode::kNone;
  } else if (group != nullptr && !group->members.empty()) {
    response.error = ErrorCode::kUnknownMemberId;
  }
  if (response.error != ErrorCode::kNone) return response;
  auto changed = offsets_;
  Offsets& offsets = changed[std::string(request.group)];
  std::size_t partitions = 0;
  for (const auto& topic : request.topics) {
    for (const auto& p : topic.partitions) {
      offsets[std::string(topic.name)][p.index] = {p.offset,
                                                   std::string(p.metadata.substr(0, kMetadataMax))};
    }
  }
  for (const auto& [topic, by_index] : offsets) partitions += by_index.size();
  if (changed.size() > kGroupsMax || partitions > kPartitionsMax) {
    response.error = ErrorCode::kInvalidGroupId;
  } else if (auto saved = save(changed); !saved) {
    base::log_warn("hub", "offsets_not_kept", "error={}", saved.error().message);
    response.error = wire::error_code(saved.error().code);
  } else {
    offsets_ = std::move(changed);
  }
  return response;
}

wire::OffsetFetchResponse Groups::committed(const wire::OffsetFetchRequest& request) {
  wire::OffsetFetchResponse response;
  std::lock_guard lock(mutex_);
  auto it = offsets_.find(request.group);
  static const Offsets kNone;
  const Offsets& offsets = it == offsets_.end() ? kNone : it->second;
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
  bool changed = false;
  for (auto& [group, offsets] : offsets_) {
    if (auto it = offsets.find(topic); it != offsets.end()) {
      offsets.erase(it);
      changed = true;
    }
  }
  if (!changed) return;
  if (auto saved = save(offsets_); !saved) {
    base::log_warn("hub", "offsets_not_kept", "error={}", saved.error().message);
  }
}

}  // namespace hub
