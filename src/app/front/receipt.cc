// The destroy receipt: an inventory before, a proof after. This process is independent of the
// daemon: it looks at processes, ports and files itself. It covers the playground only, not caches
// and not Terraform's state.
#include "app/front/receipt.h"

#include <dirent.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "app/front/verbs.h"
#include "base/env.h"
#include "client/start.h"

namespace app {
namespace {

/// Processes that serve `data_dir`, by their command lines.
std::vector<int> serving_processes(const std::string& data_dir) {
  std::vector<int> pids;
  auto& env = base::Env::real();
  for (const auto& entry : env.list("/proc").value_or(std::vector<base::DirEntry>{})) {
    int pid = std::atoi(entry.name.c_str());
    if (pid <= 0 || pid == ::getpid()) continue;
    auto file = env.open("/proc/" + entry.name + "/cmdline", base::Env::Open::kRead);
    if (!file) continue;
    std::string line(4096, '\0');
    line.resize((*file)->read_at(0, line).value_or(0));
    std::string wanted = std::string("--data-dir") + '\0' + data_dir + '\0';
    if (line.find("hriste-engine") != std::string::npos && line.find(wanted) != std::string::npos) {
      pids.push_back(pid);
    }
  }
  return pids;
}

int port_of(const std::string& address) {
  size_t colon = address.rfind(':');
  return colon == std::string::npos ? 0 : std::atoi(address.c_str() + colon + 1);
}

bool port_is_free(int port) { return base::Env::real().listen_loopback(port).has_value(); }

struct Files {
  std::int64_t count = 0, bytes = 0;
};

Files files_below(const std::string& dir) {
  Files files;
  std::error_code ec;
  for (std::filesystem::recursive_directory_iterator it(dir, ec), end; !ec && it != end;
       it.increment(ec)) {
    std::error_code entry_ec;
    if (!it->is_regular_file(entry_ec)) continue;
    ++files.count;
    files.bytes += static_cast<std::int64_t>(it->file_size(entry_ec));
  }
  return files;
}

}  // namespace

json inventory_of(client::Playground& playground) {
  const std::string& dir = playground.data_dir();
  Files files = files_below(dir);
  json inventory = {{"data_dir", dir},
                    {"processes", serving_processes(dir)},
                    {"ports", json::array()},
                    {"files", files.count},
                    {"bytes", files.bytes}};
  if (auto session = client::Session::connect(dir)) {
    if (auto at = (*session)->request("GET", "/v1/endpoints")) {
      std::string page = at->value("page", "");
      while (page.ends_with('/')) page.pop_back();
      inventory["ports"] = {port_of(page), port_of(at->value("kafka", ""))};
    }
  }
  return inventory;
}

int inventory_verb(client::Playground& playground) {
  fmt::print("{}\n", inventory_of(playground).dump());
  return 0;
}

int receipt_verb(const std::string& inventory_path) {
  auto text = base::Env::real().read_file(inventory_path);
  if (!text) return fail(text.error());
  json before = json::parse(*text, nullptr, false);
  if (!before.is_object()) {
    return fail({base::Code::kInvalidArgument, inventory_path + " is not an inventory"});
  }
  return print_receipt(before);
}

int print_receipt(const json& before) {
  std::string dir = before.value("data_dir", "");
  auto processes = serving_processes(dir);
  json open_ports = json::array();
  for (int port : before.value("ports", json::array())) {
    if (!port_is_free(port)) open_ports.push_back(port);
  }
  bool folder_there = base::Env::real().exists(dir);
  Files files = files_below(dir);
  json rows = {{"processes", before.value("processes", json::array()).size(), processes.size()},
               {"ports", before.value("ports", json::array()).size(), open_ports.size()},
               {"files", before.value("files", std::int64_t{0}), files.count},
               {"bytes", before.value("bytes", std::int64_t{0}), files.bytes}};
  fmt::print("receipt for {}\n{}", dir, format_table({"what", "before", "left"}, rows));
  bool clean = processes.empty() && open_ports.empty() && !folder_there;
  fmt::print("{}\n", clean ? "nothing is left" : "something is left");
  return clean ? 0 : 1;
}

int destroy_orphans_verb(client::Playground& playground) {
  if (client::look_at(playground.data_dir()) != client::Folder::kPlayground) return 0;
  auto list = playground.call("GET", "/v1/resources");
  if (!list) return fail(list.error().error);
  // What reads goes before what feeds it: the reverse of the order of creation.
  for (auto it = list->rbegin(); it != list->rend(); ++it) {
    std::string kind = (*it)["kind"], name = (*it)["name"];
    fmt::print("removing {} \"{}\", which the state did not know\n", kind, name);
    auto removed = playground.remove(kind, name);
    if (!removed) return fail(removed.error().error);
  }
  if (!list->empty()) return 0;
  // A daemon that has nothing ends, and its empty folder goes, when something that isn't there
  // goes.
  auto removed = playground.remove("hriste_lake", "none");
  return removed ? 0 : fail(removed.error().error);
}

}  // namespace app
