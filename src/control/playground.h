// The playground: everything that lives longer than one command, behind one door. The API room
// speaks to this class only.
//
// A resource kind's behaviour is a Controller (controller.h), one file a kind. This class keeps the
// catalogue, orders start and stop, and makes each request idempotent: put() completes what an
// earlier, interrupted put() began.
//
// Folder: <data_dir>/{lock,daemon.json,token,catalogue.db,lake/,hub/,sql/,state/,ml/,logs/}.
// Thread: thread-safe; put() and remove() of one resource are serialised, of different ones
// parallel.
#pragma once

#include <atomic>
#include <condition_variable>
#include <expected>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "catalogue/catalogue.h"
#include "catalogue/claims.h"
#include "control/controller.h"
#include "kinds/meant.h"
#include "kinds/owner.h"
#include "runs/busy_names.h"
#include "runs/run_request.h"
#include "runs/waiting.h"
#include "view/map.h"

namespace kinds {
struct Kind;
}
namespace tracking {
class Mirror;
}

namespace control {

using json = nlohmann::json;
using catalogue::Resource;
using runs::Patience;
using runs::RunRequest;

/// A file as its user has it now, which need not be what was applied.
struct PreviewRequest {
  std::string file;        ///< its name, for messages and for what it is: .sql, .asaql, .md, .py
  std::string text;        ///< what it holds
  std::int64_t rows = 20;  ///< how many to show of each answer
  std::string job = {};    ///< the stream job that a streaming text is of; empty: the only one
  json parameters = {};    ///< of a notebook: {"name": value}
};

/// An error that may name the attribute at fault, e.g. ["activities", 0, "query"].
struct RequestError {
  base::Error error;
  json path = json::array();
};
template <typename T>
using Response = std::expected<T, RequestError>;

class Playground {
 public:
  struct Options {
    std::string data_dir;  ///< absolute
    std::string version;
    std::vector<std::string> sql_worker = {};  ///< as lake::Lake::Options::sql_worker
    Patience patience = {};
  };
  /// What it owns (playground_parts.h).
  struct Opened;
  struct Parts;
  /// Opens the catalogue and everything it names; streams and generators go on where they were.
  static base::Result<std::unique_ptr<Playground>> open(Options options);
  ~Playground();

  /// 8 hex digits, made once per playground.
  const std::string& id() const;
  std::stop_token stop_token() const { return stop_.get_token(); }

  /// Creates or updates the one that is meant, completes what was interrupted; blocks until done.
  /// A failed update leaves the old definition in force.
  /// `gone`: whoever asked doesn't wait any more; what waits or runs for it is cancelled.
  /// `owner`: who asks; the first one that says so takes the folder (kinds/owner.h).
  Response<Resource> put(const std::string& kind, const std::string& name, const json& attributes,
                         const kinds::Meant& meant,
                         const std::optional<kinds::Owner>& owner = std::nullopt,
                         std::stop_token gone = {});
  /// nullopt: the one that is meant isn't there (any more). One that is there and doesn't work says
  /// why in `failed`.
  base::Result<std::optional<Resource>> get(const std::string& kind, const std::string& name,
                                            const kinds::Meant& meant);
  /// Absent is fine, and so is another one, which stays. Returns whether nothing is left.
  base::Result<bool> remove(const std::string& kind, const std::string& name,
                            const kinds::Meant& meant = {});
  /// What a put of these attributes would be refused for as things are, or lose, of one that is
  /// there: for a plan, which may warn. Nothing is changed. Attributes that put() would refuse have
  /// none.
  base::Result<std::vector<std::string>> warnings(const std::string& kind, const std::string& name,
                                                  const json& attributes);
  /// The attributes of whichever is there.
  Response<json> put(const std::string& kind, const std::string& name, const json& attributes);
  base::Result<std::optional<json>> get(const std::string& kind, const std::string& name);
  /// [{"kind","name","ready","state":"begun"|"ready"|"failed","failed": why, or ""}].
  base::Result<json> list();

