#include "hub/broker.h"

#include <algorithm>
#include <chrono>

#include "base/guarded.h"
#include "base/log.h"
#include "base/open_files.h"
#include "base/secrets.h"
#include "hub/capture.h"
#include "hub/directory_internal.h"
#include "hub/groups_internal.h"
#include "hub/listener_internal.h"
#include "hub/options_internal.h"
#include "hub/sasl.h"
#include "hub/session_internal.h"

namespace hub {

using base::Code;
using base::error;
using base::Result;
using base::Status;

namespace {

constexpr std::chrono::seconds kLookAfterEvery{10};
// A hub whose generator hasn't come by then follows the clock.
constexpr std::chrono::seconds kSettleAfter{60};
constexpr std::string_view kDropped = ".dropped-";

std::int64_t wall_micros() { return base::SystemClock().now().time_since_epoch().count(); }

}  // namespace

Broker::Broker(Options options)
    : options_(std::move(options)), directory_(std::make_unique<Directory>()) {}

Broker::~Broker() { (void)close(); }

Result<std::unique_ptr<Broker>> Broker::open(Options options) {
  TRY(base::check_name(options.name, "event hub namespace"));
  if (options.key.empty() || options.key.find(';') != std::string::npos) {
    return error(Code::kInvalidArgument, "the key of an event hub namespace is empty or has a ';'");
  }
  std::unique_ptr<Broker> broker(new Broker(std::move(options)));
  TRY(broker->load_hubs());
  TRY(broker->listen());
  auto look_after = [raw = broker.get()](std::stop_token stop) -> Status {
    raw->look_after(stop);
    return {};
  };
  broker->caretaker_ = TRY(base::guarded_thread("the hubs' caretaker", std::move(look_after)));
  return broker;
}

Status Broker::load_hubs() {
  std::string dir = options_.dir + "/hubs";
  TRY(options_.env->make_dirs(dir));
  groups_ = std::make_unique<Groups>(*options_.env, options_.dir);
  groups_->load();
  for (const auto& entry : TRY(options_.env->list(dir))) {
    if (entry.name.starts_with(kDropped)) {
      if (auto gone = options_.env->remove_tree(dir + "/" + entry.name); !gone) {
        base::log_warn("hub", "not_removed", "error={}", gone.error().message);
      }
    } else if (entry.is_dir && base::check_name(entry.name, "event hub")) {
      auto loaded = load_hub(entry.name);
      // A creation that was cut off left nothing in it; the next one makes it whole.
      if (!loaded && loaded.error().code != Code::kNotFound) fail(entry.name, loaded.error());
    }
  }
  return {};
}

Status Broker::load_hub(const std::string& name) {
  std::string dir = options_.dir + "/hubs/" + name;
  auto hub = TRY(Hub::load({options_.env, options_.clock}, dir));
  if (hub->name() != name) {
    return error(Code::kDataLoss, "{}/hub.json is damaged: it names \"{}\"", dir, hub->name());
  }
  admit(hub);
  return {};
}

void Broker::admit(const std::shared_ptr<Hub>& hub) {
  if (hub->options().capture) follow_capture(hub);
  directory_->add(hub);
}

void Broker::fail(const std::string& name, const base::Error& why) {
  std::string text = why.message;
  if (why.code == Code::kDataLoss) {
    text += fmt::format(
        ": event hub \"{}\" can't be used as it is; put back what is missing and start the daemon "
        "again, or replace or destroy it",
        name);
  } else {
    text += fmt::format(
        ": event hub \"{}\" can't be used; mend that and start the daemon again, "
        "or replace or destroy it",
        name);
  }
  base::log_error("hub", "hub_failed", "hub={} error=\"{}\"", name, text);
  std::lock_guard lock(mutex_);
  failures_[name] = std::move(text);
}

std::string Broker::failure(std::string_view name) const {
  {
    std::lock_guard lock(mutex_);
    auto it = failures_.find(name);
    if (it != failures_.end()) return it->second;
  }
  auto found = hub(name);
  if (!found) return {};
  auto health = found->health();
  return health ? std::string() : health.error().message;
}

std::string Broker::groups_failure() const { return groups_->failure(); }

Status Broker::listen() {
  auto socket = options_.env->listen_loopback(options_.port);
  if (!socket && socket.error().code == Code::kAlreadyExists && options_.port != 0) {
    base::log_warn("hub", "port_taken", "port={}", options_.port);
    socket = options_.env->listen_loopback(0);
  }
  if (!socket) return std::unexpected(socket.error());
  base::keep_secret(options_.key);
  // Ids are never given twice, also after a restart: there are fewer than one a microsecond.
  services_.reset(new Services{*directory_, *groups_, options_.name, options_.key, 0,
                               options_.sync_acks_all, wall_micros()});
  Listener::Limits limits{.login = options_.login_limit, .idle = options_.idle_limit};
  listener_ = Listener::start(std::move(*socket), *services_, limits);
  base::log_info("hub", "listening", "port={} hubs={}", services_->port, hubs().size());
  return {};
}

Result<std::shared_ptr<Hub>> Broker::create_hub(HubOptions options) {
  std::lock_guard changing(changing_);
  {
    std::lock_guard lock(mutex_);
    if (closed_) return error(Code::kFailedPrecondition, "the event hub namespace is closed");
  }
  TRY(check_options(options));
  auto hub = directory_->find(options.name);
  if (!hub) {
    if (auto why = failure(options.name); !why.empty()) return error(Code::kDataLoss, "{}", why);
    // Its frontier and its capture's window; segments are opened when they are used.
    TRY(base::check_open_files(2, fmt::format("event hub \"{}\"", options.name)));
    std::string dir = options_.dir + "/hubs/" + options.name;
    hub = TRY(Hub::open({options_.env, options_.clock}, dir, std::move(options)));
    admit(hub);
    return hub;
  }
  TRY(hub->change(std::move(options)));
  follow_capture(hub);
  return hub;
}

/// Starts, restarts or stops the hub's capture as its options say.
void Broker::follow_capture(const std::shared_ptr<Hub>& hub) {
  auto wanted = hub->options().capture;
  auto running = capture(hub->name());
  if (running && wanted && running->options() == *wanted) return;
  if (running) {
    running->stop();
    std::lock_guard lock(mutex_);
    captures_.erase(hub->name());
  }
  {
    std::lock_guard lock(mutex_);
    uncaptured_.erase(hub->name());
  }
  if (!wanted) return;
  auto started = Capture::start(*options_.env, hub, options_.name);
  std::lock_guard lock(mutex_);
  if (started) {
    captures_[hub->name()] = std::move(*started);
    return;
  }
  base::log_error("hub", "no_capture", "hub={} error={}", hub->name(), started.error().message);
  uncaptured_[hub->name()] = started.error().message;
}

Status Broker::drop_hub(std::string_view name) {
  std::lock_guard changing(changing_);
  auto hub = directory_->remove(name);
  bool failed;
  {
    std::lock_guard lock(mutex_);
    failed = failures_.contains(name);
  }
  std::string dir = fmt::format("{}/hubs/{}", options_.dir, name);
  if (!hub && !failed) return {};
  if (hub) {
    hub->close();
    hub->keep_readable();
  }
  if (auto running = capture(name)) {
    running->stop();
    std::lock_guard lock(mutex_);
    captures_.erase(captures_.find(name));
  }
  groups_->forget_topic(name);
  {
    // With the last hub whatever was committed has gone, readable or not.
    std::lock_guard lock(mutex_);
    if (directory_->all().empty() && failures_.size() == (failed ? 1U : 0U)) groups_->begin_anew();
  }
  // One step, so that a crash leaves either the hub or nothing that looks like one.
  std::string dropped = fmt::format("{}/hubs/{}{}", options_.dir, kDropped, name);
  TRY(options_.env->remove_tree(dropped));
  if (options_.env->exists(dir)) TRY(options_.env->publish(dir, dropped));
  {
    std::lock_guard lock(mutex_);
    if (failed) failures_.erase(failures_.find(name));
    if (auto it = uncaptured_.find(name); it != uncaptured_.end()) uncaptured_.erase(it);
  }
  return options_.env->remove_tree(dropped);
}

std::shared_ptr<Hub> Broker::hub(std::string_view name) const { return directory_->find(name); }
std::vector<std::shared_ptr<Hub>> Broker::hubs() const { return directory_->all(); }
int Broker::port() const { return services_->port; }

std::string Broker::connection_string() const {
  return hub::connection_string(port(), options_.key);
}

std::shared_ptr<Capture> Broker::capture(std::string_view hub) const {
  std::lock_guard lock(mutex_);
  auto it = captures_.find(hub);
  return it == captures_.end() ? nullptr : it->second;
}

std::optional<Broker::CaptureProgress> Broker::capture_progress(std::string_view hub) const {
  if (auto running = capture(hub)) return running->progress();
  std::lock_guard lock(mutex_);
  auto it = uncaptured_.find(hub);
  if (it == uncaptured_.end()) return std::nullopt;
  CaptureProgress progress;
  progress.error = it->second;
  return progress;
}

std::vector<Broker::MissingCapture> Broker::missing_captures(std::string_view hub) const {
  auto running = capture(hub);
  return running ? running->missing() : std::vector<MissingCapture>();
}

void Broker::repair_captures(std::string_view hub) const {
  if (auto running = capture(hub)) running->repair();
}

bool Broker::wait_captured(std::string_view hub, std::int64_t ms, std::stop_token stop) const {
  auto running = capture(hub);
  return running && running->wait_captured(ms, std::move(stop));
}

void Broker::look_after(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    auto now = std::chrono::steady_clock::now();
    bool may_settle = !options_.may_settle || options_.may_settle();
    for (const auto& hub : hubs()) {
      if (may_settle && now - hub->opened_at() >= kSettleAfter) hub->settle();
      auto status = hub->apply_retention();
      if (!status) {
        base::log_warn("hub", "retention", "hub={} error={}", hub->name(), status.error().message);
      }
    }
    groups_->look_after();
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, kLookAfterEvery, [] { return false; });
  }
}

Status Broker::close() {
  std::lock_guard changing(changing_);
  std::map<std::string, std::shared_ptr<Capture>, std::less<>> captures;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    captures = captures_;
  }
  listener_.reset();
  if (caretaker_.joinable()) {
    caretaker_.request_stop();
    caretaker_.join();
  }
  for (auto& [name, capture] : captures) capture->stop();
  for (const auto& hub : hubs()) hub->close();
  return {};
}

}  // namespace hub
