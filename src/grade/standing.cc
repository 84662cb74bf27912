#include "grade/standing.h"

#include <xxhash.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>

#include "base/state_hash.h"
#include "grade/found_alerts.h"
#include "grade/plan_internal.h"
#include "wire/record_batch.h"

namespace grade {

using base::Result;
using base::StateHash;
using base::Status;

namespace {

constexpr std::size_t kPiece = 4 << 20;

/// What isn't made of events.
constexpr std::string_view kWithoutEvents[] = {
    "users_file",   "vip_users_file", "product_files",    "towns_file", "orders_copied",
    "items_copied", "users",          "products",         "orders",     "items",
    "sales_by_day", "order_features", "order_predictions"};

/// Outputs whose rows wait for the watermark, with the column of their time.
std::optional<std::size_t> waits_by(std::string_view holding) {
  if (holding == "pageviews_5min") return kWindowTime;
  if (holding == "starred_pageviews") return kStarredTime;
  if (holding == "first_events") return FirstTally::table().columns.size() - 1;
  return {};
}

/// Outputs of which the rows are compared, not the files.
bool is_growing(std::string_view holding) {
  return waits_by(holding) || holding == "slow_pages" || holding == "slow_pages_enriched";
}

/// Of the files in bronze that the key reads itself, their folders below it.
const std::map<std::string_view, std::string_view> kFileFolders{{"users_file", "users"},
                                                                {"vip_users_file", "vipusers"},
                                                                {"product_files", "products"},
                                                                {"towns_file", "towns"}};

/// A partition's batches as they lie there, those that begin below the cut. Reading verifies them.
Status add_batches(const commitlog::Log& log, std::int64_t cut_ms, StateHash& hash) {
  const std::int64_t end = TRY(log.offset_for_time(cut_ms));
  commitlog::Cursor cursor(log, log.start_offset());
  hash.add(std::to_string(cursor.offset()));
  for (;;) {
    std::string_view bytes = TRY(cursor.next(kPiece));
    if (bytes.empty()) return {};
    std::size_t below = 0;
    while (below < bytes.size()) {
      auto header = TRY(wire::read_batch_header(bytes.substr(below)));
      bool straddles =
          header.base_offset == end && !header.append_time() && header.base_timestamp_ms < cut_ms;
      if (header.base_offset >= end && !straddles) break;
      below += header.bytes();
    }
    hash.add(std::to_string(XXH3_64bits(bytes.data(), below)));
    if (below < bytes.size()) return {};
  }
}

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
}

/// The files of the windows that begin before `closed_ms`, and whatever else lies there.
Status add_windows(base::Env& env, const std::string& folder, const std::string& below,
                   std::int64_t closed_ms, StateHash& hash) {
  // "2026-06-01T00:05:00…" → "2026/06/01/00/05/00.avro": paths in the order of time.
  std::string end = base::format_millis(base::from_millis(closed_ms)).substr(0, 19);
  for (char& c : end) c = is_number({&c, 1}) ? c : '/';
  for (const auto& entry : TRY(env.list(folder))) {
    const std::string path = below + entry.name;
    if (entry.is_dir) {
      if (!is_number(entry.name)) hash.add(path);
      TRY(add_windows(env, folder + "/" + entry.name, path + "/", closed_ms, hash));
      continue;
    }
    const bool is_window = path.size() == end.size() + 5 && path.ends_with(".avro");
    if (is_window && path.substr(0, end.size()) >= end) continue;
    hash.add(path);
    hash.add(entry);
  }
  return {};
}

/// What a check of an output that grows finds now.
class FoundAgain {
 public:
  explicit FoundAgain(const Inputs& in) : plan_(in) {}

  /// As Check::rows; empty: it can't be read, or is of no such output.
  std::string rows(const std::string& unit, std::int64_t due_ms) {
    for (const AlertInputs& alerts : plan_.in.alerts) {
      if (unit != alerts_unit(alerts.name)) continue;
      Table table = slow_table(plan_.in.declared.alerts(alerts.name) == "slow_pages_enriched");
      table.unit = "alerts";
      return print(table, arrived(alert_rows(alerts, table)));
    }
    const std::string_view holding = plan_.in.declared.holding(unit);
    if (plan_.lake == nullptr && plan_.in.lake != nullptr) {
      auto reader = lake::TableReader::open(*plan_.in.lake);
      if (!reader) return "";
      plan_.lake = std::move(*reader);
    }
    Table table = table_of(holding);
    if (table.columns.empty() || !plan_.place(table, holding)) return "";
    RowSource all = plan_.rows_in_lake(table);
    auto time = waits_by(holding);
    return print(table, time ? due_rows(std::move(all), *time, [due_ms] { return due_ms; })
                             : arrived(std::move(all)));
  }

