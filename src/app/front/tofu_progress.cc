#include "app/front/tofu_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "app/front/show.h"
#include "base/wait_for.h"
#include "kinds/kinds.h"

namespace app {
namespace {

using json = nlohmann::json;

constexpr std::chrono::milliseconds kRenewEvery{250};

/// The text of a member, or nothing: OpenTofu writes null for what it doesn't know.
std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

json member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : json::object();
}

std::string indented(const std::string& text) {
  std::istringstream lines(text);
  std::string all;
  for (std::string line; std::getline(lines, line);) all += "  " + line + "\n";
  return all;
}

/// " (streams.tf line 4: query = file(…))".
std::string place_of(const json& diagnostic) {
  const auto range = member(diagnostic, "range");
  const auto file = text_of(range, "filename");
  if (file.empty()) return "";
  auto code = text_of(member(diagnostic, "snippet"), "code");
  code.erase(0, std::min(code.size(), code.find_first_not_of(" \t")));
  return fmt::format("  {}:{}{}{}\n", file, member(range, "start").value("line", 0),
                     code.empty() ? "" : "  ", code);
}

/// Kinds stand in the order in which they are declared; other providers' come last.
std::ptrdiff_t place_in_flow(const cli::Change& change) {
  const auto kinds = kinds::all_kinds();
  return std::ranges::find(kinds, change.kind, &kinds::Kind::name) - kinds.begin();
}

}  // namespace

std::string diagnostic_text(const json& diagnostic) {
  const auto address = text_of(diagnostic, "address");
  return fmt::format("{}: {}{}\n{}{}", text_of(diagnostic, "severity"),
                     address.empty() ? "" : address + ": ", text_of(diagnostic, "summary"),
                     place_of(diagnostic), indented(text_of(diagnostic, "detail")));
}

TofuProgress::TofuProgress(std::string title, Below below)
    : title_(std::move(title)), below_(std::move(below)), look_(look_of_errors()) {
  if (lines_.fits(1)) thread_ = std::jthread([this](const std::stop_token& stop) { renew(stop); });
}

TofuProgress::~TofuProgress() {
  thread_ = {};
  lines_.clear();
}

TofuProgress::Known& TofuProgress::known(const json& resource) {
  const auto address = text_of(resource, "addr");
  const auto found = std::ranges::find(known_, address, &Known::address);
  if (found != known_.end()) return *found;
  const auto kind = text_of(resource, "resource_type");
  auto name = address.substr(std::min(address.size(), address.find(kind) + kind.size() + 1));
  return known_.emplace_back(address, cli::Change{kind, std::move(name), "waiting"});
}

void TofuProgress::plan(const json& change) {
  const auto action = text_of(change, "action");
  if (action == "noop" || action == "read" || action == "move" || action.empty()) return;
  known(member(change, "resource")).begins_anew = action == "replace";
}

void TofuProgress::take_hook(const std::string& type, const json& hook) {
  const auto action = text_of(hook, "action");
  if (action == "read" || action.empty()) return;
  Known& it = known(member(hook, "resource"));
  const double seconds = hook.value("elapsed_seconds", 0.0);
  auto line = [&](std::string_view what) {
    if (lines_.fits(1)) return;
    fmt::print(stderr, "{}: {}{}\n", it.address, what,
               seconds > 0 ? fmt::format(", {:.0f} s", seconds) : "");
  };
  if (type == "apply_start") {
    if (it.change.state != "running") it.began = Clock::now();
    it.change.state = "running";
  } else if (type == "apply_progress") {
    line("still at it");
  } else if (type == "apply_errored") {
    it.change.state = "failed";
  } else if (type == "apply_complete") {
    const bool half = it.begins_anew && action == "delete";
    it.begins_anew = it.begins_anew && !half;
    it.change.state = half ? "waiting" : "succeeded";
    it.change.seconds = std::chrono::duration<double>(Clock::now() - it.began).count();
    line(action == "delete" ? "removed" : action == "update" ? "changed" : "made");
  }
}

/// Above the tree, or where there is none.
void TofuProgress::say(const std::string& text) {
  lines_.clear();
  fmt::print(stderr, "{}", text);
}

void TofuProgress::take_diagnostic(const json& diagnostic) {
  if (text_of(diagnostic, "severity") == "error") {
    errors_.push_back(diagnostic_text(diagnostic));
  } else {
    say(fmt::format("warning: {}\n{}", text_of(diagnostic, "summary"),
                    indented(text_of(diagnostic, "detail"))));
  }
}

void TofuProgress::take_summary(const json& changes) {
  if (text_of(changes, "operation") == "plan") return;
  if (lines_.fits(1)) draw({});
  lines_.keep();
  say(fmt::format("{} made, {} changed, {} removed\n", changes.value("add", 0),
                  changes.value("change", 0), changes.value("remove", 0)));
  known_.clear();
}

void TofuProgress::take(const std::string& line) {
  const auto said = json::parse(line, nullptr, false);
  std::lock_guard lock(mutex_);
  if (!said.is_object()) {
    if (!line.empty()) errors_.push_back(line + "\n");
    return;
  }
  const auto type = text_of(said, "type");
  if (type == "planned_change") {
    plan(member(said, "change"));
  } else if (type.starts_with("apply_")) {
    take_hook(type, member(said, "hook"));
  } else if (type == "diagnostic") {
    take_diagnostic(member(said, "diagnostic"));
  } else if (type == "change_summary") {
    take_summary(member(said, "changes"));
  }
}

bool TofuProgress::is_running() const {
  return std::ranges::any_of(known_, [](const Known& it) { return it.change.state == "running"; });
}

void TofuProgress::renew(const std::stop_token& stop) {
  while (base::wait_for(kRenewEvery, stop)) {
    bool running = false;
    {
      std::lock_guard lock(mutex_);
      running = is_running();
    }
    // Without the lock: asking may take its time, and OpenTofu goes on talking.
    const auto below = running && below_ ? below_(look_) : std::vector<std::string>();
    std::lock_guard lock(mutex_);
    if (!known_.empty()) draw(below);
  }
}

void TofuProgress::draw(const std::vector<std::string>& below) {
  std::vector<cli::Change> changes;
  for (const Known& it : known_) {
    changes.push_back(it.change);
    if (it.change.state == "running") {
      changes.back().seconds = std::chrono::duration<double>(Clock::now() - it.began).count();
    }
  }
  if (changes.empty()) return;
  std::ranges::stable_sort(changes, {}, [](const cli::Change& it) { return place_in_flow(it); });
  auto lines = cli::change_tree(title_, changes, look_);
  if (lines_.fits(lines.size() + below.size()))
    lines.insert(lines.end(), below.begin(), below.end());
  if (lines_.fits(lines.size())) lines_.draw(lines);
}

void TofuProgress::finish() {
  thread_ = {};
  if (lines_.fits(1)) draw({});
  lines_.keep();
  for (const auto& text : errors_) fmt::print(stderr, "{}", text);
  errors_.clear();
}

}  // namespace app
