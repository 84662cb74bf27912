// hriste_dashboard: a text in the catalogue. The page runs its queries.
#include "control/all_controllers.h"
#include "control/text_nodes.h"
#include "notebook/dashboard.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

class DashboardController final : public Controller {
 public:
  explicit DashboardController(Runtime& runtime) : runtime_(runtime) {}

  Status check(const std::string& name, const json& wanted) override {
    TRY(tables_of(name, wanted));
    return {};
  }
  Result<json> apply(const std::string& name, const json& wanted, const json&,
                     std::stop_token) override {
    nodes_.note(name, TRY(tables_of(name, wanted)));
    return wanted;
  }
  /// A query that was fine when it was applied may not stop the playground from starting.
  Status start(const std::string& name, const json& attributes) override {
    if (auto tables = tables_of(name, attributes)) nodes_.note(name, std::move(*tables));
    return {};
  }
  Result<bool> exists(const std::string&, const json&) override { return true; }
  Status remove(const std::string& name, const json&) override {
    nodes_.forget(name);
    return {};
  }

  std::vector<MapNode> nodes(const std::string& name, const json& attributes) override {
    return {nodes_.node(name, attributes)};
  }

 private:
  /// Checks every query's SQL; which tables the dashboard reads.
  Result<std::vector<std::string>> tables_of(const std::string& name, const json& attributes) {
    json file = attributes.value("file", json());
    std::string file_name = file.is_string() ? file.get<std::string>() : name;
    auto board = notebook::parse_dashboard(attributes.at("source").get_ref<const std::string&>());
    if (!board) {
      return base::error(Code::kInvalidArgument, "{}",
                         notebook::to_string(board.error(), file_name));
    }
    std::vector<std::string> tables;
    for (const notebook::Query& query : board->queries) {
      auto read = runtime_.lake->check_sql(query.sql);
      if (!read) {
        return base::error(read.error().code, "{}:{} sql {}: {}", file_name, query.line, query.name,
                           read.error().message);
      }
      for (const std::string& table : *read) {
        if (std::ranges::find(tables, table) == tables.end()) tables.push_back(table);
      }
    }
    return tables;
  }

  Runtime& runtime_;
  TextNodes nodes_{"hriste_dashboard", "dash."};
};

}  // namespace

std::unique_ptr<Controller> make_dashboard_controller(Runtime& runtime) {
  return std::make_unique<DashboardController>(runtime);
}

}  // namespace control
