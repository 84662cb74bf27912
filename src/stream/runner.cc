#include "stream/runner.h"

#include <xxhash.h>

#include <algorithm>
#include <numeric>

#include "base/log.h"
#include "stream/datetime.h"

namespace stream {
namespace {

constexpr std::size_t kReadRows = 4096;

TimePolicy policy_of(const JobOptions& options) {
  TimePolicy policy;
  policy.mode = options.drop ? TimePolicy::Mode::kDrop : TimePolicy::Mode::kAdjust;
  policy.late = options.late_s < 0 ? -1 : options.late_s * kTicksPerSecond;
  policy.out_of_order = options.out_of_order_s * kTicksPerSecond;
  return policy;
}

nlohmann::json spec_json(const OutputSpec& spec) {
  if (!spec.is_lake()) return "alert";
  nlohmann::json out = {spec.tier, spec.path, format_name(spec.format)};
  if (spec.is_alert()) out.push_back("alert");
  return out;
}

}  // namespace

Runner::~Runner() = default;

base::Result<std::unique_ptr<Runner>> Runner::open(const JobOptions& options) {
  std::unique_ptr<Runner> runner(new Runner(options));
  TRY(runner->compile());
  TRY(runner->open_inputs());
  runner->open_statements();
  TRY(runner->start_engine());
  runner->log_ = TRY(lake::ManifestLog::open(*options.env, options.lake_root, options.name));
  TRY(options.env->make_dirs(options.state_dir));
  TRY(runner->take_up());
  TRY(runner->remove_leftovers());
  runner->note_committed();
  return runner;
}

base::Status Runner::compile() {
  TRY(base::check_name(options_.name, "job"));
  streamsql::Names names;
  for (const auto& [name, hub] : options_.inputs) names.inputs.push_back(name);
  for (const auto& [name, path] : options_.references) names.references.push_back(name);
  for (const auto& [name, spec] : options_.outputs) names.outputs.push_back(name);
  auto plan = streamsql::compile(options_.query, names);
  if (!plan) {
    return std::unexpected(
        base::Error{base::Code::kInvalidArgument,
                    fmt::format("query of '{}', {}", options_.name, to_string(plan.error())),
                    streamsql::card_of(plan.error(), options_.query)});
  }
  plan_ = std::move(*plan);
  return {};
}

base::Status Runner::open_inputs() {
  for (const streamsql::Input& input : plan_.inputs) {
    auto source = options_.inputs.find(input.name);
    if (source == options_.inputs.end() || !source->second)
      return base::error(base::Code::kInvalidArgument, "input '{}' has no source", input.name);
    inputs_.push_back({input.name, source->second});
  }
  return {};
}

/// All that decides the results. `relative`: reference files by their place in the lake, so that a
/// moved folder is the same; older versions took their paths as they were.
std::string Runner::definition_hash(const std::string& query, bool relative) const {
  std::map<std::string, std::string> references = options_.references;
  for (auto& [name, path] : references)
    if (relative && path.starts_with(options_.lake_root + "/"))
      path.erase(0, options_.lake_root.size() + 1);
  nlohmann::json all = {{"query", query},
                        {"late", options_.late_s},
                        {"out_of_order", options_.out_of_order_s},
                        {"drop", options_.drop},
                        {"references", references},
                        {"revision", options_.revision}};
  for (const Input& input : inputs_) all["inputs"][input.name] = input.source->name();
  for (const auto& [name, spec] : options_.outputs) all["outputs"][name] = spec_json(spec);
  if (options_.dead_letter) all["dead_letter"] = spec_json(*options_.dead_letter);
  std::string text = all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

namespace {

/// What every event of a hub has beside its payload.
const std::map<std::string, model::Type>& hub_columns() {
  static const std::map<std::string, model::Type> columns = {
      {"EventEnqueuedUtcTime", model::Type::kTimestamp},
      {"PartitionId", model::Type::kInt64},
      {"Offset", model::Type::kInt64}};
  return columns;
}

model::Schema dead_letter_schema() {
  using model::Type;
  return {{{"reason", Type::kString},
           {"input", Type::kString},
           {"EventEnqueuedUtcTime", Type::kTimestamp},
           {"PartitionId", Type::kInt64},
           {"Offset", Type::kInt64},
           {"body", Type::kString}}};
}

/// The columns before any row has come; empty when `*` is among them.
model::Schema schema_of(const std::vector<streamsql::OutputColumn>& columns,
                        const std::map<std::string, model::Type>& types) {
  model::Schema schema;
  for (const streamsql::OutputColumn& column : columns) {
    if (column.star) return {};
    auto type = types.find(column.name);
    auto hub = hub_columns().find(column.name);
    schema.fields.push_back({column.name, type != types.end()          ? type->second
                                          : hub != hub_columns().end() ? hub->second
                                                                       : model::Type::kString});
  }
  return schema;
}

}  // namespace

LakeFolder Runner::folder(const OutputSpec& spec) const {
  LakeFolder out;
  out.env = options_.env;
  out.lake_root = options_.lake_root;
  out.folder = spec.tier + "/" + spec.path;
  out.job = options_.name;
  out.parquet = spec.format == OutputSpec::Format::kParquet;
  return out;
}

std::unique_ptr<LakeOutput> Runner::open_lake(const OutputSpec& spec,
                                              const streamsql::Step* step) const {
  LakeFolder where = folder(spec);
  if (step == nullptr) where.schema = dead_letter_schema();
  if (step != nullptr && step->branches.size() == 1) {
    for (const streamsql::OutputColumn& column : step->branches[0].columns)
      if (column.type) where.types[column.name] = file_type(*column.type);
    where.schema = schema_of(step->branches[0].columns, where.types);
  }
  for (model::Field& field : where.schema.fields)  // JSON has no times: they are text there
    if (!where.parquet && field.type == model::Type::kTimestamp) field.type = model::Type::kString;
  return std::make_unique<LakeOutput>(std::move(where));
}

void Runner::open_statements() {
  statements_.clear();
  dead_letters_ = {};
  for (const streamsql::Step& step : plan_.steps) {
    Statement& statement = statements_.emplace_back();
    if (!step.is_output) continue;
    statement.output = step.name;
    const OutputSpec& spec = options_.outputs.at(step.name);
    if (spec.is_lake()) statement.lake = open_lake(spec, &step);
    statement.alert = spec.is_alert();
  }
  dead_letters_.output = kDeadLetters;
  if (options_.dead_letter) dead_letters_.lake = open_lake(*options_.dead_letter, nullptr);
}

base::Status Runner::start_engine() {
  EngineOptions engine;
  engine.policy = policy_of(options_);
  engine.errors_are_dead_letters = options_.errors_are_dead_letters;
  engine.references = options_.references;
  engine.env = options_.env;
  engine_ = TRY(Engine::create(plan_, engine, *this));
  return {};
}

/// Reads the input that is furthest behind in time: what a join keeps of the others stays small.
base::Result<bool> Runner::step() {
  std::vector<std::size_t> order(inputs_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return inputs_[a].read_to_ms < inputs_[b].read_to_ms;
  });
  bool any = false;
  bool passing = std::ranges::any_of(inputs_, [](const Input& input) { return !input.passed; });
  for (std::size_t i = 0; i < order.size() && !any; i++)
    if (!passing || !inputs_[order[i]].passed) TRY(read_batch(order[i], any));
  TRY(send_alerts());
  return any;
}

/// Reads up to a target, and takes a new one only when that is reached, so that the cut moves on
/// however fast events come.
base::Status Runner::read_batch(std::size_t input, bool& any) {
  Input& in = inputs_[input];
  std::int64_t frontier = in.source->frontier_ms();
  if (in.target_ms <= in.cut_ms) in.target_ms = frontier;
  if (in.target_ms <= in.cut_ms) return {};
  TRY(in.reader->next(in.target_ms, kReadRows, records_));
  if (!records_.empty()) {
    any = true;
    rows_since_ += records_.size();
    in.read_to_ms = records_.back().arrival / kTicksPerMilli;
    return push(input);
  }
  any = any || in.target_ms < frontier;
  in.cut_ms = in.read_to_ms = in.target_ms;
  cut_moved_ = true;
  if (!in.passed && in.cut_ms >= passing_->inputs[in.name].cut_ms) TRY(pass(input));
  return engine_->advance(input, in.cut_ms * kTicksPerMilli);
}

std::int64_t Runner::cut_ms() const {
  std::int64_t lowest = INT64_MAX;
  for (const Input& input : inputs_) lowest = std::min(lowest, input.cut_ms);
  return lowest;
}

}  // namespace stream