 private:
  static Table table_of(std::string_view holding) {
    if (holding == "pageviews_5min") return window_table();
    if (holding == "starred_pageviews") return starred_table();
    if (holding == "first_events") return FirstTally::table();
    bool slow = holding == "slow_pages" || holding == "slow_pages_enriched";
    return slow ? slow_table(holding == "slow_pages_enriched") : Table{};
  }

  RowSource arrived(RowSource all) const {
    auto views = plan_.in.hubs.find("pageviews");
    if (views == plan_.in.hubs.end()) return all;
    return arrived_rows(plan_.world, std::move(all), hub_cut(plan_.in, *views->second));
  }

  static std::string print(const Table& table, const RowSource& rows) {
    Fingerprint found(table);
    if (!rows([&](Row row) { found.add(row); })) return "";
    return fmt::format("{:016x}", found.hash());
  }

  Plan plan_;
};

class Standing {
 public:
  explicit Standing(const Inputs& in) : in_(in) {
    if (in.lake != nullptr) {
      std::vector<std::string> tables;
      std::ranges::set_difference(in.tables, in.kept, std::back_inserter(tables));
      std::erase_if(tables, [&](const auto& table) {
        return kFileFolders.contains(in.declared.holding(table));
      });
      files_ = in.lake->table_files(tables, in.cuts_ms).value_or(json::object());
    }
    common_.add(in.key);
    common_.add(in.hub_namespace);
    common_.add(std::to_string(in.window_minutes));
  }

  /// Empty: it can't be told.
  std::string of_table(const std::string& table) {
    StateHash hash = common_;
    std::string_view holding = in_.declared.holding(table);
    hash.add(table);
    hash.add(holding);
    auto folder = kFileFolders.find(holding);
    if (folder != kFileFolders.end()) {
      std::string path = fmt::format("{}/bronze/{}", in_.lake->root(), folder->second);
      if (!base::add_folder(*in_.env, path, hash)) return "";
    } else if (!is_growing(holding) && !add_table(table, hash)) {
      return "";
    }
    bool reads_events = std::ranges::find(kWithoutEvents, holding) == std::end(kWithoutEvents);
    if (reads_events) add_streams(hash);
    // How many raw rows became duplicates is a figure over both.
    const std::string raw = in_.declared.table(fmt::format("{}_raw", holding));
    if (in_.tables.contains(raw) && !add_table(raw, hash)) return "";
    if (holding == "order_predictions") hash.add(changed(in_.declared.table("order_features")));
    return hash.text() + "/" + behind(table);
  }

  std::string of_hub(const std::string& stream, const hub::Hub& hub) {
    StateHash hash = common_, changes;
    hash.add(hub_unit(hub.name()));
    add_streams(hash);
    // That no event is lost is a figure over these.
    for (const auto& holding : {stream + "_raw", std::string("dead_letters")}) {
      const std::string& part = in_.declared.table(holding);
      if (!in_.tables.contains(part)) continue;
      if (!add_table(part, hash)) return "";
      changes.add(changed(part));
    }
    auto added = add_hub(hub, hash);
    return added ? hash.text() + "/" + changes.text() : "";
  }

  std::string of_database(const std::string& table) {
    auto state = in_.database == nullptr ? std::nullopt : in_.database->state();
    if (!state) return "";
    StateHash hash = common_;
    hash.add(database_unit(table));
    hash.add(*state);
    return hash.text();
  }

  std::string of_alerts(const AlertInputs& alerts) {
    StateHash hash = common_;
    hash.add(alerts_unit(alerts.name));
    hash.add(in_.declared.alerts(alerts.name));
    hash.add(alerts.table);
    hash.add(in_.tables.contains(alerts.table) ? "also rows" : "");
    add_streams(hash);
    StateHash changes;
    changes.add(changed("stream." + alerts.name));
    return hash.text() + "/" + changes.text();
  }

 private:
  const std::string& changed(const std::string& what) const {
    static const std::string kNot;
    auto found = in_.changed.find(what);
    return found == in_.changed.end() ? kNot : found->second;
  }

  /// False: it can't be told.
  bool add_table(const std::string& table, StateHash& hash) {
    if (in_.lake == nullptr) return false;
    if (!files_.contains(table)) {
      auto state = in_.lake->table_files({table}, in_.cuts_ms);
      files_[table] = state ? state->at(table) : json();
    }
    if (!files_[table].is_string()) return false;
    hash.add(files_[table].get_ref<const std::string&>());
    return true;
  }

