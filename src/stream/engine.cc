#include "stream/engine.h"

#include <algorithm>
#include <set>

#include "stream/collected.h"
#include "stream/engine_input.h"
#include "stream/output_rows.h"

namespace stream {

/// A WITH step or a statement: its SELECTs and those who read it.
class Engine::Step {
 public:
  Step(const streamsql::Step& plan, std::size_t number, EngineOutputs& outputs)
      : plan_(plan), number_(number), outputs_(outputs) {}

  /// Compiles the branches; feeders[i] is where branch i hangs itself.
  /// from[i] has the shapes of the streams that branch i reads, errors[i] what its errors do.
  void build(const std::vector<std::vector<Shape*>>& from, References& references,
             const std::vector<ErrorPolicy>& errors) {
    for (std::size_t i = 0; i < plan_.branches.size(); i++) {
      ports_.push_back(std::make_unique<Port>(*this, i));
      branches_.push_back(std::make_unique<SelectRunner>(plan_.branches[i], from[i], references,
                                                         shape_, *ports_.back(),
                                                         static_cast<int>(i), errors[i]));
      watermarks_.push_back(kNoWatermark);
    }
  }
  SelectRunner& branch(std::size_t i) { return *branches_[i]; }
  std::size_t branches() const { return branches_.size(); }
  Shape& shape() { return shape_; }
  void add_reader(RowSink& reader) { readers_.push_back(&reader); }

  void save(StateWriter& out) const {
    for (const auto& branch : branches_) branch->save(out);
    for (Ticks watermark : watermarks_) out.integer(watermark);
  }
  void restore(StateReader& in) {
    for (const auto& branch : branches_) branch->restore(in);
    for (Ticks& watermark : watermarks_) watermark = in.integer();
  }

 private:
  /// Where a branch puts its rows.
  class Port final : public RowSink {
   public:
    Port(Step& step, std::size_t branch) : step_(step), branch_(branch) {}
    base::Status rows(const Table& table) override { return step_.rows(table); }
    bool checks() const override { return step_.checks(); }
    base::Status check(const Table& table) override { return step_.check(table); }
    base::Status watermark(Ticks watermark) override { return step_.advance(branch_, watermark); }

   private:
    Step& step_;
    std::size_t branch_;
  };

  base::Status rows(const Table& table) {
    if (plan_.is_output) return outputs_.write(number_, table);
    for (RowSink* reader : readers_) TRY(reader->rows(table));
    return {};
  }

  bool checks() const {
    return std::any_of(readers_.begin(), readers_.end(), [](auto* r) { return r->checks(); });
  }
  base::Status check(const Table& table) const {
    for (RowSink* reader : readers_)
      if (reader->checks()) TRY(reader->check(table));
    return {};
  }

  /// The lowest watermark of the branches counts.
  base::Status advance(std::size_t branch, Ticks watermark) {
    Ticks before = *std::min_element(watermarks_.begin(), watermarks_.end());
    watermarks_[branch] = std::max(watermarks_[branch], watermark);
    Ticks now = *std::min_element(watermarks_.begin(), watermarks_.end());
    if (now == before) return {};
    for (RowSink* reader : readers_) TRY(reader->watermark(now));
    return {};
  }

