// hriste_pipeline: a definition; a trigger or a person runs it. Its tables go with it.
#include <algorithm>
#include <set>

#include "catalogue/claims.h"
#include "catalogue/definitions.h"
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/folder.h"
#include "control/run_repairs.h"
#include "control/table_text.h"
#include "flow/pipeline.h"
#include "kinds/database.h"
#include "kinds/model.h"
#include "kinds/pipeline.h"
#include "lake/lake.h"

namespace control {

using base::Result;
using base::Status;
using kinds::Pipeline;

namespace {

bool has_query(const std::string& type) { return type == "sql" || type == "features"; }

class PipelineController final : public Adapter<Pipeline> {
 public:
  explicit PipelineController(PipelinePorts ports) : ports_(ports) {}

  Status apply(Pipeline& wanted, const Pipeline* before, std::stop_token) override {
    TRY(flow::Pipeline::parse(wanted.name, kinds::write(wanted)));
    for (const auto& activity : wanted.activities) {
      if (has_query(activity.type)) TRY(check_sql(wanted, activity));
    }
    TRY(offer_macros(wanted));
    return before != nullptr ? remove_tables(*before, targets(wanted)) : Status();
  }
  Status start(const Pipeline& pipeline) override { return offer_macros(pipeline); }

  std::string damage(const Pipeline& definition) override {
    auto pipeline = flow::Pipeline::parse(definition.name, kinds::write(definition));
    return pipeline ? ports_.repairs.damage_of_pipeline(*pipeline) : pipeline.error().message;
  }

  Status remove(const Pipeline& left) override {
    TRY(ports_.lake.set_macros(left.name, ""));
    return remove_tables(left, {});
  }

  std::vector<MapNode> nodes(const Pipeline& pipeline) override {
    auto results = last_results(pipeline.name);
    std::vector<MapNode> nodes;
    for (const auto& activity : pipeline.activities) {
      if (target(activity).empty()) continue;  // training: its model is a node
      nodes.push_back(node(pipeline.name, activity, results[activity.name]));
    }
    return nodes;
  }

 private:
  using Activity = Pipeline::Activity;

  /// The pipeline's functions are known to the console and the dashboards too.
  Status offer_macros(const Pipeline& pipeline) {
    return ports_.lake.set_macros(pipeline.name, pipeline.macros.value_or(""));
  }

  /// What the plan can't see: whether the text is SQL, and reads only what its header needs.
  Status check_sql(const Pipeline& pipeline, const Activity& activity) {
    TRY(check_table_text(ports_.lake, {.file = activity.file.value_or(activity.name),
                                       .table = activity.table.value_or(""),
                                       .query = activity.query.value_or(""),
                                       .macros = pipeline.macros.value_or("")}));
    return {};
  }

  /// The folder below the lake that an activity writes, "silver/users"; empty when none.
  std::string target(const Activity& activity) {
    if (activity.table) {
      std::string table = *activity.table;
      std::ranges::replace(table, '.', '/');
      return table;
    }
    if (activity.type != "copy" || !activity.to) return {};
    auto tier = ports_.definitions.tier_of(activity.to->lake);
    return tier ? *tier + "/" + activity.to->path : std::string();
  }

  std::set<std::string> targets(const Pipeline& pipeline) {
    std::set<std::string> folders;
    for (const auto& activity : pipeline.activities) folders.insert(target(activity));
    return folders;
  }

  /// Tables that its activities made, but for those that it still makes or another owns: what is no
  /// longer defined would be asked for as if it were kept up to date.
  Status remove_tables(const Pipeline& pipeline, const std::set<std::string>& kept) {
    for (const auto& folder : targets(pipeline)) {
      if (folder.empty() || kept.contains(folder) ||
          TRY(catalogue::is_claimed_by_others(ports_.catalogue, Pipeline::kKind, pipeline.name,
                                              {"folder", folder, {}}))) {
        continue;
      }
      TRY(ports_.folder.env.remove_tree(ports_.folder.lake() + "/" + folder));
    }
    return {};
  }

  /// What became of an activity in the last run, and what it made when it last succeeded: a run
  /// that fails leaves the table as it was.
  struct Results {
    json last, good;
  };

  std::map<std::string, Results> last_results(const std::string& pipeline) {
    std::map<std::string, Results> results;
    for (const auto& run :
         ports_.catalogue.runs(20, pipeline).value_or(std::vector<catalogue::StoredRun>{})) {
      for (const auto& activity : run.record.value("activities", json::array())) {
        auto& [last, good] = results[activity.value("name", "")];
        if (last.is_null()) last = activity;
        if (good.is_null() && activity.value("state", "") == "succeeded") good = activity;
      }
    }
    return results;
  }

  MapNode node(const std::string& pipeline, const Activity& activity, const Results& results) {
    const auto& [result, good] = results;
    std::string folder = target(activity);
    std::string id = folder;
    std::ranges::replace(id, '/', '.');
    MapNode node{
        .id = id, .label = id, .kind = "table", .tier = folder.substr(0, folder.find('/'))};
    node.facts = {{"pipeline", pipeline}, {"activity", activity.name}};
    if (activity.query) {
      node.source = {{"file", activity.file ? json(*activity.file) : json()},
                     {"text", *activity.query}};
      node.inputs = tables_in(*activity.query);
    } else if (activity.features && activity.model) {
      node.inputs = {*activity.features, node_id<kinds::Model>(activity.model->name())};
    } else if (activity.from) {
      node.inputs = {node_id<kinds::Database>(activity.from->database.name())};
    }
    std::erase(node.inputs, id);
    if (!result.is_object()) {
      node.health = "idle";
      node.status = "not run yet";
      return node;
    }
    node.total = good.is_object() ? good.value("rows", std::int64_t{0}) : 0;
    std::string state = result.value("state", "");
    node.status = state == "failed" ? result.value("error", "") : state;
    node.health = state == "failed" ? "fail" : state == "skipped" ? "warn" : "ok";
    if (state == "failed") node.card = result.value("card", json());
    node.facts["rows"] = node.total;
    node.facts["seconds"] = result.value("seconds", 0.0);
    return node;
  }

  /// Names like silver.users in a SQL text, outside of comments: the map's edges.
  static std::vector<std::string> tables_in(const std::string& text) {
    std::vector<std::string> tables;
    for (size_t at = 0; at < text.size(); ++at) {
      if (text.compare(at, 2, "--") == 0) {
        at = std::min(text.find('\n', at), text.size());
        continue;
      }
      for (const char* tier : {"bronze.", "silver.", "gold."}) {
        size_t length = std::string_view(tier).size();
        if (text.compare(at, length, tier) != 0) continue;
        if (at > 0 && (std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0)) continue;
        size_t end = at + length;
        while (end < text.size() &&
               (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) {
          ++end;
        }
        std::string table = text.substr(at, end - at);
        if (std::ranges::find(tables, table) == tables.end()) tables.push_back(table);
        at = end - 1;
        break;
      }
    }
    return tables;
  }

  const PipelinePorts ports_;
};

}  // namespace

std::unique_ptr<Adapter<Pipeline>> make_pipeline_controller(PipelinePorts ports) {
  return std::make_unique<PipelineController>(ports);
}

}  // namespace control
