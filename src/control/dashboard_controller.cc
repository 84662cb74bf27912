// hriste_dashboard: a text in the catalogue. The page runs its queries.
#include "control/all_controllers.h"
#include "control/sql_columns.h"
#include "control/text_nodes.h"
#include "notebook/dashboard.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

/// A column may be one that the same apply makes.
constexpr const char* kLater =
    " (if a pipeline is to make it first: depends_on = [hriste_trigger.NAME])";

class DashboardController final : public Controller {
 public:
  explicit DashboardController(Runtime& runtime) : runtime_(runtime) {}

  Status check(const std::string& name, const json& wanted) override {
    TRY(tables_of(name, wanted, false));
    return {};
  }
  Result<json> apply(const std::string& name, const json& wanted, const json&,
                     std::stop_token) override {
    nodes_.note(name, TRY(tables_of(name, wanted, true)));
    return wanted;
  }
  /// A query that was fine when it was applied may not stop the playground from starting.
  Status start(const std::string& name, const json& attributes) override {
    if (auto tables = tables_of(name, attributes, false)) nodes_.note(name, std::move(*tables));
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
  /// Checks every query's SQL, and `with_columns` its columns too, which asks the lake; which
  /// tables the dashboard reads.
  Result<std::vector<std::string>> tables_of(const std::string& name, const json& attributes,
                                             bool with_columns) {
    json file = attributes.value("file", json());
    std::string file_name = file.is_string() ? file.get<std::string>() : name;
    auto board = notebook::parse_dashboard(attributes.at("source").get_ref<const std::string&>());
    if (!board) {
      return base::error(Code::kInvalidArgument, "{}",
                         notebook::to_string(board.error(), file_name));
    }
    std::vector<std::string> tables;
    for (const notebook::Query& query : board->queries) {
      auto read = read_by(*board, query, with_columns);
      if (!read) {
        return base::error(read.error().code, "{}",
                           notebook::to_string(read.error().problem, file_name));
      }
      for (const std::string& table : *read) {
        if (std::ranges::find(tables, table) == tables.end()) tables.push_back(table);
      }
    }
    return tables;
  }

  struct Wrong {
    Code code;
    notebook::Problem problem;
  };

  /// The tables that a query reads. Its columns, where they are known, have those of its charts.
  std::expected<std::vector<std::string>, Wrong> read_by(const notebook::Dashboard& board,
                                                         const notebook::Query& query,
                                                         bool with_columns) {
    auto wrong = [&](const base::Error& error) {
      auto problem = notebook::problem_of_sql(error.message, query.line, query.line);
      problem.message = fmt::format("sql {}: {}", query.name, problem.message);
      return std::unexpected(Wrong{error.code, std::move(problem)});
    };
    auto tables = runtime_.lake->check_sql(query.sql);
    if (!tables) return wrong(tables.error());
    if (!with_columns) return *tables;
    auto columns = columns_of(runtime_, query.sql, *tables);
    if (!columns) return wrong({columns.error().code, columns.error().message + kLater});
    for (const notebook::Block& block : board.blocks) {
      if (!*columns || block.kind != notebook::Block::Kind::kChart) continue;
      if (block.chart.data != query.name) continue;
      std::string missing = missing_columns(block.chart.columns(), **columns);
      if (missing.empty()) continue;
      return std::unexpected(
          Wrong{Code::kInvalidArgument, {block.chart.line, "chart: " + missing + kLater}});
    }
    return *tables;
  }

  Runtime& runtime_;
  TextNodes nodes_{"hriste_dashboard", "dash."};
};

}  // namespace

std::unique_ptr<Controller> make_dashboard_controller(Runtime& runtime) {
  return std::make_unique<DashboardController>(runtime);
}

}  // namespace control
