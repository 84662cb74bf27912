#include "client/playground.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/env.h"
#include "client/start.h"
#include "kinds/version.h"

namespace client {
namespace {

namespace fs = std::filesystem;
using base::Code;

constexpr int kAttempts = 3;
constexpr double kEndSeconds = 30;
/// Between attempts, for a daemon that is on its way down.
constexpr double kPauseSeconds = 1;

std::string text_in(const json& answer, const char* name) {
  auto found = answer.find(name);
  return found != answer.end() && found->is_string() ? found->get<std::string>() : std::string();
}

base::Result<Found> found_in(json answer) {
  if (!answer.is_object() || !answer.contains("attributes") || !answer["attributes"].is_object())
    return base::error(Code::kInternal, "the daemon's answer has no attributes");
  return Found{.attributes = std::move(answer["attributes"]),
               .incarnation = text_in(answer, "incarnation"),
               .failed = text_in(answer, "failed")};
}

json body_of(const json& attributes, const kinds::Meant& meant,
             const std::optional<kinds::Owner>& owner) {
  json body = {{"attributes", attributes}};
  if (owner) body["owner"] = kinds::to_json(*owner);
  if (meant.what == kinds::Meant::What::kNew) body["incarnation"] = nullptr;
  if (meant.what == kinds::Meant::What::kThis) body["incarnation"] = meant.incarnation;
  return body;
}

}  // namespace

base::Status Playground::check_owner() const {
  return owner_ ? kinds::check_owner(data_dir_, *owner_) : base::Status();
}

bool Playground::exists() const { return has_catalogue(data_dir_); }

std::string Playground::id() const {
  std::lock_guard lock(mutex_);
  return id_;
}

base::Result<std::shared_ptr<Session>> Playground::session() {
  std::lock_guard lock(mutex_);
  if (cancelled_) return base::error(Code::kCancelled, "stopped");
  if (!session_) {
    session_ = TRY(connect_or_start(data_dir_, engine_));
    id_ = session_->daemon().playground;
  }
  return session_;
}

void Playground::forget(const std::shared_ptr<Session>& lost) {
  std::lock_guard lock(mutex_);
  if (session_ == lost) session_.reset();
}

void Playground::cancel() {
  std::shared_ptr<Session> session, asked;
  {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    session = session_;
    asked = asked_;
  }
  if (asked) asked->cancel();
  if (session) session->cancel();
}

Answer<json> Playground::repeat(const char* method, const std::string& path, const json& body) {
  for (int attempt = 1;; ++attempt) {
    auto session = TRY(this->session());
    auto answer = session->request(method, path, body);
    if (answer || answer.error().error.code != Code::kUnavailable) return answer;
    forget(session);
    if (attempt == kAttempts) return answer;
    wait_for_end(session->daemon().pid, kPauseSeconds);
  }
}

Answer<Found> Playground::put(const std::string& kind, const std::string& name,
                              const json& attributes, const kinds::Meant& meant) {
  return TRY(
      found_in(TRY(repeat("PUT", resource_path(kind, name), body_of(attributes, meant, owner_)))));
}

Answer<json> Playground::put(const std::string& kind, const std::string& name,
                             const json& attributes) {
  return TRY(put(kind, name, attributes, {})).attributes;
}

std::vector<std::string> Playground::warnings(const std::string& kind, const std::string& name,
                                              const json& attributes) {
  std::shared_ptr<Session> session;
  {
    std::lock_guard lock(mutex_);
    session = session_;
  }
  if (!session) {  // one that runs may be asked; for a warning none is started
    auto running = Session::connect(data_dir_);
    if (!running || (*running)->daemon().version != kinds::kVersion) return {};
    std::lock_guard lock(mutex_);
    if (cancelled_) return {};
    session = asked_ = *running;
  }
  auto answer = session->request("POST", resource_path(kind, name) + "/warnings",
                                 {{"attributes", attributes}});
  std::vector<std::string> warnings;
  if (!answer || !answer->is_object()) return warnings;
  for (const auto& text : answer->value("warnings", json::array()))
    if (text.is_string()) warnings.push_back(text);
  return warnings;
}

Answer<std::optional<Found>> Playground::get(const std::string& kind, const std::string& name,
                                             const kinds::Meant& meant) {
  TRY(check_folder(data_dir_));
  if (!exists()) return std::nullopt;
  auto answer = repeat("GET", resource_path(kind, name, meant), nullptr);
  if (!answer && answer.error().error.code == Code::kNotFound) return std::nullopt;
  return TRY(found_in(TRY(std::move(answer))));
}

Answer<std::optional<json>> Playground::get(const std::string& kind, const std::string& name) {
  auto found = TRY(get(kind, name, {}));
  if (!found) return std::nullopt;
  return std::move(found->attributes);
}

Answer<void> Playground::remove(const std::string& kind, const std::string& name,
                                const kinds::Meant& meant) {
  TRY(check_folder(data_dir_));
  for (int attempt = 1;; ++attempt) {
    if (!exists()) return {};
    auto session = TRY(this->session());
    auto answer = session->request("DELETE", resource_path(kind, name, meant));
    if (answer) {
      const bool is_last = answer->is_object() && answer->value("last", json()) == true;
      return is_last ? wait_until_gone(session) : Answer<void>{};
    }
    if (answer.error().error.code == Code::kNotFound) return {};
    if (answer.error().error.code != Code::kUnavailable || attempt == kAttempts)
      return std::unexpected(std::move(answer).error());
    forget(session);
    wait_for_end(session->daemon().pid, kPauseSeconds);
  }
}

Answer<void> Playground::wait_until_gone(const std::shared_ptr<Session>& last) {
  forget(last);
  const auto pid = last->daemon().pid;
  if (!wait_for_end(pid, kEndSeconds))
    return base::error(
        Code::kUnavailable,
        "the last resource is gone, but the daemon (pid {}) has not ended within {} s", pid,
        kEndSeconds);
  return {};
}

Answer<json> Playground::call(const char* method, const std::string& path, const json& body) {
  TRY(check_folder(data_dir_));
  if (!exists()) return base::error(Code::kNotFound, "there is no playground in {}", data_dir_);
  return repeat(method, path, body);
}

base::Result<std::string> find_engine() {
  if (const char* named = std::getenv("HRISTE_ENGINE"); named != nullptr && *named != '\0')
    return std::string(named);
  std::error_code wrong;
  const auto own = fs::read_symlink("/proc/self/exe", wrong);
  const auto engine = (own.parent_path() / "hriste-engine").string();
  if (!wrong && base::Env::real().exists(engine)) return engine;
  return base::error(Code::kNotFound, "there is no {}; build it with script/build", engine);
}

}  // namespace client
