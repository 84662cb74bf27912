#include "control/playground.h"

#include <openssl/rand.h>

#include <algorithm>
#include <thread>
#include <tuple>

#include "base/guarded.h"
#include "base/log.h"
#include "control/all_controllers.h"
#include "control/condition.h"
#include "control/hub_records.h"
#include "control/meta_number.h"
#include "control/notebooks.h"
#include "control/run.h"
#include "control/tracking_view.h"
#include "kinds/kinds.h"
#include "notebook/dashboard.h"
#include "tracking/mirror.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

std::string random_hex(size_t bytes) {
  unsigned char raw[16];
  CHECK(bytes <= sizeof raw && RAND_bytes(raw, static_cast<int>(bytes)) == 1);
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += fmt::format("{:02x}", raw[i]);
  return text;
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// meta[key], made on first use, and anew when it is damaged.
Result<std::string> kept_secret(Catalogue& catalogue, const char* key, size_t bytes) {
  auto value = TRY(catalogue.meta(key));
  if (value && value->size() == 2 * bytes && is_hex(*value)) return *value;
  if (value) base::log_warn("control", "secret_damaged", "key={}: a new one is made", key);
  std::string made = random_hex(bytes);
  TRY(catalogue.set_meta(key, made));
  return made;
}

constexpr std::int64_t kPortMax = 65'535;

/// A damaged store fails experiments and models, nothing else.
void open_tracking(Runtime& runtime) {
  std::string dir = runtime.data_dir + "/ml";
  auto opened = base::guarded([&] {
    return tracking::Store::open({.env = &runtime.env, .clock = &runtime.wall, .dir = dir});
  });
  if (opened) {
    runtime.tracking = std::move(*opened);
    return;
  }
  runtime.tracking_failed = fmt::format(
      "{}: put a copy of {}/tracking.db back, or move it away and start the daemon again, which "
      "forgets the runs and models of before",
      opened.error().message, dir);
  base::log_error("control", "tracking_failed", "error={}", runtime.tracking_failed);
}

std::int64_t wall_ms() { return base::to_millis(base::SystemClock().now()); }

}  // namespace

std::vector<KindController> all_controllers(Runtime& runtime) {
  std::vector<KindController> all;
  all.emplace_back("hriste_world", make_world_controller(runtime));
  all.emplace_back("hriste_lake", make_lake_controller(runtime));
  all.emplace_back("hriste_database", make_database_controller(runtime));
  all.emplace_back("hriste_event_hub", make_event_hub_controller(runtime));
  all.emplace_back("hriste_generator", make_generator_controller(runtime));
  all.emplace_back("hriste_stream_job", make_stream_job_controller(runtime));
  all.emplace_back("hriste_experiment", make_experiment_controller(runtime));
  all.emplace_back("hriste_model", make_model_controller(runtime));
  all.emplace_back("hriste_pipeline", make_pipeline_controller(runtime));
  all.emplace_back("hriste_trigger", make_trigger_controller(runtime));
  all.emplace_back("hriste_dashboard", make_dashboard_controller(runtime));
  all.emplace_back("hriste_notebook", make_notebook_controller(runtime));
  return all;
}

Playground::Playground() = default;
Playground::~Playground() { close(); }

const std::string& Playground::id() const { return id_; }

