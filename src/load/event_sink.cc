#include "load/event_sink.h"

#include <atomic>

namespace load {
namespace {

using base::Code;
using base::Status;

class HubSink final : public EventSink {
 public:
  explicit HubSink(std::shared_ptr<hub::Hub> hub) : hub_(std::move(hub)) {
    hub_->attach_generator();
  }

  std::string name() const override { return hub_->name(); }
  int partitions() const override { return hub_->partitions(); }
  Tail tail(int partition) const override { return hub_->world_tail(partition); }
  Status append(int partition, std::span<const Record> records) override {
    return hub_->append_world(partition, records);
  }
  void advance(std::int64_t ms) override { hub_->advance_frontier(ms); }
  std::int64_t advanced_to() const override { return hub_->frontier_ms(); }
  /// All but a hub that was removed may come right: a full disk can be emptied.
  bool can_retry(const base::Error& e) const override {
    return e.code != Code::kNotFound && e.code != Code::kInvalidArgument &&
           e.code != Code::kFailedPrecondition;
  }
  Status finish(bool complete) override {
    if (complete) hub_->detach_generator();
    return {};
  }
  std::int64_t rows() const override {
    std::int64_t rows = 0;
    for (int p = 0; p < hub_->partitions(); ++p) rows += hub_->state(p).world_records;
    return rows;
  }

 private:
  const std::shared_ptr<hub::Hub> hub_;
};

class TextEventSink final : public EventSink {
 public:
  TextEventSink(std::shared_ptr<Sink> sink, std::string name)
      : sink_(std::move(sink)), name_(std::move(name)) {}

  std::string name() const override { return name_; }
  int partitions() const override { return 1; }
  Tail tail(int) const override { return {}; }
  Status append(int, std::span<const Record> records) override {
    chunk_.text.clear();
    for (const Record& record : records) {
      chunk_.text += record.value;
      chunk_.text += '\n';
    }
    chunk_.rows = std::ssize(records);
    TRY(sink_->write(chunk_));
    rows_ += std::ssize(records);
    return {};
  }
  bool can_retry(const base::Error&) const override { return false; }  // a part may be written
  Status finish(bool) override { return sink_->close(); }
  std::int64_t rows() const override { return rows_; }

 private:
  const std::shared_ptr<Sink> sink_;
  const std::string name_;
  Chunk chunk_;
  std::atomic<std::int64_t> rows_{0};
};

}  // namespace

std::shared_ptr<EventSink> hub_sink(std::shared_ptr<hub::Hub> hub) {
  return std::make_shared<HubSink>(std::move(hub));
}

std::shared_ptr<EventSink> text_event_sink(std::shared_ptr<Sink> sink, std::string name) {
  return std::make_shared<TextEventSink>(std::move(sink), std::move(name));
}

}  // namespace load
