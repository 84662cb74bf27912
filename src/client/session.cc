#include "client/session.h"

#include "base/card_json.h"
#include "base/env.h"
#include "base/text.h"
#include "client/http_internal.h"
#include "client/start.h"

namespace client {
namespace {

using base::Code;

constexpr int kHealthSeconds = 5;

base::Result<DaemonInfo> read_daemon_json(const std::string& data_dir) {
  auto& env = base::Env::real();
  if (!env.exists(data_dir + "/catalogue.db") && !env.exists(data_dir + "/daemon.json"))
    return base::error(Code::kNotFound, "there is no playground in {}", data_dir);
  auto text = env.read_file(data_dir + "/daemon.json");
  if (!text) return base::error(Code::kUnavailable, "no daemon runs for {}", data_dir);
  const json file = json::parse(*text, nullptr, false);
  if (!file.is_object())
    return base::error(Code::kUnavailable, "{}/daemon.json can't be read", data_dir);
  try {
    return DaemonInfo{file.at("pid"), file.at("port"), file.at("version"), file.at("playground"),
                      file.value("build", "")};
  } catch (const json::exception& wrong) {
    return base::error(Code::kUnavailable, "{}/daemon.json can't be read: {}", data_dir,
                       wrong.what());
  }
}

/// {"error":{"code","message","path"}} as a Problem.
Problem problem_of(int status, const json& body) {
  const json fallback = json::object();
  const json& error = body.is_object() && body.contains("error") ? body["error"] : fallback;
  if (!error.is_object() || !error.contains("message") || !error["message"].is_string())
    return base::Error{Code::kInternal, fmt::format("the daemon answered with HTTP {}", status)};
  const auto code = error.contains("code") && error["code"].is_string()
                        ? base::code_from_name(error["code"].get_ref<const std::string&>())
                        : Code::kInternal;
  json path = error.contains("path") && error["path"].is_array() ? error["path"] : json::array();
  auto card = base::card_from(error.value("card", json()));
  return {base::Error{code, error["message"], std::move(card)}, std::move(path)};
}

}  // namespace

std::string resource_path(const std::string& kind, const std::string& name,
                          const kinds::Meant& meant) {
  std::string path = "/v1/resources/" + kind + "/" + name;  // names and digits: nothing to escape
  if (meant.what == kinds::Meant::What::kThis) path += "?incarnation=" + meant.incarnation;
  if (meant.what == kinds::Meant::What::kKnow) path += "?incarnation=*";
  return path;
}

Session::Session(DaemonInfo daemon, std::string token)
    : daemon_(std::move(daemon)), token_(std::move(token)) {}
Session::~Session() = default;

base::Result<std::shared_ptr<Session>> Session::connect(const std::string& data_dir) {
  auto daemon = TRY(read_daemon_json(data_dir));
  if (wait_for_end(daemon.pid, 0))
    return base::error(Code::kUnavailable, "no daemon runs for {}", data_dir);
  auto kept = TRY(base::Env::real().read_file(data_dir + "/token"));
  std::string token(base::trimmed(base::without_mark(kept)));
  std::shared_ptr<Session> session(new Session(std::move(daemon), std::move(token)));
  // Another process may have the port of a daemon that died, or even its pid.
  auto health = session->request("GET", "/v1/health", nullptr, kHealthSeconds);
  if (!health) return std::unexpected(std::move(health).error().error);
  const auto playground = health->is_object() ? health->value("playground", json()) : json();
  if (playground != session->daemon_.playground)
    return base::error(Code::kUnavailable, "no daemon runs for {}", data_dir);
  return session;
}

base::Result<std::string> Session::exchange(const char* method, const std::string& path,
                                            const json& body, int silence_seconds_max,
                                            int& status) {
  HttpCall call;
  {
    std::lock_guard lock(mutex_);
    if (cancelled_) return base::error(Code::kCancelled, "stopped");
    waiting_.insert(&call);
  }
  auto answer = call.run({.port = daemon_.port,
                          .method = method,
                          .path = path,
                          .token = token_,
                          .body = body.is_null() ? "" : body.dump(),
                          .silence_seconds_max = silence_seconds_max});
  std::lock_guard lock(mutex_);
  waiting_.erase(&call);
  if (cancelled_) return base::error(Code::kCancelled, "stopped");
  if (!answer) return std::unexpected(std::move(answer).error());
  status = answer->status;
  return std::move(answer->body);
}

Answer<json> Session::request(const char* method, const std::string& path, const json& body,
                              int silence_seconds_max) {
  int status = 0;
  const auto text = TRY(exchange(method, path, body, silence_seconds_max, status));
  json answer = text.empty() ? json() : json::parse(text, nullptr, false);
  if (status < 200 || status > 299) return std::unexpected(problem_of(status, answer));
  if (answer.is_discarded()) return base::error(Code::kInternal, "the daemon's answer is no JSON");
  return answer;
}

void Session::cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  for (auto* call : waiting_) call->cut();
}

}  // namespace client