  /// What every check of events reads of the hubs: where they are cut and by which rules taken, and
  /// what would make it not gradable.
  void add_streams(StateHash& hash) {
    if (!streams_) {
      StateHash all;
      for (const auto& [table, hub] : in_.hubs) add_stream(table, *hub, all);
      streams_ = all.text();
    }
    hash.add(*streams_);
  }

  void add_stream(const std::string& table, const hub::Hub& hub, StateHash& hash) const {
    const std::int64_t cut_ms = hub_cut(in_, hub);
    hash.add(fmt::format("{} {} {} {}", table, hub.name(), cut_ms, last_cut(in_, hub)));
    for (int p = 0; p < hub.partitions(); ++p) {
      auto state = hub.state(p);
      hash.add(fmt::format("{} {}", state.start_offset, state.outside_records));
    }
    if (auto capture = hub.options().capture) {
      hash.add(fmt::format("{} {}", capture->dir, capture->window_minutes));
    }
    auto lost = in_.lost.find(hub.name());
    hash.add(std::to_string(lost == in_.lost.end() ? 0 : lost->second));
    hash.add(how_far_behind(in_, hub, cut_ms));
    auto job = in_.jobs.find(hub.name());
    if (job == in_.jobs.end()) return;
    const auto& [name, policies, input] = job->second;
    hash.add(fmt::format("{} {} {} {} {}", name, policies.late_s, policies.out_of_order_s,
                         policies.drop, input));
  }

  Status add_hub(const hub::Hub& hub, StateHash& hash) const {
    const std::int64_t cut_ms = hub_cut(in_, hub);
    for (int p = 0; p < hub.partitions(); ++p) TRY(add_batches(*hub.log(p), cut_ms, hash));
    auto capture = hub.options().capture;
    if (!capture) return {};
    const std::int64_t closed_ms = cut_ms - cut_ms % (capture->window_minutes * kMinuteMs);
    std::string folder = capture->dir + "/" + in_.hub_namespace + "/" + hub.name();
    for (int p = 0; p < hub.partitions(); ++p) {
      const std::string below = fmt::format("{}/{}", folder, p);
      if (in_.env->exists(below)) TRY(add_windows(*in_.env, below, "", closed_ms, hash));
    }
    return {};
  }

  const std::vector<std::string>& made_of(const std::string& table) {
    auto [known, is_new] = made_of_.try_emplace(table);
    if (is_new) known->second = grade::made_of(in_, table);
    return known->second;
  }

  /// All that the table is made of in the end.
  void collect(const std::string& table, std::set<std::string>& into) {
    for (const auto& read : made_of(table)) {
      if (into.insert(read).second) collect(read, into);
    }
  }

  /// What the user has changed of a table or of what it is made of. Behind such a change its rows
  /// are compared with what its own statement gives of the tables that it reads. Empty: it can't be
  /// told.
  std::string behind(const std::string& table) {
    StateHash hash;
    hash.add(changed(table));
    if (in_.changed.empty() || in_.lake == nullptr) return hash.text();
    std::set<std::string> before;
    collect(table, before);
    bool any = false;
    for (const auto& read : before) {
      auto what = in_.changed.find(read);
      if (what == in_.changed.end()) continue;
      any = true;
      hash.add(read);
      hash.add(what->second);
    }
    return !any || add_remade(table, before, hash) ? hash.text() : "";
  }

  bool add_remade(const std::string& table, const std::set<std::string>& before, StateHash& hash) {
    if (auto statement = in_.statements.find(table); statement != in_.statements.end()) {
      const lake::TableSpec& spec = statement->second;
      hash.add(spec.select);
      hash.add(spec.macros);
      for (const auto& key : spec.keys) hash.add(key);
      for (const auto& one : spec.expectations) {
        hash.add(one.condition);
        hash.add(lake::action_name(one.action));
      }
    }
    for (const auto& read : before) {
      hash.add(read);
      if (!read.starts_with("meta.")) {
        if (!add_table(read, hash)) return false;
        continue;
      }
      auto state = in_.lake->table_states({read}, in_.cuts_ms);
      if (!state || !state->at(read).is_string()) return false;
      hash.add(state->at(read).get_ref<const std::string&>());
    }
    return true;
  }