Result<std::unique_ptr<Playground>> Playground::open(Options options) {
  std::unique_ptr<Playground> self(new Playground);
  self->options_ = std::move(options);
  self->runtime_ = std::make_unique<Runtime>(self->options_.patience);
  Runtime& runtime = *self->runtime_;
  runtime.data_dir = self->options_.data_dir;
  runtime.catalogue = TRY(Catalogue::open(runtime.data_dir + "/catalogue.db"));
  self->id_ = TRY(kept_secret(*runtime.catalogue, "playground", 4));
  runtime.playground_id = self->id_;
  runtime.stop = self->stop_.get_token();
  TRY(runtime.catalogue->fail_running_runs("the daemon ended during this run: run it again"));
  runtime.clock = TRY(PlaygroundClock::open(*runtime.catalogue));
  TRY(runtime.env.make_dirs(runtime.lake_root()));
  runtime.lake = TRY(lake::Lake::open({.env = &runtime.env,
                                       .clock = &runtime.wall,
                                       .root = runtime.lake_root(),
                                       .temp_dir = runtime.data_dir + "/tmp",
                                       .sql_worker = self->options_.sql_worker}));
  open_tracking(runtime);
  runtime.broker = TRY(hub::Broker::open(
      {.env = &runtime.env,
       .clock = &runtime.clock->clock(),
       .dir = runtime.data_dir + "/hub",
       .name = kNamespace,
       .port = static_cast<int>(meta_number(*runtime.catalogue, "kafka_port", 0, 0, kPortMax)),
       .key = TRY(kept_secret(*runtime.catalogue, "kafka_key", 16)),
       .may_settle = [&runtime] {
         return runtime.creates.idle() >= runtime.waiting.patience().settled;
       }}));
  TRY(runtime.catalogue->set_meta("kafka_port", std::to_string(runtime.broker->port())));
  self->controllers_ = all_controllers(runtime);
  TRY(self->start_all());
  if (runtime.tracking) {
    self->mirror_ = std::make_unique<tracking::Mirror>(
        tracking::Mirror::Options{.store = runtime.tracking.get(), .inputs_of = model_inputs});
  }
  auto tick = [raw = self.get()](std::stop_token stop) -> Status {
    raw->tick_every_second(stop);
    return {};
  };
  self->ticker_ = TRY(base::guarded_thread("ticker", std::move(tick)));
  return self;
}

/// One that can't be taken up is failed; the rest goes on.
Status Playground::start_all() {
  auto resources = TRY(runtime_->catalogue->list());
  for (const auto& [kind, controller] : controllers_) {
    for (const auto& resource : resources) {
      if (resource.kind == kind && resource.ready) take_up(*controller, resource);
    }
  }
  return {};
}

void Playground::take_up(Controller& controller, const Resource& resource) {
  const auto& [kind, name] = std::tie(resource.kind, resource.name);
  Status started = resource.failed.empty()
                       ? base::guarded([&] { return controller.start(name, resource.attributes); })
                       : base::error(Code::kDataLoss, "{}", resource.failed);
  if (started) return runtime_->failures.forget(kind, name);
  std::string why = started.error().message;
  bool is_news = runtime_->failures.why(kind, name) != why;
  if (is_news)
    base::log_error("control", "start_failed", "kind={} name={} error={}", kind, name, why);
  bool absent = started.error().code == Code::kNotFound;
  runtime_->failures.note(kind, name, std::move(why), absent);
}

/// What failed for want of another resource, or of room, works once that is there.
void Playground::take_up_failed() {
  auto resources = runtime_->catalogue->list().value_or(std::vector<Resource>{});
  for (const auto& [kind, controller] : controllers_) {
    for (const auto& resource : resources) {
      if (resource.kind != kind || !resource.ready) continue;
      if (runtime_->failures.why(kind, resource.name).empty()) continue;
      auto hold = busy_.hold(kind + "/" + resource.name);
      if (hold) take_up(*controller, resource);
    }
  }
}

Controller* Playground::controller(const std::string& kind) const {
  auto it = std::ranges::find(controllers_, kind, &KindController::kind);
  return it == controllers_.end() ? nullptr : it->controller.get();
}

Result<json> Playground::list() {
  json all = json::array();
  for (const auto& resource : TRY(runtime_->catalogue->list())) {
    auto condition = condition_of(*runtime_, controller(resource.kind), resource);
    all.push_back({{"kind", resource.kind},
                   {"name", resource.name},
                   {"ready", resource.ready},
                   {"state", state_name(condition.state)},
                   {"failed", condition.why}});
  }
  return all;
}

Result<json> Playground::recorded_grade(const std::string& run_id) {
  json grade = TRY(runtime_->catalogue->latest_grade(run_id)).value_or(json());
  std::string absent = first_absent();  // looks for damage too
  doubt(grade);
  if (grade.is_object() && !absent.empty() && !grade.contains("stale")) {
    grade["stale"] = "graded before: " + absent;
  }
  return grade;
}

/// A grade is of tables that were whole: where one isn't any more, it says nothing about it.
void Playground::doubt(json& grade) {
  if (!grade.is_object()) return;
  std::string why = runtime_->damages.first();
  if (!why.empty()) grade["stale"] = "graded before: " + why;
}

