#include "hub/broker.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "hub/capture.h"
#include "hub/directory_internal.h"
#include "hub/groups_internal.h"
#include "hub/listener_internal.h"
#include "hub/options_internal.h"
#include "hub/sasl.h"
#include "hub/session_internal.h"
#include "hub/signal.h"

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
    : options_(std::move(options)),
      appended_(std::make_shared<Signal>()),
      directory_(std::make_unique<Directory>()) {}

Broker::~Broker() { (void)close(); }

Result<std::unique_ptr<Broker>> Broker::open(Options options) {
  TRY(base::check_name(options.name, "event hub namespace"));
  if (options.key.empty() || options.key.find(';') != std::string::npos) {
    return error(Code::kInvalidArgument, "the key of an event hub namespace is empty or has a ';'");
  }
  std::unique_ptr<Broker> broker(new Broker(std::move(options)));
  TRY(broker->load_hubs());
  TRY(broker->listen());
  broker->caretaker_ =
      std::jthread([raw = broker.get()](std::stop_token stop) { raw->look_after(stop); });
  return broker;
}

Status Broker::load_hubs() {
  std::string dir = options_.dir + "/hubs";
  TRY(options_.env->make_dirs(dir));
  groups_ = std::make_unique<Groups>(*options_.env, options_.dir + "/offsets.json");
  TRY(groups_->load());
  for (const auto& entry : TRY(options_.env->list(dir))) {
    std::string path = dir + "/" + entry.name;
    if (entry.name.starts_with(kDropped)) {
      TRY(options_.env->remove_tree(path));
    } else if (entry.is_dir && options_.env->exists(path + "/hub.json")) {
      TRY(open_hub(TRY(load_options(*options_.env, path + "/hub.json"))));
    }
  }
  return {};
}

Status Broker::listen() {
  auto socket = options_.env->listen_loopback(options_.port);
  if (!socket && socket.error().code == Code::kAlreadyExists && options_.port != 0) {
    base::log_warn("hub", "port_taken", "port={}", options_.port);
    socket = options_.env->listen_loopback(0);
  }
  if (!socket) return std::unexpected(socket.error());
  // Ids are never given twice, also after a restart: there are fewer than one a microsecond.
  services_.reset(new Services{*directory_, *groups_, *appended_, options_.name, options_.key, 0,
                               options_.sync_acks_all, wall_micros()});
  listener_ = Listener::start(std::move(*socket), *services_);
  base::log_info("hub", "listening", "port={} hubs={}", services_->port, hubs().size());
  return {};
}

Result<std::shared_ptr<Hub>> Broker::open_hub(HubOptions options) {
  std::string dir = options_.dir + "/hubs/" + options.name;
  auto hub = TRY(Hub::open({options_.env, options_.clock, appended_}, dir, std::move(options)));
  if (hub->options().capture) follow_capture(hub);
  directory_->add(hub);
  return hub;
}

Result<std::shared_ptr<Hub>> Broker::create_hub(HubOptions options) {
  std::lock_guard changing(changing_);
  {
    std::lock_guard lock(mutex_);
    if (closed_) return error(Code::kFailedPrecondition, "the event hub namespace is closed");
  }
  TRY(check_options(options));
  auto hub = directory_->find(options.name);
  if (!hub) return open_hub(std::move(options));
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
  if (!wanted) return;
  auto started = Capture::start(*options_.env, hub, options_.name);
  if (!started) {
    base::log_error("hub", "no_capture", "hub={} error={}", hub->name(), started.error().message);
    return;
  }
  std::lock_guard lock(mutex_);
  captures_[hub->name()] = std::move(*started);
}

Status Broker::drop_hub(std::string_view name) {
  std::lock_guard changing(changing_);
  auto hub = directory_->remove(name);
  if (!hub) return {};
  hub->close();
  if (auto running = capture(name)) {
    running->stop();
    std::lock_guard lock(mutex_);
    captures_.erase(captures_.find(name));
  }
  groups_->forget_topic(name);
  // One step, so that a crash leaves either the hub or nothing that looks like one.
  std::string dropped = fmt::format("{}/hubs/{}{}", options_.dir, kDropped, name);
  TRY(options_.env->remove_tree(dropped));
  TRY(options_.env->rename(hub->dir(), dropped));
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
  auto running = capture(hub);
  if (!running) return std::nullopt;
  return running->progress();
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
    for (const auto& hub : hubs()) {
      if (now - hub->opened_at() >= kSettleAfter) hub->settle();
      auto status = hub->apply_retention();
      if (!status) {
        base::log_warn("hub", "retention", "hub={} error={}", hub->name(), status.error().message);
      }
    }
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
