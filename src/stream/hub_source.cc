#include "stream/hub_source.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "stream/archive.h"
#include "stream/datetime.h"

namespace stream {
namespace {

/// First out of the archive, as long as the hub begins behind the next record; then out of the hub.
class HubPartitionReader final : public PartitionReader {
 public:
  HubPartitionReader(std::shared_ptr<hub::Hub> hub, int partition, std::int64_t offset,
                     std::unique_ptr<Archive> archive)
      : hub_(std::move(hub)), partition_(partition), next_(offset), archive_(std::move(archive)) {}

  base::Status next(std::int64_t cut_ms, std::size_t max_bytes,
                    std::vector<SourceRecord>& out) override {
    out.clear();
    while (true) {
      std::int64_t start = hub_->state(partition_).start_offset;
      if (next_ < start) {
        TRY(next_archived(start, cut_ms, out));
        if (!out.empty() || held_back_) return {};
        next_ = start;
        reader_.reset();
        if (archive_) archive_->restart();  // by then it may hold more
      }
      if (!reader_) reader_ = hub_->reader(partition_, next_);
      base::Status read = reader_->next(cut_ms, max_bytes, records_);
      bool removed = !read && read.error().code == base::Code::kNotFound;  // since start was read
      if (removed && hub_->state(partition_).start_offset > next_) continue;
      TRY(std::move(read));
      break;
    }
    for (const hub::Record& record : records_)
      out.push_back({record.arrival_ms * kTicksPerMilli, partition_, record.offset, record.value});
    if (!out.empty()) next_ = out.back().offset + 1;
    return {};
  }
  std::int64_t end_offset() const override { return hub_->state(partition_).end_offset; }

 private:
  /// Records of the archive below `start` and the cut. held_back_: there are some, behind the cut.
  base::Status next_archived(std::int64_t start, std::int64_t cut_ms,
                             std::vector<SourceRecord>& out) {
    if (archive_ && archived_at_ == archived_.size()) {
      archived_at_ = 0;
      TRY(archive_->next(next_, start, archived_));
    }
    std::size_t begin = archived_at_;
    while (archived_at_ < archived_.size() &&
           archived_[archived_at_].arrival < cut_ms * kTicksPerMilli)
      archived_at_++;
    out.assign(archived_.begin() + static_cast<std::ptrdiff_t>(begin),
               archived_.begin() + static_cast<std::ptrdiff_t>(archived_at_));
    held_back_ = archived_at_ < archived_.size();
    if (!out.empty()) next_ = out.back().offset + 1;
    return {};
  }

  std::shared_ptr<hub::Hub> hub_;
  int partition_;
  std::int64_t next_;
  std::unique_ptr<Archive> archive_;
  std::vector<SourceRecord> archived_;
  std::size_t archived_at_ = 0;
  bool held_back_ = false;
  std::unique_ptr<hub::Reader> reader_;
  std::vector<hub::Record> records_;
};

class HubSource final : public EventSource {
 public:
  HubSource(std::shared_ptr<hub::Hub> hub, base::Env& env, std::string name_space,
            std::string incarnation)
      : hub_(std::move(hub)),
        env_(env),
        name_space_(std::move(name_space)),
        incarnation_(std::move(incarnation)) {}
  const std::string& name() const override { return hub_->name(); }
  std::string incarnation() const override { return incarnation_; }
  int partitions() const override { return hub_->partitions(); }
  std::int64_t frontier_ms() const override { return hub_->frontier_ms(); }
  std::string waits_for() const override {
    return fmt::format(
        "hub '{}': no generator has begun and nothing was sent to it, so nobody can say how far "
        "its time is",
        name());
  }
  base::Result<std::int64_t> first_offset(int partition) const override {
    std::int64_t start = hub_->state(partition).start_offset;
    auto kept = archive(partition);
    if (start == 0 || !kept) return start;
    std::lock_guard lock(mutex_);
    Reach& reach = reach_[partition];
    if (reach.start != start) reach = {start, TRY(kept->reach(start))};
    return reach.first;
  }
  std::unique_ptr<PartitionReader> reader(int partition, std::int64_t offset) const override {
    {
      std::lock_guard lock(mutex_);
      reach_.erase(partition);  // who begins anew looks anew
    }
    return std::make_unique<HubPartitionReader>(hub_, partition, offset, archive(partition));
  }
  std::optional<std::int64_t> outside(int partition) const override {
    return hub_->state(partition).outside_records;
  }
  base::Status sync() const override { return hub_->sync(); }

 private:
  std::unique_ptr<Archive> archive(int partition) const {
    auto capture = hub_->options().capture;
    if (!capture) return nullptr;
    return std::make_unique<Archive>(
        env_, fmt::format("{}/{}/{}/{}", capture->dir, name_space_, hub_->name(), partition),
        partition);
  }

  std::shared_ptr<hub::Hub> hub_;
  base::Env& env_;
  const std::string name_space_, incarnation_;
  struct Reach {
    std::int64_t start = 0, first = 0;
  };
  mutable std::mutex mutex_;
  mutable std::map<int, Reach> reach_;  ///< by partition: finding it reads files
};

static_assert(hub::kNoFrontier == EventSource::kNoFrontier);

}  // namespace

std::shared_ptr<EventSource> make_hub_source(std::shared_ptr<hub::Hub> hub, base::Env& env,
                                             std::string name_space, std::string incarnation) {
  return std::make_shared<HubSource>(std::move(hub), env, std::move(name_space),
                                     std::move(incarnation));
}

}  // namespace stream