/// "hriste_generator users: …" of what owns a place in lake, database or hub and was removed by
/// somebody; empty: all are there.
std::string Playground::first_absent() {
  for (auto& resource : runtime_->catalogue->list().value_or(std::vector<Resource>{})) {
    Controller* controller = this->controller(resource.kind);
    const kinds::Kind* kind = kinds::find_kind(resource.kind);
    bool owns = kind != nullptr && kind->claims != nullptr;
    if (!owns || !resource.ready || controller == nullptr) continue;
    if (is_still_there(*controller, resource)) continue;
    return fmt::format("{} {}: what it made is gone; apply again", resource.kind, resource.name);
  }
  return {};
}

Result<json> Playground::grade_history() { return json(TRY(runtime_->catalogue->grades())); }

json Playground::endpoints() {
  auto port = meta_number(*runtime_->catalogue, "http_port", 0, 0, kPortMax);
  int kafka = runtime_->broker->port();
  return {{"page", fmt::format("http://127.0.0.1:{}/", port)},
          {"kafka", fmt::format("127.0.0.1:{}", kafka)},
          {"kafka_user", "$ConnectionString"},
          {"kafka_password", runtime_->broker->connection_string()},
          {"sql", fmt::format("http://127.0.0.1:{}/v1/query", port)},
          {"lake", runtime_->lake_root()},
          {"data_dir", runtime_->data_dir}};
}

Status Playground::set_clock(const json& change) { return runtime_->clock->change(change); }

Result<json> Playground::world_hash() {
  auto world = TRY(runtime_->world());
  json hashes = json::object();
  int threads = static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U));
  for (world::Table table : world::kTables) {
    hashes[std::string(world::table_name(table))] =
        fmt::format("{:016x}", world->hash(table, threads));
  }
  return hashes;
}

int Playground::wanted_port() {
  return static_cast<int>(meta_number(*runtime_->catalogue, "http_port", 0, 0, kPortMax));
}

Status Playground::listening_on(int port) {
  return runtime_->catalogue->set_meta("http_port", std::to_string(port));
}

void Playground::note_apply() {
  (void)runtime_->catalogue->set_meta("last_apply_ms", std::to_string(wall_ms()));
}

bool Playground::lease_ended() {
  constexpr std::int64_t kUnknown = -1;
  auto last = meta_number(*runtime_->catalogue, "last_apply_ms", kUnknown);
  if (last == kUnknown) return false;
  std::int64_t ttl_minutes = 0;
  for (const auto& resource : runtime_->catalogue->list().value_or(std::vector<Resource>{})) {
    if (resource.kind != "hriste_world") continue;
    const json& ttl = resource.attributes.at("ttl_minutes");
    if (ttl.is_number()) ttl_minutes = ttl;
  }
  return ttl_minutes > 0 && (wall_ms() - last) / 60'000 >= ttl_minutes;
}

void Playground::close() {
  if (stop_.stop_requested() || !runtime_) return;
  // First: should something below hang, the process ends without it.
  if (runtime_->clock) (void)runtime_->clock->save();
  stop_.request_stop();
  ticker_.request_stop();
  if (ticker_.joinable()) ticker_.join();
  mirror_.reset();
  for (const auto& [name, job] : runtime_->jobs.all()) job->stop();
  for (const auto& [name, load] : runtime_->loads.all()) load->stop();
  if (runtime_->clock) (void)runtime_->clock->save();
  if (runtime_->broker) (void)runtime_->broker->close();
}

Result<json> Playground::query(const std::string& sql, int row_limit, std::stop_token stop) {
  return lake::to_json(
      TRY(runtime_->lake->query(sql, {.max_rows = row_limit, .stop = std::move(stop)})));
}

Result<json> Playground::tables() {
  json tables = json::array();
  for (const lake::TableInfo& table : TRY(runtime_->lake->tables())) {
    tables.push_back({{"tier", table.tier},
                      {"name", table.name},
                      {"format", table.format},
                      {"rows", table.rows}});
  }
  return tables;
}

