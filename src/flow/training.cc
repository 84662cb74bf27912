#include "flow/training.h"

#include "base/clock.h"
#include "base/mutex.h"
#include "flow/promotion.h"
#include "flow/run_parameters.h"
#include "flow/settings_internal.h"
#include "flow/sql_activity.h"
#include "ml/features.h"
#include "ml/model.h"
#include "ml/onnx.h"
#include "ml/regression.h"
#include "ml/score.h"

namespace flow {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr double kDefaultPenalty = 1.0;
constexpr int kRows_mb = 128;  // what is kept of a table beside the statement that reads it

std::optional<double> number_of(const json& settings, const char* name) {
  auto found = settings.find(name);
  if (found == settings.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

/// "name" of the ref "name@revision".
std::string named(const json& settings, const char* name) {
  std::string ref = text_of(settings, name);
  return ref.substr(0, ref.rfind('@'));
}

class FeaturesActivity final : public ActivityType {
 public:
  explicit FeaturesActivity(const Workshop& shop)
      : shop_(shop), sql_(make_sql_activity(shop.lake)) {}

  double usual_timeout_s() const override { return sql_->usual_timeout_s(); }
  int memory_mb() const override { return sql_->memory_mb(); }

  Result<std::optional<Standing>> standing(const Activity& activity,
                                           const RunContext& context) override {
    return sql_->standing(activity, context);
  }

  Result<ActivityResult> run(const Activity& activity, const RunContext& context) override {
    auto result = TRY(sql_->run(activity, context));
    auto table = TRY(ml::open_features(shop_.lake, TRY(table_spec(activity.settings)).table));
    result.note = fmt::format("{} features, table version {}", table.columns.size(), table.version);
    return result;
  }

 private:
  Workshop shop_;
  std::shared_ptr<ActivityType> sql_;
};

Result<ml::FitSpec> fit_spec(const Workshop& shop, const json& settings, const json& parameters) {
  ml::FitSpec spec;
  spec.name = named(settings, "model");
  spec.features = TRY(ml::open_features(shop.lake, text_of(settings, "features")));
  spec.algorithm = TRY(ml::algorithm_from_name(text_of(settings, "algorithm")));
  spec.penalty = number_of(settings, "penalty").value_or(kDefaultPenalty);
  auto from = TRY(moment_in(text_of(settings, "test_from"), parameters));
  if (!from.empty()) {
    spec.split = TRY(base::parse_instant(from));
  }
  spec.noise_sd = number_of(settings, "noise");
  // A small world has no order from some kraj: the model goes without it, and says so.
  spec.unusable = ml::Unusable::kLeaveOut;
  return spec;
}

void add_metrics(std::map<std::string, double>& all, const char* part, const ml::Metrics& metrics) {
  std::string prefix = std::string(part) + "_";
  all[prefix + "rows"] = static_cast<double>(metrics.rows);
  all[prefix + "r2"] = metrics.r2;
  all[prefix + "rmse"] = metrics.rmse;
  all[prefix + "mae"] = metrics.mae;
  if (metrics.ceiling) all[prefix + "ceiling"] = *metrics.ceiling;
}

class TrainActivity final : public ActivityType {
 public:
  explicit TrainActivity(const Workshop& shop) : shop_(shop) {}

  int memory_mb() const override { return statement_memory_mb(shop_.lake) + kRows_mb; }

  /// A model of the same features by the same settings would be the same.
  Result<std::optional<Standing>> standing(const Activity& activity,
                                           const RunContext& context) override {
    std::string features = text_of(activity.settings, "features");
    json reads = TRY(shop_.lake.table_states({features}, context.cuts_ms));
    json window = TRY(window_used(text_of(activity.settings, "test_from"), context.parameters));
    if (!window.empty()) reads["window"] = std::move(window);  // no table: they have a dot
    return Standing{std::move(reads), nullptr};
  }

  Result<ActivityResult> run(const Activity& activity, const RunContext& context) override {
    auto spec = TRY(fit_spec(shop_, activity.settings, context.parameters));
    std::string run_id = TRY(shop_.store.begin_run(begin(activity, context, spec)));
    auto done = train(run_id, spec, context.stop);
    if (done) return done;
    (void)shop_.store.fail_run(run_id, done.error().message);
    return std::unexpected(done.error());
  }

 private:
  static tracking::Store::Begin begin(const Activity& activity, const RunContext& context,
                                      const ml::FitSpec& spec) {
    tracking::Store::Begin begin{
        .experiment = named(activity.settings, "experiment"),
        .name = activity.name,
        .params = {{"algorithm", std::string(ml::algorithm_name(spec.algorithm))},
                   {"features", std::to_string(spec.features.columns.size())},
                   {"target", spec.features.names.target}},
        .tags = {{"pipeline_run", context.run_id},
                 {"features", spec.features.table},
                 {"features_version", std::to_string(spec.features.version)}}};
    if (spec.algorithm == ml::Algorithm::kRidge) {
      begin.params["penalty"] = fmt::format("{}", spec.penalty);
    }
    return begin;
  }

  Result<ActivityResult> train(const std::string& run_id, const ml::FitSpec& spec,
                               std::stop_token stop) {
    ml::RowSource rows(shop_.lake, spec.features);
    auto model = TRY(ml::fit(rows, spec, stop));
    TRY(ml::save_model(shop_.env, shop_.store.artifact_folder(run_id), model));
    auto onnx = TRY(shop_.store.read_artifact(run_id, std::string(ml::kOnnxFile)));
    tracking::Store::Finish finish{.metrics = {},
                                   .params = {{"test_from", base::format_millis(model.split)}},
                                   .tags = {},
                                   .model = spec.name,
                                   .decision = {}};
    add_metrics(finish.metrics, "train", model.train);
    add_metrics(finish.metrics, "test", model.test);
    std::string left_out;
    for (const auto& feature : model.left_out)
      left_out += (left_out.empty() ? "" : ", ") + feature.feature;
    if (!left_out.empty()) finish.tags["left_out"] = left_out;
    // From the champion's reading to the end of the run nobody else may decide.
    base::MutexLock lock(deciding_);
    finish.decision = TRY(
        decide(shop_, {.model = model, .rows = rows, .onnx = onnx, .registry = spec.name}, stop));
    finish.metrics["parity"] = finish.decision.facts.value("parity", 0.0);
    int version = TRY(shop_.store.finish_run(run_id, finish));
    ActivityResult result{.rows = model.train.rows + model.test.rows};
    result.inputs["tables"][spec.features.table] = spec.features.version;
    result.note = fmt::format("version {} of {}{}: {}", version, spec.name,
                              finish.decision.promoted ? ", champion" : "", finish.decision.reason);
    return result;
  }

  Workshop shop_;
  base::Mutex deciding_;  // from the champion's reading to the end of the run
};

class ScoreActivity final : public ActivityType {
 public:
  explicit ScoreActivity(const Workshop& shop) : shop_(shop) {}

  int memory_mb() const override { return statement_memory_mb(shop_.lake) + kRows_mb; }

  Result<std::optional<Standing>> standing(const Activity& activity,
                                           const RunContext& context) override {
    const json& settings = activity.settings;
    auto version = TRY(version_of(settings));
    std::string features = text_of(settings, "features");
    json reads = TRY(shop_.lake.table_states({features}, context.cuts_ms));
    reads["model"] = version.version;
    std::string table = text_of(settings, "table");
    return Standing{std::move(reads), TRY(shop_.lake.table_states({table}, context.cuts_ms))};
  }

  Result<ActivityResult> run(const Activity& activity, const RunContext& context) override {
    const json& settings = activity.settings;
    auto version = TRY(version_of(settings));
    auto model = TRY(ml::load_model(shop_.env, shop_.store.artifact_folder(version.run_id)));
    ml::ScoreSpec spec{
        .features = TRY(ml::open_features(shop_.lake, text_of(settings, "features"))),
        .into = text_of(settings, "table"),
        .version = version.version};
    auto written = TRY(ml::score(shop_.lake, spec, model, context.stop));
    ActivityResult result{.rows = written.rows, .bytes = written.bytes};
    result.note = fmt::format("version {} of {}", version.version, version.model);
    result.inputs["tables"][spec.features.table] = spec.features.version;
    return result;
  }

 private:
  /// That of the alias that predicts.
  Result<tracking::Version> version_of(const json& settings) {
    std::string alias = text_of(settings, "alias");
    if (alias.empty()) alias = tracking::kChampion;
    return shop_.store.version(named(settings, "model"), alias);
  }

  Workshop shop_;
};

}  // namespace

std::shared_ptr<ActivityType> make_features_activity(const Workshop& shop) {
  return std::make_shared<FeaturesActivity>(shop);
}
std::shared_ptr<ActivityType> make_train_activity(const Workshop& shop) {
  return std::make_shared<TrainActivity>(shop);
}
std::shared_ptr<ActivityType> make_score_activity(const Workshop& shop) {
  return std::make_shared<ScoreActivity>(shop);
}

}  // namespace flow
