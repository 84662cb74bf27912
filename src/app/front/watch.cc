// hriste watch: applies what was saved, and says what the grade makes of it. Only this verb, in its
// user's terminal, applies files by itself; the daemon never does.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "app/front/lifecycle.h"
#include "app/front/playground_root.h"
#include "app/front/tofu.h"
#include "app/front/verbs.h"

namespace app {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{150};
/// An editor may write a file in several steps, and several files at once.
constexpr milliseconds kSettled{200};

/// Name below the folder → when it was written, and how large it is.
using KnownFiles = std::map<std::string, std::pair<fs::file_time_type, std::uintmax_t>>;

bool is_watched(const fs::path& path) {
  static const std::set<std::string> kEndings{".tf", ".sql", ".asaql", ".md", ".py", ".tfvars"};
  return kEndings.contains(path.extension().string()) && !path.filename().string().starts_with('.');
}

KnownFiles files_of(const std::string& folder) {
  KnownFiles files;
  std::error_code ec;
  for (fs::recursive_directory_iterator at(folder, ec), end; at != end && !ec; at.increment(ec)) {
    const std::string name = at->path().filename().string();
    if (at->is_directory(ec)) {
      if (name.starts_with('.') || name == "terraform.d") at.disable_recursion_pending();
      continue;
    }
    if (!is_watched(at->path())) continue;
    files[at->path().lexically_relative(folder).string()] = {at->last_write_time(ec),
                                                             at->file_size(ec)};
  }
  return files;
}

/// Waits for a change that has settled; names what changed.
std::vector<std::string> wait_for_change(const std::string& folder, KnownFiles& known) {
  KnownFiles now = known;
  while (now == known) {
    std::this_thread::sleep_for(kLookEvery);
    now = files_of(folder);
  }
  for (KnownFiles before; before != now;) {
    before = std::exchange(now, {});
    std::this_thread::sleep_for(kSettled);
    now = files_of(folder);
  }
  std::vector<std::string> changed;
  for (const auto& [name, file] : now) {
    auto was = known.find(name);
    if (was == known.end() || was->second != file) changed.push_back(name);
  }
  for (const auto& [name, file] : known) {
    if (!now.contains(name)) changed.push_back(name + " (removed)");
  }
  known = std::move(now);
  return changed;
}

/// "silver users" → its check.
std::map<std::string, json> checks_of(const json& grade) {
  std::map<std::string, json> checks;
  for (const auto& check : grade.value("checks", json::array())) {
    checks[check.value("layer", "") + " " + check.value("check", "")] = check;
  }
  return checks;
}

/// A line for each check that another verdict has now.
void print_difference(const json& before, const json& after) {
  auto was = checks_of(before), is = checks_of(after);
  for (const auto& [name, check] : is) {
    auto old = was.find(name);
    std::string verdict = check.value("verdict", "");
    std::string old_verdict = old == was.end() ? "not there" : old->second.value("verdict", "");
    if (verdict == old_verdict) continue;
    fmt::print("  {}: {} → {}\n", name, old_verdict, verdict);
    if (std::string detail = check.value("detail", ""); verdict != "right" && !detail.empty()) {
      fmt::print("    {}\n", detail);
    }
  }
  for (const auto& [name, check] : was) {
    if (!is.contains(name)) fmt::print("  {}: is graded no more\n", name);
  }
}

json grade_now(client::Playground& playground) {
  auto grade = playground.call("GET", "/v1/grade");
  return grade && grade->is_object() ? *grade : json::object();
}

void print_summary(const json& grade, SteadyClock::time_point began) {
  const std::chrono::duration<double> took = SteadyClock::now() - began;
  fmt::print("applied in {:.1f} s", took.count());
  if (grade.contains("total")) {
    fmt::print("; {} of {} checks are right", grade.value("passed", 0), grade.value("total", 0));
    for (auto [key, what] : {std::pair("changed", "changed by you"), std::pair("wrong", "wrong"),
                             std::pair("not_gradable", "not gradable")}) {
      if (grade.value(key, 0) > 0) fmt::print(", {} {}", grade.value(key, 0), what);
    }
  }
  fmt::print("\n");
}

}  // namespace

int watch_verb(client::Playground& playground) {
  const std::string local = root_around(fs::current_path().string());
  if (local.empty() || !playground.exists()) {
    return fail({base::Code::kFailedPrecondition,
                 "there is no playground here to watch: hriste up makes one"});
  }
  auto program = find_tofu();
  if (!program) return fail(program.error());
  auto tofu = Tofu::open(*program, local);
  if (!tofu) return fail(tofu.error());
  // The files that a root refers to lie beside it.
  const std::string folder =
      fs::path(local).filename() == "local" ? fs::path(local).parent_path().string() : local;
  KnownFiles known = files_of(folder);
  fmt::print("watching {}: {} files; what you save is applied. Ctrl-C ends.\n", folder,
             known.size());
  for (;;) {
    std::fflush(stdout);
    auto changed = wait_for_change(folder, known);
    for (const auto& name : changed) fmt::print("── {}\n", name);
    std::fflush(stdout);
    const auto began = SteadyClock::now();
    const json before = grade_now(playground);
    auto applied = tofu->change("apply", {});
    if (!applied) return fail(applied.error());
    if (!*applied) {
      fmt::print("not applied, see above; the playground is as it was before\n");
      continue;
    }
    const json after = grade_now(playground);
    print_difference(before, after);
    print_summary(after, began);
  }
}

}  // namespace app