  const Inputs& in_;
  StateHash common_;
  json files_ = json::object();
  std::optional<std::string> streams_;
  std::map<std::string, std::vector<std::string>> made_of_;
};

Verdict verdict_of(std::string_view name) {
  for (Verdict one : {Verdict::kRight, Verdict::kNotGradable, Verdict::kChanged}) {
    if (verdict_name(one) == name) return one;
  }
  return Verdict::kWrong;
}

std::string text_of(const json& object, const char* member) {
  auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Check check_of(const json& from) {
  Check check{.layer = text_of(from, "layer"),
              .name = text_of(from, "check"),
              .table = text_of(from, "table"),
              .expected = text_of(from, "expected"),
              .found = text_of(from, "found"),
              .verdict = verdict_of(text_of(from, "verdict")),
              .detail = text_of(from, "detail"),
              .differing = from.value("differing", std::int64_t{0}),
              .changes = {},
              .unit = text_of(from, "unit"),
              .standing = text_of(from, "standing"),
              .rows = text_of(from, "rows"),
              .due_ms = from.value("due_ms", std::int64_t{0}),
              .graded_by = text_of(from, "graded_by"),
              .graded_at = text_of(from, "graded_at")};
  for (const auto& one : from.value("differences", json::array())) {
    check.changes.push_back({.key = text_of(one, "key"),
                             .column = text_of(one, "column"),
                             .expected = text_of(one, "expected"),
                             .found = text_of(one, "found")});
  }
  return check;
}

/// Of a standing, "READ/CHANGED". Whether the user has changed something decides what rows are
/// called that aren't the expected ones, and of those that are, nothing.
bool same_standing(const json& check, std::string_view now) {
  const std::string before = text_of(check, "standing");
  if (text_of(check, "verdict") != verdict_name(Verdict::kRight)) {
    return before == now && !now.ends_with('/');
  }
  return before.substr(0, before.find('/')) == now.substr(0, now.find('/'));
}

/// A check with the place that it had in the grade before.
struct Placed {
  Check check;
  std::size_t place = 0;
};

}  // namespace

Standings standings(const Inputs& in) {
  Standings all;
  if (in.key.empty() || in.world == nullptr) return all;
  Standing now(in);
  auto add = [&](const std::string& unit, std::string text) {
    if (!text.empty()) all[unit] = std::move(text);
  };
  auto is_asked = [&](const std::string& unit) { return !in.kept.contains(unit); };
  for (const auto& table : in.tables) {
    bool graded = in.lake != nullptr && in.declared.has(table);
    if (graded && is_asked(table)) add(table, now.of_table(table));
  }
  for (const auto& [stream, hub] : in.hubs) {
    std::string unit = hub_unit(hub->name());
    if (is_asked(unit)) add(unit, now.of_hub(stream, *hub));
  }
  for (const auto& table : in.database_tables) {
    std::string unit = database_unit(table);
    if (is_asked(unit)) add(unit, now.of_database(table));
  }
  for (const auto& alerts : in.alerts) add(alerts_unit(alerts.name), now.of_alerts(alerts));
  return all;
}

std::set<std::string> still_graded(const Inputs& in, const json& earlier, const Standings& now) {
  std::set<std::string> kept, moved;
  FoundAgain found(in);
  for (const auto& check : earlier.value("checks", json::array())) {
    std::string unit = text_of(check, "unit");
    auto standing = now.find(unit);
    bool same = standing != now.end() && same_standing(check, standing->second);
    bool growing = unit.starts_with("alerts ") || is_growing(in.declared.holding(unit));
    if (same && growing) {
      std::string rows = text_of(check, "rows");
      same = !rows.empty() && rows == found.rows(unit, check.value("due_ms", std::int64_t{0}));
    }
    (same ? kept : moved).insert(unit);
  }
  for (const auto& unit : moved) kept.erase(unit);
  return kept;
}

Report with_kept(Report fresh, const json& earlier, const std::set<std::string>& kept) {
  std::vector<Placed> all;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const auto& one : earlier.value("checks", json::array())) {
    Check check = check_of(one);
    places.try_emplace({check.layer, check.name}, places.size());
    if (!kept.contains(check.unit)) continue;
    all.push_back({std::move(check), places.size() - 1});
  }
  std::size_t place = 0;
  for (Check& check : fresh.checks) {
    // A new check stands behind the one that it was graded behind.
    auto before = places.find({check.layer, check.name});
    if (before != places.end()) place = before->second;
    all.push_back({std::move(check), place});
  }
  std::ranges::stable_sort(
      all, {}, [](const Placed& one) { return std::pair(layer_rank(one.check.layer), one.place); });
  fresh.checks.clear();
  for (Placed& one : all) fresh.checks.push_back(std::move(one.check));
  return fresh;
}

}  // namespace grade
