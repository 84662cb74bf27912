// CROSS APPLY and OUTER APPLY: a row for each element of an array or each property of a record.
#pragma once

#include "stream/expression.h"
#include "streamsql/plan.h"

namespace stream {

/// Owned by the engine's thread.
class ApplyRunner {
 public:
  /// Adds its two columns as the next source to `context`. `plan` must outlive it.
  ApplyRunner(const streamsql::ApplyElements& plan, ExpressionContext& context);
  ApplyRunner(const ApplyRunner&) = delete;

  /// Unfolds the rows of `frame`, which gets one source more. False after an error: the value is
  /// neither NULL nor of the type that the function takes.
  bool apply(Evaluation& e, Frame& frame);

 private:
  const streamsql::ApplyElements& plan_;
  EvaluatorPtr arg_;
  Shape shape_;
  Table table_;
};

}  // namespace stream
