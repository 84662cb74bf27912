// Files in the lake. Everything is written below _loading/ first and renamed into place at the end.
#include <algorithm>
#include <filesystem>

#include "load/load.h"

namespace load {

using base::Code;
using base::Env;
using base::Status;
using world::Table;

namespace {

constexpr std::int64_t kChunkRows = 5'000;

Status stopped() { return base::error(Code::kCancelled, "the load was stopped; it can go on"); }

/// Where one load writes before its files are whole.
class Staging {
 public:
  Staging(Env& env, const std::string& lake_root, Table table)
      : env_(env), dir_(lake_root + "/_loading/" + std::string(world::table_name(table))) {}
  ~Staging() { (void)env_.remove_tree(dir_); }
  Staging(const Staging&) = delete;

  Status begin() {
    TRY(env_.remove_tree(dir_));  // what a killed load left
    return env_.make_dirs(dir_);
  }
  /// The folder becomes `target`.
  Status finish(const std::string& target) {
    TRY(env_.make_dirs(std::filesystem::path(target).parent_path().string()));
    return env_.rename(dir_, target);
  }
  std::string path(const std::string& name) const { return dir_ + "/" + name; }

 private:
  Env& env_;
  std::string dir_;
};

/// users.json and vipusers.json: JSON lines.
template <typename Rows>
Status write_lines(Env& env, const std::string& path, std::int64_t users, const Rows& rows,
                   Progress& progress, std::stop_token stop) {
  auto file = TRY(env.open(path, Env::Open::kTruncate));
  std::string chunk;
  for (std::int64_t first = 0; first < users; first += kChunkRows) {
    if (stop.stop_requested()) return stopped();
    chunk.clear();
    rows(first, std::min(users, first + kChunkRows), chunk);
    TRY(file->append(chunk));
    progress.bytes += static_cast<std::int64_t>(chunk.size());
    progress.rows += std::ranges::count(chunk, '\n');
  }
  return file->close();
}

Status write_products(const world::World& world, Env& env, const Staging& staging,
                      Progress& progress, std::stop_token stop) {
  std::string text;
  for (std::int64_t id = 0; id < world.settings().products; ++id) {
    if (stop.stop_requested()) return stopped();
    text.clear();
    world.product_json(id, text);
    auto file =
        TRY(env.open(staging.path(fmt::format("product_{}.json", id)), Env::Open::kTruncate));
    TRY(file->append(text));
    TRY(file->close());
    progress.bytes += static_cast<std::int64_t>(text.size());
    ++progress.rows;
  }
  return {};
}

Status write_towns(const world::World& world, Env& env, const Staging& staging,
                   Progress& progress) {
  std::string text;
  world.towns_csv(text);
  progress.bytes += static_cast<std::int64_t>(text.size());
  progress.rows += static_cast<std::int64_t>(world.towns().size());
  return env.write_file(staging.path("towns.csv"), text);
}

Status write_table(const world::World& world, Table table, Env& env, const Staging& staging,
                   Progress& progress, std::stop_token stop) {
  std::int64_t users = world.settings().users;
  switch (table) {
    case Table::kUsers:
      return write_lines(
          env, staging.path("users.json"), users,
          [&](auto first, auto last, auto& out) { world.users_jsonl(first, last, out); }, progress,
          stop);
    case Table::kVipUsers:
      return write_lines(
          env, staging.path("vipusers.json"), users,
          [&](auto first, auto last, auto& out) { world.vipusers_jsonl(first, last, out); },
          progress, stop);
    case Table::kProducts:
      return write_products(world, env, staging, progress, stop);
    case Table::kTowns:
      return write_towns(world, env, staging, progress);
    default:
      return base::error(Code::kInvalidArgument,
                         "{} is no table of files: users, vipusers, products and towns are",
                         world::table_name(table));
  }
}

std::int64_t rows_of(const world::World& world, Table table) {
  switch (table) {
    case Table::kUsers:
      return world.settings().users;
    case Table::kVipUsers:
      return world.settings().vip_users;
    case Table::kProducts:
      return world.settings().products;
    default:
      return static_cast<std::int64_t>(world.towns().size());
  }
}

}  // namespace

std::string lake_folder(Table table) { return "bronze/" + std::string(world::table_name(table)); }

Status load_lake(const world::World& world, Table table, const std::string& lake_root, Env& env,
                 Progress& progress, std::stop_token stop) {
  std::string target = lake_root + "/" + lake_folder(table);
  if (env.exists(target)) {
    progress.rows = rows_of(world, table);
    return {};
  }
  Staging staging(env, lake_root, table);
  TRY(staging.begin());
  TRY(write_table(world, table, env, staging, progress, stop));
  return staging.finish(target);
}

}  // namespace load
