// One SELECT at work: joins, WHERE, windows, HAVING, projection. Takes tables from an input or a
// step, gives tables to its step. Rows pass at once; where streams are joined or functions look at
// other events (ISFIRST, LAG, …) they wait for the watermark.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "stream/analytics.h"
#include "stream/apply.h"
#include "stream/event_clock.h"
#include "stream/expression.h"
#include "stream/failed_rows.h"
#include "stream/reference_join.h"
#include "stream/row_sorter.h"
#include "stream/stream_joins.h"
#include "stream/windows.h"
#include "streamsql/plan.h"

namespace stream {

/// Takes the rows that something before it makes. Owned by the engine's thread.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// `table` and its values are valid during the call only.
  virtual base::Status rows(const Table& table) = 0;
  /// No row with a time below `watermark` comes any more.
  virtual base::Status watermark(Ticks watermark) = 0;
  /// Whether check() can say no.
  virtual bool checks() const { return false; }
  /// Whether rows() would take each row for what it is itself: evaluates, and keeps nothing.
  virtual base::Status check(const Table&) { return {}; }
};

class SelectRunner final : public RowSink {
 public:
  /// `plan` must outlive it. Columns get slots in `from` (the FROM source and the streams it
  /// joins), in the references and in `out`. `branch` numbers the SELECTs of a UNION.
  SelectRunner(const streamsql::Select& plan, const std::vector<Shape*>& from,
               References& references, Shape& out, RowSink& next, int branch, ErrorPolicy errors);

  /// Once the references are loaded.
  base::Status build_joins();
  /// Where the rows of stream `source` go in: 0 is FROM.
  RowSink& source(std::size_t source);
  base::Status rows(const Table& table) override;
  base::Status watermark(Ticks watermark) override;
  bool checks() const override { return can_fail_ || next_.checks(); }
  base::Status check(const Table& table) override;

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  struct Item {
    EvaluatorPtr value;
    int slot = -1;  ///< -1: a star
    int star_source = 0;
    std::vector<int>
        star_slots;  ///< per source slot: the output slot, -1 when another has the name
  };

  /// A stream that is joined.
  class JoinedStream final : public RowSink {
   public:
    JoinedStream(SelectRunner& select, std::size_t source) : select_(select), source_(source) {}
    base::Status rows(const Table& table) override { return select_.joins_in(source_, table); }
    base::Status watermark(Ticks watermark) override { return select_.advance(source_, watermark); }
    bool checks() const override { return select_.can_fail_; }
    base::Status check(const Table& table) override {
      return select_.streams_->check(source_, table);
    }

   private:
    SelectRunner& select_;
    std::size_t source_;
  };

  void keep_columns(const std::vector<Shape*>& from);
  base::Status joins_in(std::size_t source, const Table& table);
  base::Status advance(std::size_t source, Ticks watermark);
  base::Status joined(const Frame& frame, const Ticks* time);
  base::Status release(Ticks watermark);
  using Kept = std::vector<std::uint32_t>;
  base::Status run_analytics(Evaluation& e, Table& table, Kept& kept);
  /// How far a batch goes: evaluated only, or on to windows or the next step.
  enum class Pass { kCheck, kWhole };
  template <typename Work>
  base::Status with_errors(const Frame& frame, const Work& work);
  base::Status fail(const Frame& frame, const base::Error& error);
  base::Status pass(const Frame& frame);
  base::Status evaluate(Frame frame, Pass pass);
  base::Status pass_watermark(Ticks watermark);
  void compile_where();
  void compile_items(const ExpressionContext& grouped);
  base::Status add_to_windows(Evaluation& e, Rows rows, Pass pass);
  base::Status refused(int aggregate) const;
  base::Status emit(const std::vector<Windows::Closed>& closed);
  base::Status finish(const Frame& groups);
  base::Status project(Evaluation& e, Rows rows, Pass pass);
  void take_times(Evaluation& e, Rows rows);
  bool put(Evaluation& e, Rows rows, const Item& item);
  void put_star(Evaluation& e, Rows rows, Item& item);
  void put_record(const Value* records, Evaluation& e, Rows rows);
  void set_column(int slot, const Value* values);
  int star_slot(Item& item, const Shape& source, int slot);
  bool is_named(int slot) const;

  const streamsql::Select& plan_;
  Shape& out_shape_;
  RowSink& next_;
  const int branch_;
  const ErrorPolicy errors_;
  bool can_fail_ = false;   ///< something in it can fail on a row's own values
  bool evaluated_ = false;  ///< the batch at work has begun to have effects
  Shape groups_;            ///< names for groups on which something fails
  ExpressionContext context_;
  std::vector<RowFormat> formats_;  ///< of the streams, where rows wait
  std::unique_ptr<StreamJoins> streams_;
  std::vector<std::unique_ptr<JoinedStream>> joined_streams_;
  std::unique_ptr<RowSorter> sorter_;
  std::unique_ptr<Analytics> analytics_;
  std::vector<std::unique_ptr<ReferenceJoinRunner>> joins_;
  std::vector<std::unique_ptr<ApplyRunner>> applies_;
  /// WHERE, conjunct by conjunct: those that can look at rows before reference data are joined to
  /// them (never one that stands behind another kind: it may guard it), and the rest.
  std::vector<EvaluatorPtr> early_where_, where_;
  EvaluatorPtr having_;
  std::vector<EvaluatorPtr> keys_, session_keys_, args_;
  std::vector<Item> items_;
  std::unique_ptr<Windows> windows_;
  std::int64_t emitted_ = 0;  ///< rows that windows or joins gave, for their origins
  Arena arena_;
  Arena waited_;  ///< rows that come out of sorter_
  Table out_;
};

}  // namespace stream
