#include "stream/collected.h"

#include <algorithm>

namespace stream {
namespace {

class Collected final : public Evaluator {
 public:
  Collected(const Shape& events, EvaluatorPtr value, std::vector<EvaluatorPtr> ranks)
      : events_(events), value_(std::move(value)), ranks_(std::move(ranks)) {}

  const Value* run(Evaluation& e, Rows rows) const override {
    const Value* values = value_ ? value_->run(e, rows) : nullptr;
    if (value_ && values == nullptr) return nullptr;
    std::vector<const Value*> ranks;
    for (const EvaluatorPtr& rank : ranks_) {
      ranks.push_back(rank->run(e, rows));
      if (ranks.back() == nullptr) return nullptr;
    }
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      auto* fields = e.arena().array<RecordField>(1 + ranks.size());
      fields[0] = {{}, value_ ? values[i] : event(e, rows[i])};
      for (std::size_t r = 0; r < ranks.size(); r++) fields[r + 1] = {{}, ranks[r][i]};
      out[i] = record(e.arena(), fields, 1 + ranks.size());
    }
    return out;
  }

 private:
  static Value record(Arena& arena, const RecordField* fields, std::size_t size) {
    Value out;
    out.kind = Kind::kRecord;
    out.record = new (arena.allocate(sizeof(Record))) Record{size, fields};
    return out;
  }

  /// All columns that the FROM row has.
  Value event(Evaluation& e, std::uint32_t row) const {
    const Frame::Source& source = e.frame().sources[0];
    std::uint32_t at = source.index == nullptr ? row : source.index[row];
    auto* fields = e.arena().array<RecordField>(events_.seen().size());
    std::size_t n = 0;
    for (int slot : events_.seen()) {
      const Value* column = source.table->column(slot);
      if (column != nullptr && column[at].kind != Kind::kMissing)
        fields[n++] = {events_.name(slot), column[at]};
    }
    return record(e.arena(), fields, n);
  }

  const Shape& events_;
  EvaluatorPtr value_;
  std::vector<EvaluatorPtr> ranks_;
};

}  // namespace

EvaluatorPtr make_collected(const streamsql::Aggregate& aggregate,
                            const ExpressionContext& context) {
  std::vector<EvaluatorPtr> ranks;
  for (const auto& rank : aggregate.ranks) ranks.push_back(make_evaluator(*rank.value, context));
  return std::make_unique<Collected>(
      *context.shapes[0], aggregate.arg ? make_evaluator(*aggregate.arg, context) : nullptr,
      std::move(ranks));
}

bool takes_events(const streamsql::Select& select) {
  return std::any_of(select.aggregates.begin(), select.aggregates.end(), [](const auto& aggregate) {
    return streamsql::collects(aggregate.function) && !aggregate.arg;
  });
}

}  // namespace stream