  /// {"columns":[{"name","type"}],"rows":[[…]],"truncated":bool}; read-only SQL over the lake.
  /// `stop` ends it with kCancelled.
  base::Result<json> query(const std::string& sql, int row_limit, std::stop_token stop = {});
  /// [{"tier","name","format","rows"}], rows −1 where they aren't known without reading.
  base::Result<json> tables();
  /// [{"name","title","description"}], by name.
  base::Result<json> dashboards();
  /// As notebook::to_json() says, with its name. kNotFound.
  base::Result<json> dashboard(const std::string& name);
  /// As tracking_view.h says.
  base::Result<json> experiments();
  base::Result<json> experiment_runs(const std::string& name);
  base::Result<json> models();
  base::Result<json> model(const std::string& name);
  /// [{"name","file","last":{"state","error","started","seconds"}|null}], by name.
  base::Result<json> notebooks();
  /// As shown_notebook() says (notebooks.h). kNotFound.
  base::Result<json> notebook(const std::string& name);
  /// The last result as one HTML document that loads nothing.
  base::Result<std::string> notebook_document(const std::string& name);
  /// As python_environment() says (python_environment.h): what a first Python notebook would fetch.
  json python();
  /// Fetches it; then as python(). kUnavailable.
  base::Result<json> prepare_python();
  /// Runs it, keeps the result and returns it as notebook() does. A cell that fails is a state.
  base::Result<json> run_notebook(const std::string& name, const json& parameters);
  /// Runs {"file","source","parameters"} and keeps nothing: {"state","error","seconds","html"}.
  base::Result<json> run_notebook_text(const json& request);
  /// What a file would give, applied (preview.h); nothing is changed.
  base::Result<json> preview(const PreviewRequest& request, std::stop_token stop = {});
  /// What an apply or a run would refuse of a file, before any row is made (preview.h).
  base::Status check(const PreviewRequest& request, std::stop_token stop = {});
  /// {"file": its name or null, "text"} of a node of the map, as it is applied. Errors: kNotFound:
  /// no such node, or it has no text of its own.
  base::Result<json> applied_text(const std::string& node);
  /// Computes the grade now and records it under `run_id`.
  /// `stop` ends it, and the waiting for a run that is under way.
  base::Result<json> grade(const std::string& run_id, std::stop_token stop = {});
  /// The newest, of all or of one run; null when there is none. With "stale": why, when what was
  /// graded is damaged since.
  base::Result<json> recorded_grade(const std::string& run_id = "");
  /// [{"run_id","graded_at","passed","total","wrong","not_gradable","changed","all_right"}], newest
  /// first: the last 200.
  base::Result<json> grade_history();
  base::Result<json> world_hash();
  json endpoints();
  /// What the page shows; see web/README.md for the shape.
  json overview(bool with_history);
  /// Waits, runs and grades (run.h); the run's record.
  base::Result<json> run_pipeline(const RunRequest& request);
  /// `from`: the run to go on from; empty: all of it.
  base::Result<json> run_pipeline(const std::string& name, const std::string& trigger,
                                  const std::string& from = {}, std::stop_token stop = {});
  /// What starts pipelines by itself (triggers.h).
  json triggers();
  base::Result<json> trigger_calendar(const std::string& name);
  /// A window of a trigger again, as Triggers::run_window(); the run's record.
  base::Result<json> run_window(const std::string& trigger, const std::string& start,
                                std::stop_token stop = {});
  base::Status pause_trigger(const std::string& name, bool paused);
  /// Cancels the runs of a pipeline, those that wait too; returns how many.
  int cancel_runs(const std::string& pipeline);
  /// {"speed":60} | {"frozen":true} | {"jump_to":"2026-06-01T01:00:00Z"}.
  base::Status set_clock(const json& change);
  /// Records of a hub: [{"partition","offset","arrival","key","value"}], from `offsets` on, or the
  /// last `limit` when empty.
  base::Result<json> hub_records(const std::string& hub, std::vector<std::int64_t> offsets,
                                 int limit);

  /// Where the API listens (0 = not yet); kept, so that the address survives a restart.
  int wanted_port();
  base::Status listening_on(int port);
  /// True when the lease (ttl_minutes since the last apply, wall time) has run out.
  bool lease_ended();
  /// Wakes every wait and stops threads; afterwards only the destructor may be called.
  void close();

 private:
  Playground();
  static base::Result<std::unique_ptr<Opened>> open_parts(const Options& options);
  static std::vector<KindController> all_controllers(Parts& parts);
  base::Status start_all();
  void take_up(Controller& controller, const Resource& resource);
  void take_up_failed();
  void look_for_all_damage();
  std::string first_absent();
  base::Result<std::unique_ptr<runs::BusyNames::Hold>> wait_for_name(const std::string& kind,
                                                                     const std::string& name);
  void doubt(json& grade);
  std::string failed_since(const json& grade);
  Controller* controller(const std::string& kind) const;
  base::Status take_folder(const kinds::Owner& owner);
  base::Status claim(std::unique_lock<std::mutex>& begin_lock, const kinds::Kind& kind,
                     const json& wanted, const kinds::Meant& meant);
  bool is_still_there(Controller& controller, Resource& stored);
  base::Status forget(const Resource& removed);
  base::Status remove_absent();
  void take_up_again(Controller& controller, Resource resource, const json& definition);
  void end_change(const std::string& kind, const std::string& name);
  struct Begun;
  base::Result<Begun> begin(const kinds::Kind& kind, Controller& controller, json wanted,
                            const kinds::Meant& meant);
  base::Result<Resource> make(const kinds::Kind& kind, Controller& controller, json wanted,
                              const kinds::Meant& meant, const std::stop_token& stop);
  void note_apply();
  void tick_every_second(std::stop_token stop);
  base::Status tick(int number);
  void sample_map();
  std::vector<MapNode> collect_nodes();

  Options options_;
  std::string id_;
  std::unique_ptr<Parts> parts_;
  std::vector<KindController> controllers_;
  runs::BusyNames busy_;    // resources with a request under way
  std::mutex begin_mutex_;  // from a controller's check() until the resource is in the catalogue
  catalogue::Changing changing_;  // guarded by begin_mutex_
  std::condition_variable claims_changed_;
  view::PlaygroundMap map_;
  std::atomic<std::int64_t> last_overview_ms_ = 0;  // wall
  std::atomic<std::size_t> mapped_grade_ = 0;       // which grade the map's nodes show
  std::stop_source stop_;
  std::unique_ptr<tracking::Mirror> mirror_;
  std::jthread ticker_;  // last: it uses all of the above
};

}  // namespace control
