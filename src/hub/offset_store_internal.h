// The offsets that consumer groups committed: in memory, and in a file to which each commit appends
// what it changed. Inside the room only. Not thread-safe: Groups guards it.
//
// File: docs/formats/commitlog.md, "offsets.log". A torn last entry is cut off. Any other damage
// makes the store failed: nothing is committed or told until the file is removed (or the last hub).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"

namespace hub {

struct Committed {
  std::int64_t offset = -1;
  std::string metadata;
};
/// By topic and partition.
using Offsets = std::map<std::string, std::map<std::int32_t, Committed>, std::less<>>;

class OffsetStore {
 public:
  struct Change {
    std::string_view topic;
    std::int32_t partition = 0;
    std::int64_t offset = -1;  ///< −1 forgets it
    std::string_view metadata;
  };

  /// `path` is the file's; what an earlier version left as `old_path` is taken over. `wall` tells
  /// the age of groups. All outlive the store.
  OffsetStore(base::Env& env, base::Clock& wall, std::string path, std::string old_path)
      : env_(env), wall_(wall), path_(std::move(path)), old_path_(std::move(old_path)) {}

  void load();
  /// Why nothing can be committed, and what to do; empty when it can.
  std::string failure();
  /// Takes a damaged file away and begins without offsets.
  base::Status begin_anew();

  /// Errors: of files; kDataLoss with failure().
  base::Status commit(std::string_view group, std::span<const Change> changes);
  /// nullptr when there are none. Valid until the next change.
  const Offsets* find(std::string_view group) const;
  std::size_t groups() const { return groups_.size(); }
  /// Removes a topic that has gone from all groups.
  void forget_topic(std::string_view topic);
  /// Forgets the groups whose last commit is older than `kept`, and the oldest above `groups_max`,
  /// but none for which `in_use(name)`.
  template <typename InUse>
  void forget_old(std::chrono::milliseconds kept, std::size_t groups_max, InUse in_use);

 private:
  struct Group {
    Offsets offsets;
    std::int64_t committed_ms = 0;  // wall time of the last commit
  };
  base::Status read();
  base::Status read_old();
  base::Status rewrite();
  base::Status append(const std::string& entry);
  void apply(std::string_view group, std::int64_t ms, std::span<const Change> changes);
  void forget(std::string_view group);

  base::Env& env_;
  base::Clock& wall_;
  const std::string path_, old_path_;
  std::string failure_, damaged_;  // why, and which file
  std::map<std::string, Group, std::less<>> groups_;
  std::unique_ptr<base::File> file_;
  std::uint64_t size_ = 0, compact_size_ = 0;  // of the file: now, and when it was written whole
};

template <typename InUse>
void OffsetStore::forget_old(std::chrono::milliseconds kept, std::size_t groups_max, InUse in_use) {
  std::int64_t oldest_ms = base::to_millis(wall_.now()) - kept.count();
  std::multimap<std::int64_t, std::string> by_age;
  for (const auto& [name, group] : groups_) {
    if (!in_use(name)) by_age.emplace(group.committed_ms, name);
  }
  for (const auto& [ms, name] : by_age) {
    if (ms >= oldest_ms && groups_.size() <= groups_max) return;
    forget(name);
  }
}

}  // namespace hub
