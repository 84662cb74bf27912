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

/// The node that a check is about. Names of checks begin with that of a table, hub or output.
bool is_about(const MapNode& node, const std::string& layer, const std::string& check) {
  std::string name = check.substr(0, check.find(' '));
  if (layer == "hub" || layer == "capture") return node.id == "hriste_event_hub." + name;
  if (layer == "sql") return node.kind == "hriste_database";
  if (layer == "raw") {
    return node.id == "bronze." + (check.ends_with(" dead letters") ? "deadletter" : name);
  }
  if (layer != "stream") return node.id == layer + "." + name;
  if (check.ends_with(" runs")) return node.id == "hriste_stream_job." + name;
  if (node.kind == "alert") return node.label == "alert." + name;
  return node.id == "silver.stream_" + name && !check.ends_with(" alerts");
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
    std::string layer = check.value("layer", ""), name = check.value("check", "");
    for (MapNode& node : nodes) {
      if (is_about(node, layer, name)) note(check, node);
    }
  }
}

}  // namespace view
