// What Collect, CollectTop and TopOne take of a row: its value and its ranks in one.
#pragma once

#include "stream/expression.h"
#include "streamsql/plan.h"

namespace stream {

/// For each row a record without names: the value (the whole event where the aggregate has no
/// argument), then the values of ORDER BY.
EvaluatorPtr make_collected(const streamsql::Aggregate& aggregate,
                            const ExpressionContext& context);

/// Whether it takes whole events of the FROM source, so that all their columns must be there.
bool takes_events(const streamsql::Select& select);

}  // namespace stream
