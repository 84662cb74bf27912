#include <nlohmann/json.hpp>
#include <vector>

#include "base/log.h"
#include "hub/offset_store_internal.h"
#include "wire/bytes.h"
#include "wire/crc32c.h"

namespace hub {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using nlohmann::json;

namespace {

constexpr std::string_view kOffsetsBegin = "hriste-offsets-1\n";
constexpr std::size_t kOffsetsHeadBytes = 8;
constexpr std::uint64_t kCompactAbove = 1 << 20;

/// Length and CRC-32C of what follows: wall time, group, changes.
std::string offsets_entry(std::string_view group, std::int64_t ms,
                          std::span<const OffsetStore::Change> changes) {
  std::string body;
  wire::ByteWriter out(body);
  out.i64(ms);
  out.string(group);
  out.array(changes.size());
  for (const auto& change : changes) {
    out.string(change.topic);
    out.i32(change.partition);
    out.i64(change.offset);
    out.string(change.metadata);
  }
  std::string entry;
  wire::ByteWriter head(entry);
  head.i32(static_cast<std::int32_t>(body.size()));
  head.i32(static_cast<std::int32_t>(wire::crc32c(body)));
  return entry + body;
}

/// The body of the entry that `bytes` begins with; a view without data when it isn't whole.
std::string_view sound_offsets(std::string_view bytes) {
  wire::ByteReader in(bytes);
  std::int32_t length = in.i32();
  std::uint32_t crc = in.u32();
  if (!in.ok() || length < 0 || static_cast<std::size_t>(length) > in.remaining()) return {};
  std::string_view body = bytes.substr(kOffsetsHeadBytes, static_cast<std::size_t>(length));
  return wire::crc32c(body) == crc ? body : std::string_view{};
}

/// Whether a sound entry follows on the one that isn't: then it wasn't torn off, but damaged.
bool goes_on_behind(std::string_view bytes) {
  wire::ByteReader in(bytes);
  std::int32_t length = in.i32();
  std::size_t next = kOffsetsHeadBytes + static_cast<std::size_t>(std::max(length, 0));
  return in.ok() && length >= 0 && next < bytes.size() &&
         sound_offsets(bytes.substr(next)).data() != nullptr;
}

}  // namespace

void OffsetStore::load() {
  Status status = env_.exists(path_) ? read() : read_old();
  if (status) return;
  groups_.clear();
  failure_ = fmt::format(
      "{}: consumer groups can't commit, and would begin anew; put the file back, or remove it to "
      "have them begin anew",
      status.error().message);
  base::log_error("hub", "offsets_failed", "error=\"{}\"", failure_);
}

std::string OffsetStore::failure() {
  if (!failure_.empty() && !env_.exists(damaged_)) {  // the user has decided
    failure_.clear();
    load();
  }
  return failure_;
}

Status OffsetStore::begin_anew() {
  if (failure_.empty()) return {};
  TRY(env_.remove_file(damaged_));
  (void)failure();
  return {};
}

Status OffsetStore::read() {
  damaged_ = path_;
  std::string bytes = TRY(env_.read_file(path_));
  if (!bytes.starts_with(kOffsetsBegin)) return error(Code::kDataLoss, "{} is damaged", path_);
  std::string_view rest = std::string_view(bytes).substr(kOffsetsBegin.size());
  while (!rest.empty()) {
    std::string_view body = sound_offsets(rest);
    if (body.data() == nullptr) break;
    wire::ByteReader in(body);
    std::int64_t ms = in.i64();
    std::string_view group = in.string();
    std::vector<Change> changes;
    for (std::int32_t n = in.array(16); in.ok() && n > 0; --n) {
      std::string_view topic = in.string();
      std::int32_t partition = in.i32();
      std::int64_t offset = in.i64();
      changes.push_back({topic, partition, offset, in.string()});
    }
    if (!in.ok()) break;
    apply(group, ms, changes);
    rest.remove_prefix(kOffsetsHeadBytes + body.size());
  }
  size_ = compact_size_ = bytes.size() - rest.size();
  if (goes_on_behind(rest)) {
    return error(Code::kDataLoss, "{} is damaged at byte {}", path_, size_);
  }
  file_ = TRY(env_.open(path_, base::Env::Open::kAppend));
  if (rest.empty()) return {};
  base::log_warn("hub", "offsets_cut", "file={} from={} to={}", path_, bytes.size(), size_);
  return file_->truncate(size_);
}

/// Takes over the one JSON document of earlier versions:
/// {group: {topic: [[partition, offset, metadata]]}}.
Status OffsetStore::read_old() {
  damaged_ = old_path_;
  if (!env_.exists(old_path_)) return {};
  json j = json::parse(TRY(env_.read_file(old_path_)), nullptr, false);
  std::int64_t now = base::to_millis(wall_.now());
  try {
    if (!j.is_object()) return error(Code::kDataLoss, "{} is damaged", old_path_);
    for (const auto& [group, topics] : j.items()) {
      for (const auto& [topic, partitions] : topics.items()) {
        for (const auto& p : partitions) {
          auto metadata = p.at(2).get<std::string>();
          Change change{topic, p.at(0).get<std::int32_t>(), p.at(1).get<std::int64_t>(), metadata};
          apply(group, now, {&change, 1});
        }
      }
    }
  } catch (const json::exception&) {
    return error(Code::kDataLoss, "{} is damaged", old_path_);
  }
  TRY(rewrite());
  return env_.remove_file(old_path_);
}

Status OffsetStore::rewrite() {
  std::string bytes(kOffsetsBegin);
  for (const auto& [name, group] : groups_) {
    std::vector<Change> changes;
    for (const auto& [topic, partitions] : group.offsets) {
      for (const auto& [partition, at] : partitions) {
        changes.push_back({topic, partition, at.offset, at.metadata});
      }
    }
    bytes += offsets_entry(name, group.committed_ms, changes);
  }
  file_.reset();
  TRY(env_.write_file(path_, bytes));
  file_ = TRY(env_.open(path_, base::Env::Open::kAppend));
  size_ = compact_size_ = bytes.size();
  return {};
}

Status OffsetStore::append(const std::string& entry) {
  if (!file_) TRY(rewrite());
  if (auto status = file_->append(entry); !status) {
    if (!file_->truncate(size_)) file_.reset();  // written whole by the next commit
    return status;
  }
  size_ += entry.size();
  return {};
}

void OffsetStore::apply(std::string_view name, std::int64_t ms, std::span<const Change> changes) {
  if (changes.empty()) {  // the group was forgotten
    if (auto it = groups_.find(name); it != groups_.end()) groups_.erase(it);
    return;
  }
  Group& group = groups_[std::string(name)];
  group.committed_ms = ms;
  for (const Change& change : changes) {
    auto& partitions = group.offsets[std::string(change.topic)];
    if (change.offset >= 0) {
      partitions[change.partition] = {change.offset, std::string(change.metadata)};
    } else {
      partitions.erase(change.partition);
    }
    if (partitions.empty()) group.offsets.erase(std::string(change.topic));
  }
}

Status OffsetStore::commit(std::string_view group, std::span<const Change> changes) {
  if (auto why = failure(); !why.empty()) return error(Code::kDataLoss, "{}", why);
  if (changes.empty()) return {};
  std::int64_t now = base::to_millis(wall_.now());
  TRY(append(offsets_entry(group, now, changes)));
  apply(group, now, changes);
  if (size_ > kCompactAbove && size_ > 4 * compact_size_) {
    if (auto status = rewrite(); !status) {
      base::log_warn("hub", "offsets_not_compacted", "error={}", status.error().message);
    }
  }
  return {};
}

const Offsets* OffsetStore::find(std::string_view group) const {
  auto it = groups_.find(group);
  return it == groups_.end() ? nullptr : &it->second.offsets;
}

void OffsetStore::forget(std::string_view group) {
  std::string name(group);  // apply() may remove where it lies
  if (auto status = append(offsets_entry(name, base::to_millis(wall_.now()), {})); !status) {
    base::log_warn("hub", "offsets_not_kept", "error={}", status.error().message);
  }
  apply(name, 0, {});
}

void OffsetStore::forget_topic(std::string_view topic) {
  for (auto& [name, group] : groups_) {
    auto it = group.offsets.find(topic);
    if (it == group.offsets.end()) continue;
    std::vector<Change> changes;
    for (const auto& [partition, at] : it->second) changes.push_back({topic, partition, -1, ""});
    if (auto status = append(offsets_entry(name, group.committed_ms, changes)); !status) {
      base::log_warn("hub", "offsets_not_kept", "error={}", status.error().message);
    }
    group.offsets.erase(it);
  }
}

}  // namespace hub
