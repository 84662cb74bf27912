#include "app/front/tofu_progress.h"

#include <fmt/format.h>

#include <cstdio>
#include <sstream>

namespace app {
namespace {

using json = nlohmann::json;

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

}  // namespace

std::string diagnostic_text(const json& diagnostic) {
  const auto address = text_of(diagnostic, "address");
  return fmt::format("{}: {}{}\n{}{}", text_of(diagnostic, "severity"),
                     address.empty() ? "" : address + ": ", text_of(diagnostic, "summary"),
                     place_of(diagnostic), indented(text_of(diagnostic, "detail")));
}

void TofuProgress::done(const json& hook, const std::string& what) const {
  const double seconds = hook.value("elapsed_seconds", 0.0);
  fmt::print(stderr, "{}: {}{}\n", text_of(member(hook, "resource"), "addr"), what,
             seconds > 0 ? fmt::format(", {:.0f} s", seconds) : "");
}

void TofuProgress::take_diagnostic(const json& diagnostic) {
  if (text_of(diagnostic, "severity") == "error") {
    errors_.push_back(diagnostic_text(diagnostic));
  } else {
    fmt::print(stderr, "warning: {}\n{}", text_of(diagnostic, "summary"),
               indented(text_of(diagnostic, "detail")));
  }
}

void TofuProgress::take_summary(const json& changes) const {
  if (text_of(changes, "operation") == "plan") return;
  fmt::print(stderr, "{} made, {} changed, {} removed\n", changes.value("add", 0),
             changes.value("change", 0), changes.value("remove", 0));
}

void TofuProgress::take(const std::string& line) {
  const auto said = json::parse(line, nullptr, false);
  if (!said.is_object()) {
    if (!line.empty()) errors_.push_back(line + "\n");
    return;
  }
  const auto type = text_of(said, "type");
  const auto hook = member(said, "hook");
  const auto action = text_of(hook, "action");
  if (type == "apply_complete" && action != "read") {
    done(hook, action == "delete" ? "removed" : action == "update" ? "changed" : "made");
  } else if (type == "apply_progress") {
    done(hook, "still at it");
  } else if (type == "diagnostic") {
    take_diagnostic(member(said, "diagnostic"));
  } else if (type == "change_summary") {
    take_summary(member(said, "changes"));
  }
}

void TofuProgress::finish() {
  for (const auto& text : errors_) fmt::print(stderr, "{}", text);
  errors_.clear();
}

}  // namespace app