Result<json> Playground::dashboards() {
  json all = json::array();
  for (const Resource& resource : TRY(runtime_->catalogue->list())) {
    if (resource.kind != "hriste_dashboard") continue;
    auto board = dashboard(resource.name);
    // A damaged one is listed too: its page says what is wrong.
    if (!board) board = json{{"title", resource.name}, {"description", board.error().message}};
    all.push_back({{"name", resource.name},
                   {"title", (*board)["title"]},
                   {"description", (*board)["description"]}});
  }
  std::sort(all.begin(), all.end(),
            [](const json& a, const json& b) { return a["name"] < b["name"]; });
  return all;
}

Result<json> Playground::dashboard(const std::string& name) {
  auto found = TRY(runtime_->catalogue->get("hriste_dashboard", name));
  if (!found) return base::error(Code::kNotFound, "dashboard \"{}\" does not exist", name);
  if (!found->failed.empty()) return base::error(Code::kDataLoss, "{}", found->failed);
  auto board = notebook::parse_dashboard(found->attributes.at("source").get<std::string>());
  if (!board) {
    return base::error(Code::kInvalidArgument, "{}", notebook::to_string(board.error(), name));
  }
  json sent = notebook::to_json(*board);
  sent["name"] = name;
  return sent;
}

Result<json> Playground::experiments() { return control::experiments(*TRY(runtime_->store())); }
Result<json> Playground::experiment_runs(const std::string& name) {
  return control::experiment_runs(*TRY(runtime_->store()), name);
}
Result<json> Playground::models() { return control::models(*TRY(runtime_->store())); }
Result<json> Playground::model(const std::string& name) {
  return control::model(*TRY(runtime_->store()), name);
}

Result<json> Playground::notebooks() {
  json all = json::array();
  for (const Resource& resource : TRY(runtime_->catalogue->list())) {
    if (resource.kind != "hriste_notebook") continue;
    json last = kept_notebook_result(*runtime_, resource.name).value_or(json());
    json summary;
    if (last.is_object()) {
      for (const char* key : {"state", "error", "started", "seconds"}) {
        summary[key] = last.value(key, json());
      }
    }
    all.push_back({{"name", resource.name},
                   {"file", resource.attributes.value("file", json())},
                   {"last", std::move(summary)}});
  }
  std::sort(all.begin(), all.end(),
            [](const json& a, const json& b) { return a["name"] < b["name"]; });
  return all;
}

Result<json> Playground::notebook(const std::string& name) {
  return shown_notebook(*runtime_, name);
}

Result<std::string> Playground::notebook_document(const std::string& name) {
  return control::notebook_document(*runtime_, name);
}

Result<json> Playground::run_notebook(const std::string& name, const json& parameters) {
  auto text = TRY(notebook_text(*runtime_, name, TRY(parameter_values(parameters))));
  TRY(run_and_keep_notebook(*runtime_, name, text, stop_.get_token()));
  return shown_notebook(*runtime_, name);
}

Result<json> Playground::run_notebook_text(const json& request) {
  json file = request.value("file", json()), source = request.value("source", json());
  if (!file.is_string() || !source.is_string()) {
    return base::error(Code::kInvalidArgument, "\"file\" and \"source\" must be texts");
  }
  NotebookText text{.file = file,
                    .source = source,
                    .given = TRY(parameter_values(request.value("parameters", json())))};
  return run_notebook_to_document(*runtime_, text, stop_.get_token());
}

Result<json> Playground::grade(const std::string& run_id, std::stop_token stop) {
  return grade_now(*runtime_, run_id, std::move(stop));
}

Result<json> Playground::run_pipeline(const std::string& name, const std::string& trigger,
                                      const std::string& from, std::stop_token stop) {
  return control::run_pipeline(
      *runtime_, {.pipeline = name, .trigger = trigger, .from = from, .stop = std::move(stop)});
}

int Playground::cancel_runs(const std::string& pipeline) { return runtime_->runs.cancel(pipeline); }

Result<json> Playground::hub_records(const std::string& name, std::vector<std::int64_t> offsets,
                                     int limit) {
  auto hub = runtime_->broker->hub(name);
  if (!hub) return base::error(Code::kNotFound, "event hub \"{}\" does not exist", name);
  return control::hub_records(*hub, std::move(offsets), limit);
}

}  // namespace control
