// The joins of streams of one SELECT, one node after the other: (0 with 1), with 2, …
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "stream/expression.h"
#include "stream/failed_rows.h"
#include "stream/stream_join.h"
#include "streamsql/plan.h"

namespace stream {

/// Owned by the engine's thread.
class StreamJoins {
 public:
  /// Source s has the columns of context.shapes[s]; formats[s] says which of them are kept. All
  /// must outlive it.
  StreamJoins(const std::vector<streamsql::StreamJoin>& plan, const ExpressionContext& context,
              std::vector<RowFormat>& formats, ErrorPolicy errors);

  /// Rows of source `source`; the table need stay during the call only.
  base::Status add(std::size_t source, const Table& table);
  /// Whether the rows have keys.
  base::Status check(std::size_t source, const Table& table);

  /// Gets joined rows as a frame with a table for each source. Table 0 has the times of the joined
  /// rows and no origins. Valid during the call.
  using Emit = std::function<base::Status(const Frame& frame, const Ticks* time)>;
  /// Nothing below `watermark` comes from `source` any more.
  base::Status advance(std::size_t source, Ticks watermark, const Emit& emit);
  /// No joined row below it comes any more.
  Ticks watermark() const;

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  struct Node {
    std::unique_ptr<StreamJoinNode> join;
    std::vector<EvaluatorPtr> left_keys, right_keys;
    EvaluatorPtr residual;
  };
  using Pairs = std::span<const StreamJoinNode::Pair>;
  base::Status join(std::size_t node, const std::vector<JoinedRow>& left, const Emit& emit);
  base::Result<std::vector<bool>> holds(std::size_t node, Pairs pairs);
  base::Status hand_on(std::size_t node, Pairs pairs);
  Frame decode(std::size_t node, Pairs pairs);
  const std::vector<EvaluatorPtr>& keys_of(std::size_t source) const {
    return source == 0 ? nodes_[0].left_keys : nodes_[source - 1].right_keys;
  }
  base::Result<const Value*> column(const EvaluatorPtr& evaluator, Evaluation& e);
  base::Result<std::vector<const Value*>> keys(const std::vector<EvaluatorPtr>& keys,
                                               Evaluation& e);

  std::vector<RowFormat>& formats_;
  const ErrorPolicy errors_;
  std::vector<Node> nodes_;
  std::vector<RowSorter> sorters_;   ///< by source
  std::vector<Ticks> watermarks_;    ///< by source
  Ticks passed_ = kNoWatermark;      ///< rows below it are joined
  Arena arena_;                      ///< the pairs at work
  std::vector<Table> tables_;        ///< of decode()
  std::vector<JoinedRow> composed_;  ///< what a node gives the next one
  std::deque<std::string> bytes_;    ///< of composed_
};

}  // namespace stream
