// hriste_trigger: runs a pipeline on apply, waits if asked to, and keeps what came out of that run.
#include <thread>

#include "base/guarded.h"
#include "base/log.h"
#include "control/all_controllers.h"
#include "control/run.h"
#include "control/run_repairs.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr int kHeadRows = 5;

class TriggerController final : public Controller {
 public:
  explicit TriggerController(Runtime& runtime) : runtime_(runtime) {}
  ~TriggerController() override {
    for (auto& thread : background_) thread.join();
  }

  Result<json> apply(const std::string&, const json& wanted, const json&,
                     std::stop_token stop) override {
    RunRequest request{
        .pipeline = wanted.at("pipeline"), .trigger = "apply", .grade = wanted.at("grade")};
    json made = wanted;
    made["run_id"] = "";
    made["result"] = json::object();
    made["engagements_head"] = json::array();
    if (!wanted.at("wait").get<bool>()) {
      run_in_background(std::move(request));
      return made;
    }
    request.stop = stop;
    json run = TRY(run_pipeline(runtime_, request));
    if (run.at("state") != "succeeded") {
      return base::error(Code::kFailedPrecondition, "pipeline {}, {}: {}",
                         ref_name(request.pipeline), run.value("id", ""), run.value("error", ""));
    }
    made["run_id"] = run.at("id");
    made["result"] = result_of(run);
    made["engagements_head"] = engagements_head();
    return made;
  }

  Status start(const std::string&, const json&) override { return {}; }

  /// A table that somebody deleted or damaged is drift: the next apply runs the pipeline again.
  Result<bool> exists(const std::string&, const json& attributes) override {
    auto found = runtime_.resource("hriste_pipeline", attributes.at("pipeline"));
    if (!found) return false;
    auto pipeline = flow::Pipeline::parse(found->name, found->attributes);
    if (!pipeline) return true;  // the pipeline says what is wrong
    for (const auto& activity : pipeline->activities) {
      if (!damage_of(runtime_, activity, true).empty()) return false;
    }
    return true;
  }

  Status remove(const std::string&, const json&) override { return {}; }
  std::vector<MapNode> nodes(const std::string&, const json&) override { return {}; }

 private:
  void run_in_background(RunRequest request) {
    auto run = [this, request = std::move(request)](std::stop_token) -> Status {
      TRY(run_pipeline(runtime_, request));
      return {};
    };
    auto thread = base::guarded_thread("a run that nobody waits for", std::move(run));
    if (thread) background_.push_back(std::move(*thread));
  }

  /// Counts by table and the grade, as text: what the outputs show.
  json result_of(const json& run) {
    json result = json::object();
    for (const auto& activity : run.at("activities")) {
      result["rows." + activity.at("name").get<std::string>()] =
          std::to_string(activity.at("rows").get<std::int64_t>());
    }
    auto id = run.at("id").get<std::string>();
    if (auto grade = runtime_.catalogue->latest_grade(id).value_or(std::nullopt)) {
      result["grade.passed"] = std::to_string(grade->value("passed", 0));
      result["grade.total"] = std::to_string(grade->value("total", 0));
    }
    return result;
  }

  json engagements_head() {
    json head = json::array();
    auto answer = runtime_.lake->query(
        "SELECT id, user_name, city, pageviews, orders, total_orders_value FROM gold.engagements "
        "ORDER BY total_orders_value DESC, id LIMIT 5",
        {.max_rows = kHeadRows});
    if (!answer) return head;  // this playground has no such table
    for (const auto& row : answer->rows) {
      std::string line;
      for (const auto& value : row) {
        if (!line.empty()) line += " | ";
        line += value.is_string() ? value.get<std::string>() : value.dump();
      }
      head.push_back(line);
    }
    return head;
  }

  Runtime& runtime_;
  std::vector<std::jthread> background_;
};

}  // namespace

std::unique_ptr<Controller> make_trigger_controller(Runtime& runtime) {
  return std::make_unique<TriggerController>(runtime);
}

}  // namespace control
