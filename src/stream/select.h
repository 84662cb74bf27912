// One SELECT at work: joins, WHERE, windows, HAVING, projection. Takes tables from an input or a
// step, gives tables to its step.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "stream/event_clock.h"
#include "stream/expression.h"
#include "stream/reference_join.h"
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
};

/// "line 3, column 8: …" of a runtime error, as the error that stops a job.
std::unexpected<base::Error> runtime_error(const RuntimeError& error);

class SelectRunner final : public RowSink {
 public:
  /// `plan` must outlive it. Columns get slots in `from`, in the references and in `out`. `branch`
  /// numbers the SELECTs of a UNION.
  SelectRunner(const streamsql::Select& plan, Shape& from, References& references, Shape& out,
               RowSink& next, int branch);

  /// Once the references are loaded.
  base::Status build_joins();
  base::Status rows(const Table& table) override;
  base::Status watermark(Ticks watermark) override;

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

  void compile_items(const ExpressionContext& grouped);
  base::Status add_to_windows(Evaluation& e, Rows rows);
  base::Status emit(const std::vector<Windows::Closed>& closed);
  base::Status project(Evaluation& e, Rows rows);
  void take_times(Evaluation& e, Rows rows);
  bool put(Evaluation& e, Rows rows, const Item& item);
  void put_star(Evaluation& e, Rows rows, Item& item);
  void put_record(const Value* records, Evaluation& e, Rows rows);
  void set_column(int slot, const Value* values);
  int star_slot(Item& item, const Shape& source, int slot);
  bool is_named(int slot) const;

  const streamsql::Select& plan_;
  Shape& from_;
  Shape& out_shape_;
  RowSink& next_;
  const int branch_;
  ExpressionContext context_;
  std::vector<std::unique_ptr<ReferenceJoinRunner>> joins_;
  EvaluatorPtr where_, having_;
  std::vector<EvaluatorPtr> keys_, args_;
  std::vector<Item> items_;
  std::unique_ptr<Windows> windows_;
  std::int64_t emitted_ = 0;  ///< rows that windows gave, for their origins
  Arena arena_;
  Table out_;
};

}  // namespace stream
