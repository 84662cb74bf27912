#include "control/playground.h"

#include <openssl/rand.h>

#include <algorithm>
#include <thread>
#include <tuple>

#include "base/guarded.h"
#include "base/log.h"
#include "catalogue/meta_number.h"
#include "control/condition.h"
#include "control/in_text.h"
#include "control/playground_parts.h"
#include "kinds/dashboard.h"
#include "kinds/event_hub.h"
#include "kinds/kinds.h"
#include "notebook/dashboard.h"
#include "tracking/mirror.h"
#include "view/hub_records.h"
#include "view/tracking_view.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using catalogue::Catalogue;

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

std::int64_t wall_ms() { return base::to_millis(base::SystemClock().now()); }

}  // namespace

Playground::Playground() = default;
Playground::~Playground() { close(); }

const std::string& Playground::id() const { return id_; }

Result<std::unique_ptr<Playground>> Playground::open(Options options) {
  std::unique_ptr<Playground> self(new Playground);
  self->options_ = std::move(options);
  auto opened = TRY(open_parts(self->options_));
  self->id_ = TRY(kept_secret(*opened->catalogue, "playground", 4));
  self->parts_ =
      std::make_unique<Parts>(std::move(opened), self->options_.patience, self->stop_.get_token());
  Parts& parts = *self->parts_;
  self->controllers_ = all_controllers(parts);
  TRY(self->start_all());
  if (parts.tracking.get() != nullptr) {
    self->mirror_ = std::make_unique<tracking::Mirror>(
        tracking::Mirror::Options{.store = parts.tracking.get(), .inputs_of = view::model_inputs});
  }
  auto tick = [raw = self.get()](std::stop_token stop) -> Status {
    raw->tick_every_second(stop);
    return {};
  };
  self->ticker_ = TRY(base::guarded_thread("ticker", std::move(tick)));
  TRY(parts.triggers.start());
  return self;
}

Result<std::unique_ptr<Playground::Opened>> Playground::open_parts(const Options& options) {
  auto opened = std::make_unique<Opened>(options);
  const Folder& folder = opened->folder;
  opened->catalogue = TRY(Catalogue::open(folder.path + "/catalogue.db"));
  Catalogue& catalogue = *opened->catalogue;
  TRY(catalogue.fail_running_runs("the daemon ended during this run: run it again"));
  opened->clock = TRY(PlaygroundClock::open(catalogue));
  TRY(folder.env.make_dirs(folder.lake()));
  opened->lake = TRY(lake::Lake::open({.env = &folder.env,
                                       .clock = &opened->wall,
                                       .root = folder.lake(),
                                       .temp_dir = folder.temporary(),
                                       .sql_worker = options.sql_worker}));
  opened->tracking = std::make_unique<TrackingStore>(folder, opened->wall);
  opened->broker = TRY(hub::Broker::open(
      {.env = &folder.env,
       .clock = &opened->clock->clock(),
       .dir = folder.path + "/hub",
       .name = kNamespace,
       .port = static_cast<int>(meta_number(catalogue, "kafka_port", 0, 0, kPortMax)),
       .key = TRY(kept_secret(catalogue, "kafka_key", 16)),
       .may_settle = [&making = opened->making] { return making.is_over(); }}));
  TRY(catalogue.set_meta("kafka_port", std::to_string(opened->broker->port())));
  return opened;
}

/// One that can't be taken up is failed; the rest goes on.
Status Playground::start_all() {
  auto resources = TRY(parts_->catalogue.list());
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
                       ? base::guarded([&] { return controller.start(resource.attributes); })
                       : base::error(Code::kDataLoss, "{}", resource.failed);
  if (started) return parts_->failures.forget(kind, name);
  std::string why = started.error().message;
  bool is_news = parts_->failures.why(kind, name) != why;
  if (is_news)
    base::log_error("control", "start_failed", "kind={} name={} error={}", kind, name, why);
  bool absent = started.error().code == Code::kNotFound;
  parts_->failures.note(kind, name, std::move(why), absent);
}

