// hriste watch: applies what was saved, and says what the grade makes of it. Only this verb, in its
// user's terminal, writes what the page saves (page_drafts.h) and applies files by itself; the
// daemon never does.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "app/front/lifecycle.h"
#include "app/front/page_drafts.h"
#include "app/front/playground_root.h"
#include "app/front/tofu.h"
#include "app/front/verbs.h"
#include "client/draft_files.h"

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

KnownFiles files_of(const std::string& folder) {
  static const std::vector<std::string> kEndings{".tf", ".sql", ".asaql", ".md", ".py", ".tfvars"};
  KnownFiles files;
  std::error_code ec;
  for (const auto& file : client::files_below(folder, kEndings)) {
    files[file.path().lexically_relative(folder).string()] = {file.last_write_time(ec),
                                                              file.file_size(ec)};
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

std::string summary(const json& grade, SteadyClock::time_point began) {
  const std::chrono::duration<double> took = SteadyClock::now() - began;
  std::string text = fmt::format("applied in {:.1f} s", took.count());
  if (grade.contains("total")) {
    text += fmt::format("; {} of {} checks are right", grade.value("passed", 0),
                        grade.value("total", 0));
    for (auto [key, what] : {std::pair("changed", "changed by you"), std::pair("wrong", "wrong"),
                             std::pair("not_gradable", "not gradable")}) {
      if (grade.value(key, 0) > 0) text += fmt::format(", {} {}", grade.value(key, 0), what);
    }
  }
  return text;
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
  fmt::print(
      "watching {}: {} files; what you save, here or on the page, is applied. Ctrl-C ends.\n",
      folder, known.size());
  PageDrafts drafts(playground.data_dir(), folder);
  for (;;) {
    std::fflush(stdout);
    auto changed = wait_for_change(folder, known);
    for (const auto& name : changed) fmt::print("── {}\n", name);
    std::fflush(stdout);
    drafts.tell("applying");
    const auto began = SteadyClock::now();
    const json before = grade_now(playground);
    auto applied = tofu->change("apply", {});
    if (!applied) return fail(applied.error());
    if (!*applied) {
      fmt::print("not applied, see above; the playground is as it was before\n");
      drafts.applied("not applied: the terminal of hriste watch says why", false);
      continue;
    }
    const json after = grade_now(playground);
    print_difference(before, after);
    const std::string said = summary(after, began);
    fmt::print("{}\n", said);
    drafts.applied(said, true);
  }
}

}  // namespace app
