#include "view/graded_nodes.h"

#include <algorithm>
#include <array>

namespace view {

namespace {

constexpr std::array<std::string_view, 4> kWorstFirst{"wrong", "not gradable", "changed by you",
                                                      "right"};

std::size_t rank(std::string_view verdict) {
  return static_cast<std::size_t>(std::ranges::find(kWorstFirst, verdict) - kWorstFirst.begin());
}

/// The node that a check is about: its table's, or that of the hub, job or output whose name its
/// own begins with.
bool is_about(const MapNode& node, const json& check) {
  std::string layer = check.value("layer", ""), what = check.value("check", "");
  std::string name = what.substr(0, what.find(' '));
  if (layer == "hub" || layer == "capture") return node.id == "hriste_event_hub." + name;
  if (layer == "sql") return node.kind == "hriste_database";
  if (what.ends_with(" runs")) return node.id == "hriste_stream_job." + name;
  if (layer == "stream" && node.kind == "alert") return node.label == "alert." + name;
  auto table = check.find("table");
  return table != check.end() && *table == node.id;
}

void note(const json& check, MapNode& node) {
  std::string verdict = check.value("verdict", "");
  auto before = node.facts.find("grade");
  if (before != node.facts.end() && rank(before->get<std::string>()) <= rank(verdict)) return;
  node.facts["grade"] = verdict;
  if (verdict != "wrong") return;
  node.health = "fail";
  node.status = "graded wrong: " + check.value("detail", "");
}

}  // namespace

void show_grade(const json& grade, std::vector<MapNode>& nodes) {
  if (!grade.is_object()) return;
  for (const auto& check : grade.value("checks", json::array())) {
    for (MapNode& node : nodes) {
      if (is_about(node, check)) note(check, node);
    }
  }
}

}  // namespace view