/// What failed for want of another resource, or of room, works once that is there.
void Playground::take_up_failed() {
  auto resources = parts_->catalogue.list().value_or(std::vector<Resource>{});
  for (const auto& [kind, controller] : controllers_) {
    for (const auto& resource : resources) {
      if (resource.kind != kind || !resource.ready) continue;
      if (parts_->failures.why(kind, resource.name).empty()) continue;
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
  for (const auto& resource : TRY(parts_->catalogue.list())) {
    auto condition =
        condition_of(parts_->failures, parts_->damages, controller(resource.kind), resource);
    all.push_back({{"kind", resource.kind},
                   {"name", resource.name},
                   {"ready", resource.ready},
                   {"state", state_name(condition.state)},
                   {"failed", condition.why}});
  }
  return all;
}

Result<json> Playground::recorded_grade(const std::string& run_id) {
  json grade = TRY(parts_->catalogue.latest_grade(run_id)).value_or(json());
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
  std::string why = parts_->damages.first();
  if (why.empty()) why = failed_since(grade);
  if (!why.empty()) grade["stale"] = "graded before: " + why;
}

/// A run that failed after the grade may have replaced some of the tables.
std::string Playground::failed_since(const json& grade) {
  auto runs = parts_->catalogue.runs(1).value_or(std::vector<catalogue::StoredRun>{});
  if (runs.empty() || runs[0].state != "failed") return {};
  const json& run = runs[0].record;
  if (run.value("started", "") <= grade.value("graded_at", "")) return {};
  return fmt::format("{} of {} failed, and may have replaced some tables: `hriste grade --now`",
                     runs[0].id, runs[0].pipeline);
}

/// "hriste_generator users: …" of what owns a place in lake, database or hub and was removed by
/// somebody; empty: all are there.
std::string Playground::first_absent() {
  for (auto& resource : parts_->catalogue.list().value_or(std::vector<Resource>{})) {
    Controller* controller = this->controller(resource.kind);
    const kinds::Kind* kind = kinds::find_kind(resource.kind);
    bool owns = kind != nullptr && kind->claims != nullptr;
    if (!owns || !resource.ready || controller == nullptr) continue;
    if (is_still_there(*controller, resource)) continue;
    return fmt::format("{} {}: what it made is gone; apply again", resource.kind, resource.name);
  }
  return {};
}

Result<json> Playground::grade_history() { return json(TRY(parts_->catalogue.grades())); }

json Playground::endpoints() {
  auto port = meta_number(parts_->catalogue, "http_port", 0, 0, kPortMax);
  int kafka = parts_->broker.port();
  return {{"page", fmt::format("http://127.0.0.1:{}/", port)},
          {"kafka", fmt::format("127.0.0.1:{}", kafka)},
          {"kafka_user", "$ConnectionString"},
          {"kafka_password", parts_->broker.connection_string()},
          {"sql", fmt::format("http://127.0.0.1:{}/v1/query", port)},
          {"lake", parts_->folder.lake()},
          {"data_dir", parts_->folder.path}};
}

Status Playground::set_clock(const json& change) { return parts_->clock.change(change); }

Result<json> Playground::world_hash() {
  auto world = TRY(parts_->worlds.the_world());
  json hashes = json::object();
  int threads = static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U));
  for (world::Table table : world::kTables) {
    hashes[std::string(world::table_name(table))] =
        fmt::format("{:016x}", world->hash(table, threads));
  }
  return hashes;
}

int Playground::wanted_port() {
  return static_cast<int>(meta_number(parts_->catalogue, "http_port", 0, 0, kPortMax));
}

Status Playground::listening_on(int port) {
  return parts_->catalogue.set_meta("http_port", std::to_string(port));
}

void Playground::note_apply() {
  (void)parts_->catalogue.set_meta("last_apply_ms", std::to_string(wall_ms()));
}

bool Playground::lease_ended() {
  constexpr std::int64_t kUnknown = -1;
  auto last = meta_number(parts_->catalogue, "last_apply_ms", kUnknown);
  if (last == kUnknown) return false;
  std::int64_t ttl_minutes = 0;
  for (const auto& world : parts_->definitions.all_or_none<kinds::World>()) {
    ttl_minutes = world.ttl_minutes;
  }
  return ttl_minutes > 0 && (wall_ms() - last) / 60'000 >= ttl_minutes;
}

void Playground::close() {
  if (stop_.stop_requested() || !parts_) return;
  // First: should something below hang, the process ends without it.
  (void)parts_->clock.save();
  stop_.request_stop();
  ticker_.request_stop();
  if (ticker_.joinable()) ticker_.join();
  parts_->triggers.close();
  mirror_.reset();
  for (const auto& [name, job] : parts_->jobs.all()) job->stop();
  for (const auto& [name, load] : parts_->loads.all()) load->stop();
  (void)parts_->clock.save();
  (void)parts_->broker.close();
}

Result<json> Playground::query(const std::string& sql, int row_limit, std::stop_token stop) {
  return lake::to_json(
      TRY(parts_->lake.query(sql, {.max_rows = row_limit, .stop = std::move(stop)})));
}

Result<json> Playground::tables() {
  json tables = json::array();
  for (const lake::TableInfo& table : TRY(parts_->lake.tables())) {
    tables.push_back({{"tier", table.tier},
                      {"name", table.name},
                      {"format", table.format},
                      {"rows", table.rows}});
  }
  return tables;
}

