#include <algorithm>
#include <ranges>

#include "base/file_mark.h"
#include "load/file_sink.h"
#include "load/load.h"
#include "load/product_files.h"

namespace load {
namespace {

using base::Code;
using base::Env;
using base::error;
using base::Status;
using world::Table;
using world::World;

constexpr int kLakeThreads = 2;
constexpr const char* kMarker = "/.load";

/// The fingerprint, then a line for each file: name, blank, mark.
std::string marker_of(Env& env, const std::string& dir, const World& world) {
  std::string text = world.fingerprint();
  auto entries = env.list(dir);
  if (!entries) return text;
  for (const base::DirEntry& entry : *entries) {
    std::string mark = base::file_mark(env, dir + "/" + entry.name);
    if (!entry.is_dir && !entry.name.starts_with(".") && !mark.empty())
      text += "\n" + entry.name + " " + mark;
  }
  return text;
}

/// Of a folder's marker, the files that aren't as they were written. One that is gone is drift, and
/// the next apply's.
std::vector<std::string> spoilt_in(Env& env, const std::string& dir) {
  std::vector<std::string> spoilt;
  auto marker = env.read_file(dir + kMarker);
  auto entries = env.list(dir);
  if (!marker || !entries) return spoilt;
  for (auto part : *marker | std::views::split('\n') | std::views::drop(1)) {
    std::string line(part.begin(), part.end());
    std::string name = line.substr(0, line.find(' '));
    // Sorted by name, and ten thousand products are looked up at each plan.
    auto entry = std::ranges::lower_bound(*entries, name, {}, &base::DirEntry::name);
    if (entry != entries->end() && entry->name == name &&
        !base::fits_mark(env, dir + "/" + name, *entry, line.substr(name.size() + 1)))
      spoilt.push_back(std::move(name));
  }
  return spoilt;
}

bool is_done(Env& env, const std::string& dir, const std::string& file, const World& world) {
  if (!env.exists(dir + "/" + file)) return false;
  auto marker = env.read_file(dir + kMarker);
  if (!marker || marker->substr(0, marker->find('\n')) != world.fingerprint()) return false;
  return spoilt_in(env, dir).empty();
}

/// Also false when a file was deleted by hand.
bool products_are_done(Env& env, const std::string& dir, const World& world) {
  if (!is_done(env, dir, "product_0.json", world)) return false;
  auto entries = env.list(dir);  // the products and the marker
  return entries && std::ssize(*entries) == world.settings().products + 1;
}

/// One file in its own folder, whole or not at all.
Status load_file(Env& env, const World& world, const std::string& dir, const std::string& file,
                 const Slice& slice, Form form, Progress& progress, std::stop_token stop) {
  if (is_done(env, dir, file, world)) {
    progress.total = expected_rows(world, slice);
    progress.rows = progress.total.load();
    return {};
  }
  // An old marker must not vouch for the new file.
  TRY(env.remove_file(dir + kMarker));
  FileSink sink(env, {.path = dir + "/" + file, .form = form, .overwrite = true, .hidden = true});
  TRY(load_slice(world, slice, sink, {kLakeThreads}, progress, stop));
  return env.write_file(dir + kMarker, marker_of(env, dir, world));
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
                     std::stop_token stop) {
  std::string dir = bronze + "/products", fingerprint = world.fingerprint();
  progress.total = world.settings().products;
  if (products_are_done(env, dir, world)) {
    progress.rows = progress.total.load();
    return {};
  }
  std::string stage_name = ".products." + fingerprint.substr(fingerprint.rfind(' ') + 1);
  std::string stage = bronze + "/" + stage_name;
  TRY(env.make_dirs(stage));
  TRY(remove_other_stages(env, bronze, stage_name));
  TRY(write_product_files(world, whole_table(world, Table::kProducts), env, stage, kLakeThreads,
                          progress, stop));
  TRY(env.write_file(stage + kMarker, marker_of(env, stage, world)));
  TRY(env.remove_tree(dir));
  return env.publish(stage, dir);
}

}  // namespace

Status load_lake(const World& world, Table table, const std::string& lake_root, Env& env,
                 Progress& progress, std::stop_token stop) {
  std::string bronze = lake_root + "/bronze";
  switch (table) {
    case Table::kUsers:
    case Table::kVipUsers:
    case Table::kTowns: {
      bool csv = table == Table::kTowns;
      std::string name{table_name(table)};
      return load_file(env, world, bronze + "/" + name, name + (csv ? ".csv" : ".json"),
                       whole_table(world, table), csv ? Form::kCsv : Form::kJsonLines, progress,
                       stop);
    }
    case Table::kProducts:
      return load_products(env, world, bronze, progress, stop);
    default:
      return error(Code::kInvalidArgument,
                   "table {} doesn't go into the lake as files; users, vipusers, products and "
                   "towns do",
                   table_name(table));
  }
}

std::vector<std::string> spoilt_files(Table table, const std::string& lake_root, Env& env) {
  std::string folder = "bronze/" + std::string(table_name(table));
  auto spoilt = spoilt_in(env, lake_root + "/" + folder);
  for (std::string& file : spoilt) file = folder + "/" + file;
  return spoilt;
}

}  // namespace load
