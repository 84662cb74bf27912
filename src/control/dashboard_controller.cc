// hriste_dashboard: a text in the catalogue. The page runs its queries.
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/in_text.h"
#include "control/sql_columns.h"
#include "control/table_makers.h"
#include "control/text_nodes.h"
#include "kinds/dashboard.h"
#include "lake/lake.h"
#include "notebook/dashboard.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using kinds::Dashboard;

namespace {

/// A column may be one that the same apply makes.
constexpr const char* kLater =
    " (if a pipeline is to make it first: depends_on = [hriste_trigger.NAME])";

base::Error later(base::Error error) {
  error = base::with_card(std::move(error), [](base::Card& card) { card.problem += kLater; });
  error.message += kLater;
  return error;
}

class DashboardController final : public Adapter<Dashboard> {
 public:
  DashboardController(lake::Lake& lake, TableMakers& makers) : lake_(lake), makers_(makers) {}

  Status check(const Dashboard& wanted) override {
    TRY(tables_of(wanted, {}));
    return {};
  }
  Status apply(Dashboard& wanted, const Dashboard*, std::stop_token stop) override {
    auto are_made = [&](const std::vector<lake::TableUse>& uses) {
      return makers_.wait_for_tables("dashboard " + wanted.name, uses, stop);
    };
    nodes_.note(wanted.name, TRY(tables_of(wanted, are_made)));
    return {};
  }
  /// A query that was fine when it was applied may not stop the playground from starting.
  Status start(const Dashboard& dashboard) override {
    if (auto tables = tables_of(dashboard, {})) nodes_.note(dashboard.name, std::move(*tables));
    return {};
  }
  Status remove(const Dashboard& left) override {
    nodes_.forget(left.name);
    return {};
  }

  std::vector<MapNode> nodes(const Dashboard& dashboard) override {
    return {nodes_.node(dashboard.name, dashboard.file, dashboard.source)};
  }

 private:
  struct File {
    std::string_view name, text;
  };
  using Uses = std::vector<lake::TableUse>;  ///< of one query

  /// Checks every query's SQL, and with `are_made` its tables and columns too, which asks the
  /// lake; which tables the dashboard reads.
  Result<std::vector<std::string>> tables_of(const Dashboard& dashboard, const AreMade& are_made) {
    std::string file_name = dashboard.file.value_or(dashboard.name);
    auto board = notebook::parse_dashboard(dashboard.source);
    if (!board) {
      return std::unexpected(in_text(file_name, dashboard.source, board.error()));
    }
    const File file{file_name, dashboard.source};
    std::vector<AskedText> texts;
    std::vector<Uses> uses;
    for (const notebook::Query& query : board->queries) {
      auto read = lake_.table_uses(query.sql);
      if (!read) return wrong(query, read.error(), file);
      texts.push_back({query.sql, names_of(*read)});
      uses.push_back(std::move(*read));
    }
    if (are_made) {
      TRY(check_made(*board, uses, are_made, file));
      TRY(check_columns(*board, columns_of(lake_, texts), file));
    }
    std::vector<std::string> tables;
    for (const AskedText& text : texts) {
      for (const std::string& table : text.tables) {
        if (std::ranges::find(tables, table) == tables.end()) tables.push_back(table);
      }
    }
    return tables;
  }

  static std::unexpected<base::Error> wrong(const notebook::Query& query, const base::Error& error,
                                            File file) {
    return std::unexpected(in_text(file.name, file.text, query.line, query.line, error,
                                   fmt::format("sql {}: ", query.name)));
  }

  static std::vector<std::string> names_of(const Uses& uses) {
    std::vector<std::string> tables;
    for (const lake::TableUse& use : uses) tables.push_back(use.table);
    return tables;
  }

  /// All at once, since each question looks through the lake; which one it is says who fails alone.
  static Status check_made(const notebook::Dashboard& board, const std::vector<Uses>& uses,
                           const AreMade& are_made, File file) {
    Uses all;
    for (const Uses& of : uses) all.insert(all.end(), of.begin(), of.end());
    if (are_made(all)) return {};
    for (std::size_t i = 0; i < uses.size(); ++i) {
      auto made = are_made(uses[i]);
      if (!made) return wrong(board.queries[i], made.error(), file);
    }
    return {};
  }

  /// Each query's columns, where they are known, have those of its charts.
  static Status check_columns(const notebook::Dashboard& board,
                              const std::vector<FoundColumns>& found, File file) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      const notebook::Query& query = board.queries[i];
      if (!found[i]) return wrong(query, later(found[i].error()), file);
      for (const notebook::Block& block : board.blocks) {
        if (!*found[i] || block.kind != notebook::Block::Kind::kChart) continue;
        if (block.chart.data != query.name) continue;
        std::string missing = missing_columns(block.chart.columns(), **found[i]);
        if (missing.empty()) continue;
        return std::unexpected(
            in_text(file.name, file.text,
                    notebook::Problem{block.chart.line, "chart: " + missing + kLater}));
      }
    }
    return {};
  }

  lake::Lake& lake_;
  TableMakers& makers_;
  TextNodes nodes_{Dashboard::kKind, "dash."};
};

}  // namespace

std::unique_ptr<Adapter<Dashboard>> make_dashboard_controller(lake::Lake& lake,
                                                              TableMakers& makers) {
  return std::make_unique<DashboardController>(lake, makers);
}

}  // namespace control