Result<json> Playground::dashboards() {
  json all = json::array();
  for (const Resource& resource : TRY(parts_->catalogue.list(kinds::Dashboard::kKind))) {
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
  auto found = TRY(parts_->definitions.find<kinds::Dashboard>(name));
  if (!found) {
    return std::unexpected(parts_->definitions.unknown(kinds::Dashboard::kKind, "dashboard", name));
  }
  auto board = notebook::parse_dashboard(found->source);
  if (!board) {
    return std::unexpected(in_text(name, found->source, board.error()));
  }
  json sent = notebook::to_json(*board);
  sent["name"] = name;
  return sent;
}

Result<json> Playground::experiments() { return view::experiments(*TRY(parts_->tracking.use())); }
Result<json> Playground::experiment_runs(const std::string& name) {
  return view::experiment_runs(*TRY(parts_->tracking.use()), name);
}
Result<json> Playground::models() { return view::models(*TRY(parts_->tracking.use())); }
Result<json> Playground::model(const std::string& name) {
  return view::model(*TRY(parts_->tracking.use()), name);
}

Result<json> Playground::notebooks() {
  json all = json::array();
  for (const Resource& resource : TRY(parts_->catalogue.list(kinds::Notebook::kKind))) {
    auto notebook = kinds::read_what_is_left<kinds::Notebook>(resource.attributes);
    json last = parts_->notebooks.kept_result(resource.name).value_or(json());
    json summary;
    if (last.is_object()) {
      for (const char* key : {"state", "error", "started", "seconds"}) {
        summary[key] = last.value(key, json());
      }
    }
    all.push_back({{"name", resource.name},
                   {"file", notebook.file ? json(*notebook.file) : json()},
                   {"last", std::move(summary)}});
  }
  std::sort(all.begin(), all.end(),
            [](const json& a, const json& b) { return a["name"] < b["name"]; });
  return all;
}

Result<json> Playground::notebook(const std::string& name) { return parts_->notebooks.shown(name); }

Result<std::string> Playground::notebook_document(const std::string& name) {
  return parts_->notebooks.document(name);
}

json Playground::python() { return parts_->notebooks.python(); }

Result<json> Playground::prepare_python() {
  return parts_->notebooks.prepare_python(stop_.get_token());
}

Result<json> Playground::run_notebook(const std::string& name, const json& parameters) {
  auto text = TRY(parts_->notebooks.text(name, TRY(parameter_values(parameters))));
  TRY(parts_->notebooks.run_and_keep(name, text, stop_.get_token()));
  return parts_->notebooks.shown(name);
}

Result<json> Playground::run_notebook_text(const json& request) {
  json file = request.value("file", json()), source = request.value("source", json());
  if (!file.is_string() || !source.is_string()) {
    return base::error(Code::kInvalidArgument, "\"file\" and \"source\" must be texts");
  }
  NotebookText text{.file = file,
                    .source = source,
                    .given = TRY(parameter_values(request.value("parameters", json())))};
  return parts_->notebooks.run_to_document(text, stop_.get_token());
}

Result<json> Playground::preview(const PreviewRequest& request, std::stop_token stop) {
  return parts_->previews.of(request, std::move(stop));
}

Status Playground::check(const PreviewRequest& request, std::stop_token stop) {
  return parts_->previews.check(request, std::move(stop));
}

Result<json> Playground::grade(const std::string& run_id, std::stop_token stop) {
  return parts_->grades.now(run_id, std::move(stop));
}

Result<json> Playground::run_pipeline(const std::string& name, const std::string& trigger,
                                      const std::string& from, std::stop_token stop) {
  return run_pipeline(
      {.pipeline = name, .trigger = trigger, .from = from, .stop = std::move(stop)});
}

Result<json> Playground::run_pipeline(const RunRequest& request) {
  if (request.window.empty()) return parts_->runs.run(request);
  auto trigger =
      TRY(parts_->triggers.of_window(catalogue::ref_name(request.pipeline), request.window));
  return parts_->triggers.run_window(trigger, request.window, request);
}

Result<json> Playground::run_window(const std::string& trigger, const std::string& start,
                                    std::stop_token stop) {
  return parts_->triggers.run_window(trigger, start, {.stop = std::move(stop)});
}

json Playground::triggers() { return parts_->triggers.list(); }

Result<json> Playground::trigger_calendar(const std::string& name) {
  return parts_->triggers.calendar(name);
}

Status Playground::pause_trigger(const std::string& name, bool paused) {
  return parts_->triggers.pause(name, paused);
}

int Playground::cancel_runs(const std::string& pipeline) {
  return parts_->runs.cancel(pipeline) + parts_->triggers.give_up(pipeline);
}

Result<json> Playground::hub_records(const std::string& name, std::vector<std::int64_t> offsets,
                                     int limit) {
  auto hub = parts_->broker.hub(name);
  if (!hub) {
    return std::unexpected(parts_->definitions.unknown(kinds::EventHub::kKind, "event hub", name));
  }
  return view::hub_records(*hub, std::move(offsets), limit);
}

}  // namespace control
