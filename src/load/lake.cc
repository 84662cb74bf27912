#include <algorithm>
#include <functional>

#include "load/load.h"

namespace load {
namespace {

using base::Code;
using base::Env;
using base::error;
using base::Status;
using world::Table;
using world::World;

constexpr std::int64_t kChunkRows = 2048;
constexpr const char* kMarker = "/.load";

Status check_stop(const std::stop_token& stop, std::string_view table) {
  if (!stop.stop_requested()) return {};
  return error(Code::kCancelled, "loading {} was stopped; the next load begins it again", table);
}

bool is_done(Env& env, const std::string& dir, const std::string& file, const World& world) {
  if (!env.exists(dir + "/" + file)) return false;
  auto marker = env.read_file(dir + kMarker);
  return marker && *marker == world.fingerprint();
}

/// Also false when a file was deleted by hand.
bool products_are_done(Env& env, const std::string& dir, const World& world) {
  if (!is_done(env, dir, "product_0.json", world)) return false;
  auto entries = env.list(dir);  // the products and the marker
  return entries && std::ssize(*entries) == world.settings().products + 1;
}

/// Appends rows [first, last) to the string; counts what it added.
using Produce = std::function<std::int64_t(std::int64_t first, std::int64_t last, std::string&)>;

/// Writes `path` chunk by chunk.
Status write_rows(Env& env, const std::string& path, std::int64_t rows, const Produce& produce,
                  Progress& progress, const std::stop_token& stop) {
  auto file = TRY(env.open(path, Env::Open::kTruncate));
  std::string chunk;
  for (std::int64_t first = 0; first < rows; first += kChunkRows) {
    TRY(check_stop(stop, path));
    chunk.clear();
    std::int64_t made = produce(first, std::min(first + kChunkRows, rows), chunk);
    TRY(file->append(chunk));
    progress.rows += made;
    progress.bytes += static_cast<std::int64_t>(chunk.size());
  }
  return file->close();
}

/// One file in its own folder, whole or not at all.
Status load_file(Env& env, const World& world, const std::string& dir, const std::string& file,
                 std::int64_t rows, const Produce& produce, Progress& progress,
                 const std::stop_token& stop) {
  if (is_done(env, dir, file, world)) {
    progress.rows = progress.total.load();
    return {};
  }
  TRY(env.make_dirs(dir));
  std::string unfinished = dir + "/." + file + ".tmp";
  Status written = write_rows(env, unfinished, rows, produce, progress, stop);
  if (!written) {
    (void)env.remove_file(unfinished);  // gives the space back where the disk is full
    return written;
  }
  // An old marker must not vouch for the new file, nor a new one for the old.
  TRY(env.remove_file(dir + kMarker));
  TRY(env.rename(unfinished, dir + "/" + file));
  return env.write_file(dir + kMarker, world.fingerprint());
}

std::string product_path(const std::string& dir, std::int64_t id) {
  return dir + "/product_" + std::to_string(id) + ".json";
}

/// The files are written in order of id, so those of a broken run are 0 … n−1; the last may be cut.
std::int64_t first_missing(Env& env, const std::string& dir, std::int64_t count) {
  std::int64_t low = 0, high = count;
  while (low < high) {
    std::int64_t middle = low + (high - low) / 2;
    if (env.exists(product_path(dir, middle))) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::max<std::int64_t>(low - 1, 0);
}

Status remove_other_stages(Env& env, const std::string& bronze, const std::string& keep) {
  for (const base::DirEntry& entry : TRY(env.list(bronze))) {
    if (entry.name.starts_with(".products.") && entry.name != keep) {
      TRY(env.remove_tree(bronze + "/" + entry.name));
    }
  }
  return {};
}

/// Products are made in a folder aside, named by the world, which then takes their folder's place.
Status load_products(Env& env, const World& world, const std::string& bronze, Progress& progress,
                     const std::stop_token& stop) {
  std::int64_t count = world.settings().products;
  std::string dir = bronze + "/products", fingerprint = world.fingerprint();
  if (products_are_done(env, dir, world)) {
    progress.rows = count;
    return {};
  }
  std::string stage_name = ".products." + fingerprint.substr(fingerprint.rfind(' ') + 1);
  std::string stage = bronze + "/" + stage_name;
  TRY(env.make_dirs(stage));
  TRY(remove_other_stages(env, bronze, stage_name));
  std::int64_t id = first_missing(env, stage, count);
  progress.rows = id;
  std::string text;
  for (; id < count; ++id) {
    if (id % 256 == 0) TRY(check_stop(stop, "products"));
    text.clear();
    world.product_json(id, text);
    auto file = TRY(env.open(product_path(stage, id), Env::Open::kTruncate));
    TRY(file->append(text));
    TRY(file->close());
    ++progress.rows;
    progress.bytes += static_cast<std::int64_t>(text.size());
  }
  TRY(env.write_file(stage + kMarker, fingerprint));
  TRY(env.remove_tree(dir));
  return env.rename(stage, dir);
}

}  // namespace

Status load_lake(const World& world, Table table, const std::string& lake_root, Env& env,
                 Progress& progress, std::stop_token stop) {
  const world::Settings& s = world.settings();
  std::string bronze = lake_root + "/bronze";
  auto file = [&](const std::string& folder, const std::string& name, std::int64_t rows,
                  const Produce& produce) {
    return load_file(env, world, bronze + "/" + folder, name, rows, produce, progress, stop);
  };
  switch (table) {
    case Table::kUsers:
      progress.total = s.users;
      return file("users", "users.json", s.users, [&](auto first, auto last, std::string& out) {
        world.users_jsonl(first, last, out);
        return last - first;
      });
    case Table::kVipUsers:
      progress.total = s.vip_users;
      return file("vipusers", "vipusers.json", s.users,
                  [&](auto first, auto last, std::string& out) {
                    world.vipusers_jsonl(first, last, out);
                    return static_cast<std::int64_t>(std::ranges::count(out, '\n'));
                  });
    case Table::kTowns:
      progress.total = static_cast<std::int64_t>(world.towns().size());
      return file("towns", "towns.csv", 1, [&](auto, auto, std::string& out) {
        world.towns_csv(out);
        return static_cast<std::int64_t>(world.towns().size());
      });
    case Table::kProducts:
      progress.total = s.products;
      return load_products(env, world, bronze, progress, stop);
    default:
      return error(Code::kInvalidArgument,
                   "table {} doesn't go into the lake as files; users, vipusers, products and "
                   "towns do",
                   table_name(table));
  }
}

}  // namespace load
