// hriste_database: a SQLite file below <data_dir>/sql.
#include "control/all_controllers.h"
#include "control/row_counts.h"

namespace control {

using base::Result;
using base::Status;

namespace {

class DatabaseController final : public Controller {
 public:
  explicit DatabaseController(Runtime& runtime) : runtime_(runtime) {}

  Result<json> apply(const std::string& name, const json& wanted, const json&,
                     std::stop_token) override {
    TRY(start(name, wanted));
    json made = wanted;
    made["address"] = path(name);
    return made;
  }
  Status start(const std::string& name, const json&) override {
    if (runtime_.databases.get(name) && runtime_.env.exists(path(name))) return {};
    TRY(runtime_.env.make_dirs(runtime_.data_dir + "/sql"));
    runtime_.databases.put(name, TRY(sqldb::open_sqlite(runtime_.env, path(name))));
    return {};
  }
  Result<bool> exists(const std::string& name, const json&) override {
    return runtime_.env.exists(path(name));
  }
  Status remove(const std::string& name, const json&) override {
    runtime_.databases.take(name);
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      TRY(runtime_.env.remove_file(path(name) + suffix));
    }
    return {};
  }
  std::vector<MapNode> nodes(const std::string& name, const json&) override {
    MapNode node{.id = "hriste_database." + name,
                 .label = "sql." + name,
                 .kind = "hriste_database",
                 .tier = "store"};
    for (const auto& generator : runtime_.catalogue->list().value_or(std::vector<Resource>{})) {
      if (generator.kind != "hriste_generator") continue;
      const json& sink = generator.attributes["database"];
      if (!sink.is_string() || ref_name(sink) != name) continue;
      node.inputs.push_back("hriste_generator." + generator.name);
      std::string table = generator.attributes["table"];
      auto database = runtime_.databases.get(name);
      std::int64_t rows = database ? counts_.count(*database, path(name), table) : 0;
      node.facts[table] = rows;
      node.total += rows;
    }
    node.status = "SQLite";
    node.facts["file"] = path(name);
    return {node};
  }

 private:
  std::string path(const std::string& name) const {
    return runtime_.data_dir + "/sql/" + name + ".db";
  }
  Runtime& runtime_;
  RowCounts counts_;
};

}  // namespace

std::unique_ptr<Controller> make_database_controller(Runtime& runtime) {
  return std::make_unique<DatabaseController>(runtime);
}

}  // namespace control
