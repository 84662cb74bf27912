#include "lake/lake.h"

#include <algorithm>

#include "base/log.h"
#include "lake/delta_internal.h"
#include "lake/session_internal.h"
#include "lake/table_rules_internal.h"
#include "lake/user_macros_internal.h"

namespace lake {

using base::Code;

base::Result<TableParts> split_table(const std::string& table) {
  auto dot = table.find('.');
  if (dot == std::string::npos) {
    return base::error(Code::kInvalidArgument,
                       "table \"{}\": write it as tier.name, e.g. silver.{}", table, table);
  }
  return TableParts{table.substr(0, dot), table.substr(dot + 1)};
}

Lake::Lake(Options options)
    : options_(std::move(options)), state_(std::make_unique<State>(options_.sql_worker)) {}
Lake::~Lake() = default;

base::Result<std::unique_ptr<Lake>> Lake::open(Options options) {
  CHECK(options.env != nullptr && options.clock != nullptr);
  if (options.root.find_first_of("*?[") != std::string::npos) {
    return base::error(Code::kInvalidArgument,
                       "{}: a lake's path can't hold any of *?[, which stand for other names; "
                       "choose another data folder",
                       options.root);
  }
  TRY(options.env->make_dirs(options.root));
  TRY(options.env->remove_tree(options.temp_dir));  // left by a process that was killed
  TRY(options.env->make_dirs(options.temp_dir));
  return std::unique_ptr<Lake>(new Lake(std::move(options)));
}

base::Result<std::string> Lake::folder(const std::string& tier, const std::string& path) const {
  if (tier != "bronze" && tier != "silver" && tier != "gold") {
    return base::error(Code::kInvalidArgument, "\"{}\" is no tier: bronze, silver or gold", tier);
  }
  std::size_t begin = 0;
  while (begin <= path.size()) {
    std::size_t end = std::min(path.find('/', begin), path.size());
    TRY(base::check_name(path.substr(begin, end - begin), "lake path"));
    begin = end + 1;
  }
  return options_.root + "/" + tier + "/" + path;
}

void Lake::set_world(const WorldFacts& facts) {
  std::lock_guard lock(state_->mutex);
  state_->facts = facts;
}

base::Status Lake::set_macros(const std::string& owner, const std::string& text) {
  auto macros = TRY(parse_macros(text));
  std::lock_guard lock(state_->mutex);
  state_->macros[owner] = std::move(macros);
  return {};
}

base::Result<std::vector<TableInfo>> Lake::tables() const {
  return infos_of(TRY(find_tables(*options_.env, options_.root)));
}

base::Result<std::vector<TableInfo>> Lake::tables_named(
    const std::vector<std::string>& names) const {
  auto is_same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
  auto named = [&](std::string_view tier, std::string_view name) {
    const std::string full = fmt::format("{}.{}", tier, name);
    return std::ranges::any_of(
        names, [&](const auto& wanted) { return std::ranges::equal(full, wanted, is_same); });
  };
  auto sources = TRY(find_tables(*options_.env, options_.root, named));
  std::erase_if(sources, [&](const auto& source) { return !named(source.tier, source.name); });
  return infos_of(sources);
}

base::Result<std::vector<TableInfo>> Lake::infos_of(const std::vector<TableSource>& sources) const {
  std::vector<TableInfo> tables;
  for (const auto& source : sources) {
    TableInfo info{.tier = source.tier,
                   .name = source.name,
                   .format = std::string{format_name(source.format)},
                   .stream = source.committed.has_value(),
                   .files = std::ssize(source.files),
                   .bytes = source.bytes,
                   .rows = source.rows};
    if (source.format == Format::kDelta) {
      auto snapshot = DeltaTable(*options_.env, *options_.clock, source.folder).snapshot();
      if (!snapshot) {
        base::log_warn("lake", "unreadable_table", "error={}", snapshot.error().message);
        continue;
      }
      info.files = std::ssize(snapshot->files);
      info.bytes = snapshot->bytes();
      info.rows = snapshot->rows();
      info.version = snapshot->version;
    }
    tables.push_back(std::move(info));
  }
  return tables;
}

base::Result<TableWrite> Lake::table_write(const std::string& table) const {
  Snapshot snapshot = TRY(this->snapshot(table));
  TableWrite write{snapshot.version, snapshot.rows(), snapshot.bytes(), {}, {}, 0};
  write.cuts = snapshot.cuts();
  return write;
}

base::Result<Snapshot> Lake::snapshot(const std::string& table,
                                      std::optional<std::int64_t> version) const {
  auto parts = TRY(split_table(table));
  DeltaTable delta(*options_.env, *options_.clock, TRY(folder(parts.tier, parts.name)));
  return delta.snapshot(version);
}

nlohmann::json to_json(QueryResult result) {
  auto columns = nlohmann::json::array();
  for (QueryColumn& column : result.columns) {
    columns.push_back({{"name", std::move(column.name)}, {"type", std::move(column.type)}});
  }
  return {{"columns", std::move(columns)},
          {"rows", std::move(result.rows)},
          {"truncated", result.truncated}};
}

TableUses Lake::uses_of(const CheckedSql& checked, const std::string& sql) {
  TableUses uses;
  for (const auto& name : checked.tables) {
    uses.tables.push_back({name.tier + "." + name.name, position_text(sql, name.offset)});
  }
  for (const auto& name : checked.untiered) {
    uses.untiered.push_back({name.name, position_text(sql, name.offset)});
  }
  return uses;
}

base::Result<TableUses> Lake::check_here(const TableSpec& spec) {
  auto connection = TRY(DuckConnection::open(TRY(shared_engine())));
  bool answers = spec.table.empty();
  auto checked =
      TRY(check_select(connection, spec.select, answers ? SqlUse::kAnswer : SqlUse::kTable));
  if (answers) return uses_of(checked, spec.select);
  TRY(check_conditions(connection, spec.select, spec.expectations));
  std::string uses;
  TRY(user_macros_for(connection, TRY(parse_macros(spec.macros)), spec.select, uses));
  return uses_of(checked, spec.select);
}

namespace {

std::vector<std::string> names_of(const std::vector<TableUse>& uses) {
  std::vector<std::string> names;
  for (const auto& use : uses) names.push_back(use.table);
  return names;
}

}  // namespace

base::Result<std::vector<std::string>> Lake::check_sql(const std::string& sql) {
  return names_of(TRY(check({.table = "", .select = sql})).tables);
}

base::Result<std::vector<TableUse>> Lake::table_uses(const std::string& sql) {
  auto uses = TRY(check({.table = "", .select = sql}));
  uses.tables.insert(uses.tables.end(), uses.untiered.begin(), uses.untiered.end());
  return std::move(uses.tables);
}

base::Result<std::vector<std::string>> Lake::check_table(const TableSpec& spec) {
  return names_of(TRY(check(spec)).tables);
}

}  // namespace lake
