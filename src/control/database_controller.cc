// hriste_database: a SQLite file below <data_dir>/sql.
#include "catalogue/definitions.h"
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/folder.h"
#include "control/live.h"
#include "kinds/database.h"
#include "kinds/generator.h"
#include "view/row_counts.h"

namespace control {

using base::Result;
using base::Status;
using kinds::Database;

namespace {

class DatabaseController final : public Adapter<Database> {
 public:
  DatabaseController(const Folder& folder, const catalogue::Definitions& definitions,
                     Databases& databases)
      : folder_(folder), definitions_(definitions), databases_(databases) {}

  /// Told at an apply alone: a folder that was moved is the same playground, and plans empty.
  Status apply(Database& wanted, const Database*, std::stop_token) override {
    wanted.address = path(wanted.name);
    return start(wanted);
  }
  Status start(const Database& database) override {
    const std::string& name = database.name;
    if (databases_.get(name) && folder_.env.exists(path(name))) return {};
    TRY(folder_.env.make_dirs(folder_.path + "/sql"));
    databases_.put(name, TRY(sqldb::open_sqlite(folder_.env, path(name))));
    return {};
  }
  Result<bool> exists(const Database& database) override {
    return folder_.env.exists(path(database.name));
  }
  Status remove(const Database& left) override {
    databases_.take(left.name);
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      TRY(folder_.env.remove_file(path(left.name) + suffix));
    }
    return {};
  }
  std::vector<MapNode> nodes(const Database& database) override {
    const std::string& name = database.name;
    MapNode node{.id = node_id<Database>(name),
                 .label = "sql." + name,
                 .kind = Database::kKind,
                 .tier = "store"};
    for (const auto& generator : definitions_.all_or_none<kinds::Generator>()) {
      if (!generator.database || generator.database->name() != name) continue;
      node.inputs.push_back(node_id<kinds::Generator>(generator.name));
      auto open = databases_.get(name);
      std::int64_t rows = open ? counts_.count(*open, path(name), generator.table) : 0;
      node.facts[generator.table] = rows;
      node.total += rows;
    }
    node.status = "SQLite";
    node.facts["file"] = path(name);
    return {node};
  }

 private:
  std::string path(const std::string& name) const { return folder_.path + "/sql/" + name + ".db"; }

  const Folder& folder_;
  const catalogue::Definitions& definitions_;
  Databases& databases_;
  view::RowCounts counts_;
};

}  // namespace

std::unique_ptr<Adapter<Database>> make_database_controller(
    const Folder& folder, const catalogue::Definitions& definitions, Databases& databases) {
  return std::make_unique<DatabaseController>(folder, definitions, databases);
}

}  // namespace control
