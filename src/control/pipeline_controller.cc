// hriste_pipeline: a definition; a trigger or a person runs it. Its tables go with it.
#include <algorithm>
#include <set>

#include "control/all_controllers.h"
#include "control/claims.h"
#include "control/run_repairs.h"
#include "flow/pipeline.h"
#include "flow/sql_activity.h"
#include "sqlfile/header.h"

namespace control {

using base::Result;
using base::Status;

namespace {

class PipelineController final : public Controller {
 public:
  explicit PipelineController(Runtime& runtime) : runtime_(runtime) {}

  Result<json> apply(const std::string& name, const json& wanted, const json& previous,
                     std::stop_token) override {
    auto pipeline = TRY(flow::Pipeline::parse(name, wanted));
    for (const auto& activity : pipeline.activities) {
      if (has_query(activity.type)) TRY(check_sql(activity));
    }
    TRY(offer_macros(name, wanted));
    if (previous.is_object()) TRY(remove_tables(name, previous, targets(wanted)));
    return wanted;
  }
  Status start(const std::string& name, const json& attributes) override {
    return offer_macros(name, attributes);
  }
  Result<bool> exists(const std::string&, const json&) override { return true; }

  std::string damage(const std::string& name, const json& attributes) override {
    auto pipeline = flow::Pipeline::parse(name, attributes);
    return pipeline ? damage_of_pipeline(runtime_, *pipeline) : pipeline.error().message;
  }

  Status remove(const std::string& name, const json& attributes) override {
    TRY(offer_macros(name, json::object()));
    return remove_tables(name, attributes, {});
  }

  std::vector<MapNode> nodes(const std::string& name, const json& attributes) override {
    auto results = last_results(name);
    std::vector<MapNode> nodes;
    for (const auto& activity : attributes.at("activities")) {
      if (target(activity).empty()) continue;  // training: its model is a node
      nodes.push_back(node(name, activity, results[activity.at("name").get<std::string>()]));
    }
    return nodes;
  }

 private:
  static bool has_query(const std::string& type) { return type == "sql" || type == "features"; }

  /// The pipeline's functions are known to the console and the dashboards too.
  Status offer_macros(const std::string& name, const json& attributes) {
    auto macros = attributes.find("macros");
    bool given = macros != attributes.end() && macros->is_string();
    return runtime_.lake->set_macros(name, given ? macros->get<std::string>() : "");
  }

  /// What the plan can't see: whether the text is SQL, and reads only what its header needs.
  Status check_sql(const flow::Activity& activity) {
    const json& file = activity.settings.value("file", json());
    std::string where = file.is_string() ? file.get<std::string>() : activity.name;
    auto spec = flow::table_spec(activity.settings);
    if (!spec) return base::annotate(spec.error(), where);
    auto tables = runtime_.lake->check_table(*spec);
    if (!tables) return base::annotate(tables.error(), where);
    auto header = TRY(sqlfile::parse_header(spec->select));
    for (const auto& table : *tables) {
      if (!header ||
          std::ranges::find(header->needs, table, &sqlfile::Need::table) != header->needs.end()) {
        continue;
      }
      return base::error(base::Code::kInvalidArgument,
                         "{}: the query reads {}, which its header doesn't need; add \"-- needs: "
                         "{}\"",
                         where, table, table);
    }
    return {};
  }

  /// The folder below the lake that an activity writes, "silver/users"; empty when none.
  std::string target(const json& activity) {
    if (activity.at("table").is_string()) {
      std::string table = activity.at("table");
      std::ranges::replace(table, '.', '/');
      return table;
    }
    if (activity.at("type") == "copy" && activity.at("to").is_object()) {
      const json& to = activity.at("to");
      auto tier = runtime_.tier_of(to.at("lake"));
      return tier ? *tier + "/" + to.at("path").get<std::string>() : std::string();
    }
    return {};
  }

  std::set<std::string> targets(const json& attributes) {
    std::set<std::string> folders;
    const json activities = attributes.value("activities", json());
    for (const auto& activity : activities) folders.insert(target(activity));
    return folders;
  }

  /// Tables that its activities made, but for those that it still makes or another owns: what is no
  /// longer defined would be asked for as if it were kept up to date.
  Status remove_tables(const std::string& name, const json& attributes,
                       const std::set<std::string>& kept) {
    for (const auto& folder : targets(attributes)) {
      if (folder.empty() || kept.contains(folder) ||
          TRY(is_claimed_by_others(*runtime_.catalogue, "hriste_pipeline", name,
                                   {"folder", folder, {}}))) {
        continue;
      }
      TRY(runtime_.env.remove_tree(runtime_.lake_root() + "/" + folder));
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
         runtime_.catalogue->runs(20, pipeline).value_or(std::vector<StoredRun>{})) {
      for (const auto& activity : run.record.value("activities", json::array())) {
        auto& [last, good] = results[activity.value("name", "")];
        if (last.is_null()) last = activity;
        if (good.is_null() && activity.value("state", "") == "succeeded") good = activity;
      }
    }
    return results;
  }

  MapNode node(const std::string& pipeline, const json& activity, const Results& results) {
    const auto& [result, good] = results;
    std::string folder = target(activity);
    std::string id = folder;
    std::ranges::replace(id, '/', '.');
    MapNode node{
        .id = id, .label = id, .kind = "table", .tier = folder.substr(0, folder.find('/'))};
    node.facts = {{"pipeline", pipeline}, {"activity", activity.at("name")}};
    if (has_query(activity.at("type"))) {
      std::string text = activity.at("query");
      node.source = {{"file", nullptr}, {"text", text}};
      node.inputs = tables_in(text);
    } else if (activity.at("type") == "score") {
      node.inputs = {activity.at("features"),
                     "hriste_model." + ref_name(activity.at("model").get<std::string>())};
    } else {
      node.inputs = {"hriste_database." +
                     ref_name(activity.at("from").at("database").get<std::string>())};
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

  Runtime& runtime_;
};

}  // namespace

std::unique_ptr<Controller> make_pipeline_controller(Runtime& runtime) {
  return std::make_unique<PipelineController>(runtime);
}

}  // namespace control
