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
  base::Status advance(Ticks frontier);
  base::Status finish();
  Ticks watermark() const { return clock_.watermark(); }
  const std::map<std::int32_t, BinCounts>& counts() const { return counts_; }

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  base::Status push_batch(const SourceRecord* records, std::size_t n);
  base::Status parse(const SourceRecord* records, std::size_t n);
  base::Status stamp();
  /// The TIMESTAMP BY value of each parsed row; a row whose expression fails has none.
  std::vector<std::optional<Ticks>> event_times();
  base::Status refuse(Bin bin, const SourceRecord& record, std::string_view why);
  BinCounts& count(std::int32_t partition) { return counts_[partition]; }
  base::Status pass_watermark();

  const streamsql::Input& plan_;
  EngineOutputs& outputs_;
  Shape shape_;
  EventReader reader_;
  const bool broker_columns_;
  bool all_columns_;
  int arrival_slot_ = -1, partition_slot_ = -1, offset_slot_ = -1;
  EvaluatorPtr timestamp_;
  EventClock clock_;
  Ticks passed_ = kNoWatermark;  ///< the watermark that readers know
  std::map<std::int32_t, BinCounts> counts_;
  std::vector<RowSink*> readers_;

  // The batch at work.
  std::vector<const SourceRecord*> parsed_;
  std::vector<Ticks> time_;
  std::vector<Origin> origin_;
  Table table_;
  Arena arena_;
};

}  // namespace stream
