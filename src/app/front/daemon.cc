// Verbs about the daemon itself.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "app/front/verbs.h"
#include "base/card.h"
#include "base/env.h"
#include "base/secrets.h"
#include "client/start.h"

namespace app {

void print_error(const base::Error& error) {
  bool colour = look_of_errors().colour;
  std::string text = base::mask_secrets(base::error_text(error)), shown;
  for (std::size_t at = 0; at <= text.size();) {
    auto end = std::min(text.find('\n', at), text.size());
    shown += cli::printable(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  fmt::print(stderr, "{}error:{} {}", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "", shown);
}

int fail(const base::Error& error) {
  print_error(error);
  return 2;
}

int serve_verb(const std::string& data_dir) {
  auto engine = client::find_engine();
  if (!engine) return fail(engine.error());
  ::execl(engine->c_str(), "hriste-engine", "serve", "--data-dir", data_dir.c_str(), nullptr);
  return fail({base::Code::kInternal, fmt::format("can't run {}: {}", *engine, strerror(errno))});
}

int start_verb(client::Playground& playground) {
  auto session = playground.session();
  if (!session) return fail(session.error());
  const auto& daemon = (*session)->daemon();
  fmt::print("serving {} at http://127.0.0.1:{} (pid {})\n", playground.data_dir(), daemon.port,
             daemon.pid);
  return 0;
}

int stop_verb(client::Playground& playground) {
  auto session = client::Session::connect(playground.data_dir());
  if (!session) {
    fmt::print("no daemon serves {}\n", playground.data_dir());
    return 0;
  }
  int pid = (*session)->daemon().pid;
  auto asked = (*session)->request("POST", "/v1/shutdown", json::object());
  if (!asked) return fail(asked.error().error);
  if (!client::wait_for_end(pid, 30)) {
    return fail({base::Code::kUnavailable, fmt::format("process {} has not ended in 30 s", pid)});
  }
  fmt::print("stopped; the data stays at {}\n", playground.data_dir());
  return 0;
}

int open_verb(client::Playground& playground, bool print_only) {
  auto link = playground.call("POST", "/v1/login-code", json::object());
  if (!link) return fail(link.error().error);
  std::string url = (*link)["url"];
  bool has_screen = ::getenv("DISPLAY") != nullptr || ::getenv("WAYLAND_DISPLAY") != nullptr;
  if (!print_only && has_screen) {
    pid_t child = ::fork();
    if (child == 0) {
      ::execlp("xdg-open", "xdg-open", url.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    if (child > 0 && ::waitpid(child, &status, 0) == child && status == 0) return 0;
  }
  fmt::print("the page (link for one login, good for a minute; again: hriste open):\n  {}\n", url);
  return 0;
}

namespace {

/// A Delta table to show things with, "gold/sales": of gold where there is one; empty: there is
/// none.
std::string shown_table(const json& tables) {
  std::string shown;
  for (const auto& table : tables) {
    if (table.value("format", "") != "delta") continue;
    std::string tier = table.value("tier", "");
    if (shown.empty() || (tier == "gold" && !shown.starts_with("gold/"))) {
      shown = tier + "/" + table.value("name", "");
    }
  }
  return shown;
}

void print_databases(const json& resources, const std::string& data_dir) {
  for (const auto& resource : resources) {
    if (resource.value("kind", "") != "hriste_database") continue;
    std::string file = fmt::format("{}/sql/{}.db", data_dir, resource.value("name", ""));
    if (!base::Env::real().exists(file)) continue;  // it is a server's
    fmt::print("# The database, with any SQLite tool\nsqlite3 -readonly {} .tables\n\n", file);
  }
}

void print_tables(const std::string& table, const std::string& lake) {
  if (table.empty()) return;
  std::string name = table;
  std::ranges::replace(name, '/', '.');
  fmt::print(R"txt(# The lake's Delta tables in Python
python3 -c 'import deltalake; print(deltalake.DeltaTable("{lake}/{table}").to_pandas())'

# … in DuckDB and in Spark
duckdb -c "INSTALL delta; LOAD delta; FROM delta_scan('{lake}/{table}')"
spark.read.format("delta").load("{lake}/{table}")

# SQL over everything
hriste sql 'SELECT * FROM {name} LIMIT 5'
)txt",
             fmt::arg("lake", lake), fmt::arg("table", table), fmt::arg("name", name));
}

}  // namespace

int connect_verb(client::Playground& playground) {
  auto answer = playground.call("GET", "/v1/endpoints");
  if (!answer) return fail(answer.error().error);
  auto tables = playground.call("GET", "/v1/tables");
  if (!tables) return fail(tables.error().error);
  auto resources = playground.call("GET", "/v1/resources");
  if (!resources) return fail(resources.error().error);
  const json& at = *answer;
  auto text = [&](const char* key) { return at.value(key, ""); };
  fmt::print(R"txt(# Event hubs with any Kafka client, here kcat: list, then read
kcat -b {kafka} -X security.protocol=SASL_PLAINTEXT -X sasl.mechanisms=PLAIN \
  -X sasl.username='{user}' \
  -X sasl.password='{password}' -L

)txt",
             fmt::arg("kafka", text("kafka")), fmt::arg("user", text("kafka_user")),
             fmt::arg("password", text("kafka_password")));
  print_databases(*resources, text("data_dir"));
  print_tables(shown_table(*tables), text("lake"));
  return 0;
}

int logs_verb(client::Playground& playground, int lines) {
  auto log = base::Env::real().read_file(playground.data_dir() + "/logs/daemon.log");
  if (!log) return fail(log.error());
  size_t from = log->size();
  for (int i = 0; i <= lines && from != std::string::npos && from > 0; ++i) {
    from = log->rfind('\n', from - 1);
  }
  from = from == std::string::npos ? 0 : from;
  fmt::print("{}", std::string_view(*log).substr(from == 0 ? 0 : from + 1));
  return 0;
}

namespace {

void report(bool good, const std::string& what, const std::string& found) {
  fmt::print("{} {:<28} {}\n", good ? "✓" : "✕", what, found);
}

}  // namespace

int doctor_verb(client::Playground& playground) {
  bool all_good = true;
  auto check = [&](bool good, const std::string& what, const std::string& found) {
    report(good, what, found);
    all_good = all_good && good;
  };
  auto engine = client::find_engine();
  check(engine.has_value(), "engine", engine ? *engine : engine.error().message);
  auto folder = client::look_at(playground.data_dir());
  check(folder != client::Folder::kForeign, "data folder",
        folder == client::Folder::kForeign ? playground.data_dir() + " holds something else"
        : folder == client::Folder::kAbsent
            ? playground.data_dir() + " (nothing yet: tofu apply makes it)"
            : playground.data_dir());
  std::string parent = playground.data_dir();
  while (parent.size() > 1 && !base::Env::real().exists(parent)) {
    parent = parent.substr(0, std::max<size_t>(parent.rfind('/'), 1));
  }
  auto free = base::Env::real().free_bytes(parent);
  check(free && *free > 2'000'000'000, "free space (2 GB wanted)",
        free ? fmt::format("{:.1f} GB", static_cast<double>(*free) / 1e9) : free.error().message);
  if (folder == client::Folder::kPlayground) {
    auto session = client::Session::connect(playground.data_dir());
    check(session.has_value(), "daemon",
          session
              ? fmt::format("pid {}, port {}", (*session)->daemon().pid, (*session)->daemon().port)
              : session.error().message + " (hriste start)");
  }
  return all_good ? 0 : 1;
}

}  // namespace app
