// Inside the room: an event input of the engine.
#pragma once

#include "stream/engine.h"

namespace stream {

class Engine::Input {
 public:
  Input(const streamsql::Input& plan, const EngineOptions& options, bool all_columns,
        EngineOutputs& outputs);

  Shape& shape() { return shape_; }
  void add_reader(RowSink& reader) { readers_.push_back(&reader); }
  /// Once all expressions have their columns.
  void find_broker_columns();

  base::Status push(const std::vector<SourceRecord>& records);
  /// An event that `table` shows in `row` was delivered, and a SELECT failed on it afterwards.
  base::Status failed_late(const Table& table, std::size_t row, const void* select,
                           std::string_view why);
  base::Status advance(Ticks frontier);
  base::Status finish();
  Ticks watermark() const { return clock_.watermark(); }
  const std::map<std::int32_t, BinCounts>& counts() const { return counts_; }

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  base::Status push_batch(const SourceRecord* records, std::size_t n);
  base::Status parse(const SourceRecord& record);
  base::Status add(const SourceRecord& record, std::string_view text, int position);
  base::Status stamp();
  void keep(const std::vector<std::uint32_t>& list);
  void point_at_rows();
  base::Status take_out_failing();
  std::optional<base::Error> check(const Table& table) const;
  /// The TIMESTAMP BY value of each parsed row; a row whose expression fails has none.
  std::vector<std::optional<Ticks>> event_times();
  base::Status refuse(Bin bin, const SourceRecord& record, int position, std::string_view why);
  BinCounts& count(std::int32_t partition) { return counts_[partition]; }
  base::Status pass_watermark();

  const streamsql::Input& plan_;
  EngineOutputs& outputs_;
  Shape shape_;
  EventReader reader_;
  const bool broker_columns_;
  const bool errors_are_dead_letters_;
  bool all_columns_;
  int arrival_slot_ = -1, partition_slot_ = -1, offset_slot_ = -1;
  EvaluatorPtr timestamp_;
  EventClock clock_;
  Ticks passed_ = kNoWatermark;  ///< the watermark that readers know
  std::map<std::int32_t, BinCounts> counts_;
  std::vector<RowSink*> readers_;

  /// Events that failed late since the watermark last moved, each once, whichever SELECTs tell.
  struct FailedLate {
    int events = 0;  ///< of the record: a body may hold several
    std::map<const void*, int> by_select;
  };
  std::map<std::pair<std::int32_t, std::int64_t>, FailedLate> failed_late_;

  // The batch at work.
  struct Event {
    SourceRecord record;  ///< `value` is the event's part of the body
    int position = 0;     ///< in the body, from 1; 0: the body is one event
    bool adjusted = false;
  };
  std::vector<Event> parsed_;  ///< by row
  std::vector<Ticks> time_;
  std::vector<Origin> origin_;
  Table table_;
  Arena arena_;
};

}  // namespace stream
