#include "stream/hub_source.h"

#include <algorithm>

#include "stream/datetime.h"

namespace stream {
namespace {

class HubPartitionReader final : public PartitionReader {
 public:
  HubPartitionReader(std::shared_ptr<hub::Hub> hub, int partition, std::int64_t offset)
      : hub_(std::move(hub)),
        partition_(partition),
        reader_(hub_->reader(partition, std::max(offset, hub_->state(partition).start_offset))) {}

  base::Status next(std::int64_t cut_ms, std::size_t max_bytes,
                    std::vector<SourceRecord>& out) override {
    TRY(reader_->next(cut_ms, max_bytes, records_));
    out.clear();
    for (const hub::Record& record : records_)
      out.push_back({record.arrival_ms * kTicksPerMilli, partition_, record.offset, record.value});
    return {};
  }
  std::int64_t end_offset() const override { return hub_->state(partition_).end_offset; }

 private:
  std::shared_ptr<hub::Hub> hub_;
  int partition_;
  std::unique_ptr<hub::Reader> reader_;
  std::vector<hub::Record> records_;
};

class HubSource final : public Source {
 public:
  explicit HubSource(std::shared_ptr<hub::Hub> hub) : hub_(std::move(hub)) {}
  const std::string& name() const override { return hub_->name(); }
  int partitions() const override { return hub_->partitions(); }
  std::int64_t frontier_ms() const override { return hub_->frontier_ms(); }
  std::unique_ptr<PartitionReader> reader(int partition, std::int64_t offset) const override {
    return std::make_unique<HubPartitionReader>(hub_, partition, offset);
  }

 private:
  std::shared_ptr<hub::Hub> hub_;
};

static_assert(hub::kNoFrontier == Source::kNoFrontier);

}  // namespace

std::shared_ptr<Source> make_hub_source(std::shared_ptr<hub::Hub> hub) {
  return std::make_shared<HubSource>(std::move(hub));
}

}  // namespace stream