  const streamsql::Step& plan_;
  const std::size_t number_;
  EngineOutputs& outputs_;
  Shape shape_;
  std::vector<std::unique_ptr<Port>> ports_;
  std::vector<std::unique_ptr<SelectRunner>> branches_;
  std::vector<Ticks> watermarks_;
  std::vector<RowSink*> readers_;
};

Engine::Engine(const streamsql::Plan& plan, EngineOutputs& outputs)
    : plan_(plan), outputs_(outputs) {}
Engine::~Engine() = default;

base::Result<std::unique_ptr<Engine>> Engine::create(const streamsql::Plan& plan,
                                                     EngineOptions options,
                                                     EngineOutputs& outputs) {
  std::unique_ptr<Engine> engine(new Engine(plan, outputs));
  for (std::size_t i = 0; i < plan.inputs.size(); i++)
    engine->inputs_.push_back(
        std::make_unique<Input>(plan.inputs[i], options, engine->reads_all_columns(i), outputs));
  for (std::size_t i = 0; i < plan.references.size(); i++)
    engine->references_.push_back(
        std::make_unique<ReferenceTable>(plan.references[i], engine->reads_all_of_reference(i)));
  engine->build_steps(options.errors_are_dead_letters);
  for (const auto& input : engine->inputs_) input->find_broker_columns();
  for (std::size_t i = 0; i < plan.references.size(); i++) {
    auto path = options.references.find(plan.references[i]);
    if (path == options.references.end())
      return base::error(base::Code::kInvalidArgument, "reference '{}' has no path",
                         plan.references[i]);
    TRY(engine->references_[i]->load(*options.env, path->second));
  }
  for (const auto& step : engine->steps_)
    for (std::size_t i = 0; i < step->branches(); i++) TRY(step->branch(i).build_joins());
  return engine;
}

/// The input that all events of a SELECT come from, directly or through steps; -1: several.
int Engine::input_of(const streamsql::Select& select) const {
  std::set<int> found;
  for (const streamsql::StreamSource& source : streamsql::streams_of(select)) {
    if (!source.is_step) {
      found.insert(source.index);
      continue;
    }
    for (const auto& branch : plan_.steps[static_cast<std::size_t>(source.index)].branches)
      found.insert(input_of(branch));
  }
  return found.size() == 1 ? *found.begin() : -1;
}

void Engine::build_steps(bool errors_are_dead_letters) {
  for (const streamsql::Step& plan : plan_.steps) {
    std::vector<std::vector<Shape*>> from;
    std::vector<ErrorPolicy> errors;
    for (const streamsql::Select& branch : plan.branches) {
      errors.push_back({errors_are_dead_letters ? this : nullptr, input_of(branch)});
      std::vector<Shape*>& shapes = from.emplace_back();
      for (const streamsql::StreamSource& source : streamsql::streams_of(branch)) {
        auto i = static_cast<std::size_t>(source.index);
        shapes.push_back(source.is_step ? &steps_[i]->shape() : &inputs_[i]->shape());
      }
    }
    steps_.push_back(std::make_unique<Step>(plan, steps_.size(), outputs_));
    Step& step = *steps_.back();
    step.build(from, references_, errors);
    for (std::size_t b = 0; b < plan.branches.size(); b++) {
      std::size_t number = 0;
      for (const streamsql::StreamSource& source : streamsql::streams_of(plan.branches[b])) {
        auto i = static_cast<std::size_t>(source.index);
        RowSink& sink = step.branch(b).source(number++);
        if (source.is_step)
          steps_[i]->add_reader(sink);
        else
          inputs_[i]->add_reader(sink);
      }
    }
  }
}

/// Whether some SELECT takes `*` of the input.
bool Engine::reads_all_columns(std::size_t input) const {
  for (const streamsql::Step& step : plan_.steps)
    for (const streamsql::Select& select : step.branches) {
      if (takes_events(select) && !select.from.is_step &&
          static_cast<std::size_t>(select.from.index) == input)
        return true;
      for (const streamsql::OutputColumn& column : select.columns) {
        auto streams = streamsql::streams_of(select);
        auto source = static_cast<std::size_t>(column.star_source);
        if (column.star && !column.value && source < streams.size() && !streams[source].is_step &&
            static_cast<std::size_t>(streams[source].index) == input)
          return true;
      }
    }
  return false;
}

bool Engine::reads_all_of_reference(std::size_t reference) const {
  for (const streamsql::Step& step : plan_.steps)
    for (const streamsql::Select& select : step.branches)
      for (const streamsql::OutputColumn& column : select.columns) {
        auto source = static_cast<std::size_t>(column.star_source);
        std::size_t streams = select.streams.size() + 1;
        if (!column.star || column.value || source < streams) continue;
        if (source - streams >= select.joins.size()) continue;
        const auto& join = select.joins[source - streams];
        if (static_cast<std::size_t>(join.reference) == reference) return true;
      }
  return false;
}

base::Status Engine::push(std::size_t input, const std::vector<SourceRecord>& records) {
  return inputs_[input]->push(records);
}

base::Status Engine::advance(std::size_t input, Ticks frontier) {
  return inputs_[input]->advance(frontier);
}

base::Status Engine::finish() {
  for (const auto& input : inputs_) TRY(input->finish());
  return {};
}

base::Status Engine::failed(const void* select, int input, const Table& table, std::size_t row,
                            std::string_view why) {
  bool is_event = input >= 0 && table.origin != nullptr && table.origin[row].partition >= 0;
  if (is_event)
    return inputs_[static_cast<std::size_t>(input)]->failed_late(table, row, select, why);
  failed_results_++;
  Ticks time = table.time == nullptr ? 0 : table.time[row];
  std::string body, reason = fmt::format("failed: {}", why);
  append_json_row(table, row, body);
  return outputs_.dead_letter({"", reason, {time, -1, 0}, body});
}

Ticks Engine::watermark(std::size_t input) const { return inputs_[input]->watermark(); }

const std::map<std::int32_t, BinCounts>& Engine::counts(std::size_t input) const {
  return inputs_[input]->counts();
}

void Engine::save(StateWriter& out) const {
  for (const auto& input : inputs_) input->save(out);
  for (const auto& step : steps_) step->save(out);
  out.integer(failed_results_);
}

base::Status Engine::restore(StateReader& in) {
  for (const auto& input : inputs_) input->restore(in);
  for (const auto& step : steps_) step->restore(in);
  failed_results_ = in.version() > 2 ? in.integer() : 0;
  if (!in.ok()) return base::error(base::Code::kDataLoss, "the checkpoint ends too early");
  return {};
}

}  // namespace stream
