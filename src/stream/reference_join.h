// Joins of a stream with reference data, INNER and LEFT: each row meets the reference rows of its
// key. Several partners multiply the row; NULL keys have none.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "stream/expression.h"
#include "stream/reference.h"
#include "streamsql/plan.h"

namespace stream {

/// Reference data of a plan, in the plan's order.
using References = std::vector<std::unique_ptr<ReferenceTable>>;

/// Owned by the engine's thread.
class ReferenceJoinRunner {
 public:
  /// Adds the table as the next source to `context`.
  ReferenceJoinRunner(const streamsql::ReferenceJoin& plan, ReferenceTable& table,
                      ExpressionContext& context);
  /// Once the table is loaded.
  base::Status build() { return index_.build(table_.table(), ordinal_, right_keys_); }
  /// Joins the rows of `frame`, which gets one source more. False after an error.
  bool apply(Evaluation& e, Frame& frame) const;

 private:
  /// Row `left[i]` of the frame beside reference row `right[i]`, ascending by left.
  struct Pairs {
    std::vector<std::uint32_t> left, right;
    void add(std::uint32_t l, std::uint32_t r) {
      left.push_back(l);
      right.push_back(r);
    }
  };
  bool match(Evaluation& e, const Frame& frame, Pairs& pairs) const;
  Frame joined(Evaluation& e, const Frame& frame, const Pairs& pairs) const;
  Pairs keep_true(const Value* holds, const Pairs& pairs, std::size_t left_rows) const;

  ReferenceTable& table_;
  bool left_join_;
  int ordinal_;
  std::vector<EvaluatorPtr> left_keys_, right_keys_;
  EvaluatorPtr residual_;
  ReferenceIndex index_;
};

}  // namespace stream
