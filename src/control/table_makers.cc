#include "control/table_makers.h"

#include <algorithm>

#include "base/clock.h"
#include "base/suggest.h"
#include "catalogue/claims.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

/// What lies in "bronze/stream/counts" is asked for as bronze.stream_counts; key=value folders are
/// a table's parts.
std::string table_in(std::string folder) {
  if (auto key = folder.find('='); key != std::string::npos) folder.resize(folder.rfind('/', key));
  std::ranges::replace(folder, '/', '_');
  if (auto tier_end = folder.find('_'); tier_end != std::string::npos) folder[tier_end] = '.';
  return folder;
}

/// Tables are asked for in any case of their letters.
bool is_same(std::string_view one, std::string_view other) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(one, other, {}, lower, lower);
}

const lake::TableUse* first_unknown(const std::vector<lake::TableUse>& uses,
                                    const std::vector<std::string>& known) {
  auto found = std::ranges::find_if(uses, [&](const lake::TableUse& use) {
    return std::ranges::none_of(known, [&](const auto& name) { return is_same(name, use.table); });
  });
  return found == uses.end() ? nullptr : &*found;
}

base::Error nobody_makes(const lake::TableUse& use, const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  std::string hint = base::did_you_mean(use.table, names);
  for (const auto& name : known) {
    if (is_same(name.substr(name.find('.') + 1), use.table)) hint = "; write " + name;
  }
  if (hint.empty()) hint = "; there are " + base::listed(names);
  return {Code::kFailedPrecondition,
          fmt::format("{}there is no table {}, and nothing makes it: correct its name, or apply "
                      "the resource that writes it{}",
                      use.place, use.table, hint)};
}

}  // namespace

Result<std::vector<std::string>> TableMakers::known_tables() {
  std::vector<std::string> known{"meta.rejected", "meta.world"};
  for (const auto& table : TRY(lake_.tables())) {
    known.push_back(table.tier + "." + table.name);
  }
  for (auto& folder : TRY(claimed_folders(catalogue_))) {
    known.push_back(table_in(std::move(folder)));
  }
  std::ranges::sort(known);
  const auto doubles = std::ranges::unique(known);
  known.erase(doubles.begin(), doubles.end());
  return known;
}

/// Those of them that are known: a lake has many files, and most texts name tables that are there.
Result<std::vector<std::string>> TableMakers::known_of(const std::vector<lake::TableUse>& uses) {
  std::vector<std::string> names, known{"meta.rejected", "meta.world"};
  for (const auto& use : uses) names.push_back(use.table);
  for (const auto& table : TRY(lake_.tables_named(names))) {
    known.push_back(table.tier + "." + table.name);
  }
  return known;
}

Status TableMakers::wait_for_tables(const std::string& who, const std::vector<lake::TableUse>& uses,
                                    std::stop_token stop) {
  if (first_unknown(uses, TRY(known_of(uses))) == nullptr) return {};
  const auto* use = first_unknown(uses, TRY(known_tables()));
  if (use == nullptr) return {};
  runs::Creates::Waits only_waits(making_.creates);
  auto done = [&]() -> Result<bool> {
    auto known = TRY(known_tables());
    use = first_unknown(uses, known);
    if (use == nullptr) return true;
    if (!making_.is_over()) return false;
    return std::unexpected(nobody_makes(*use, known));
  };
  return waiting_.wait({.who = who,
                        .what = fmt::format("that somebody makes the table {}", use->table),
                        .done = done,
                        // Its deadline is that nobody creates anything any more.
                        .progress = [] { return base::format_millis(base::SystemClock().now()); }},
                       stop);
}

}  // namespace control
