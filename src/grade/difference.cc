// First passes: the hashes of all rows in the parts that differ, as many parts at a time as fit
// into memory; sorted and merged they give the keys whose rows are missing, extra or changed. Last
// pass: the rows of these keys; the smallest are shown.
#include <algorithm>
#include <optional>

#include "base/differing.h"
#include "grade/difference_internal.h"
#include "grade/kept_row.h"

namespace grade {

namespace {

constexpr std::int64_t kRowsASide = 1'000'000;  // a side
constexpr std::size_t kKeysKept = 4'000'000;    // to choose those from that are shown
constexpr std::size_t kKeysShown = 20, kRowsOfAKey = 16;
constexpr std::size_t kValueShown = 80;  // characters of a value

struct Entry {
  std::uint64_t key, row;
  auto operator<=>(const Entry&) const = default;
};

/// Which parts are looked at in one pass.
using Parts = std::vector<bool>;

/// All parts that differ, pass by pass.
std::vector<Parts> differing_parts(const Fingerprint& expected, const Fingerprint& found) {
  std::int64_t rows = std::max(expected.rows(), found.rows());
  std::int64_t rows_a_part = rows / static_cast<std::int64_t>(kParts) + 1;
  std::int64_t budget = std::max<std::int64_t>(1, kRowsASide / rows_a_part), left = 0;
  std::vector<Parts> passes;
  for (std::size_t i = 0; i < kParts; ++i) {
    if (expected.same_part(found, i)) continue;
    if (left == 0) {
      passes.emplace_back(kParts);
      left = budget;
    }
    passes.back()[i] = true;
    --left;
  }
  return passes;
}

/// `whole_part` becomes false where a key that comes endlessly often fills a part.
base::Result<std::vector<Entry>> hashes(const Table& table, const Parts& parts,
                                        const RowSource& source, bool& whole_part) {
  std::vector<Entry> entries;
  TRY(source([&](Row row) {
    std::uint64_t key = key_hash(row, table.key);
    if (!parts[part_of(key)]) return;
    std::uint64_t whole = key;
    for (std::size_t i = 0; i < row.size(); ++i) whole += cell_hash(key, i, row[i]);
    if (entries.size() < 2 * kRowsASide) {
      entries.push_back({key, whole});
    } else {
      whole_part = false;
    }
  }));
  std::ranges::sort(entries);
  return entries;
}

using Keys = std::vector<std::uint64_t>;  // sorted

/// Takes what both sides have out, and counts the rest by key.
void count_rest(const std::vector<Entry>& expected, const std::vector<Entry>& found,
                Difference& difference, Keys& keys) {
  auto e = expected.begin(), f = found.begin();
  while (e != expected.end() || f != found.end()) {
    std::uint64_t key = e == expected.end() ? f->key
                        : f == found.end()  ? e->key
                                            : std::min(e->key, f->key);
    std::int64_t missing = 0, extra = 0;
    while ((e != expected.end() && e->key == key) || (f != found.end() && f->key == key)) {
      bool has_e = e != expected.end() && e->key == key;
      bool has_f = f != found.end() && f->key == key;
      if (has_e && has_f && e->row == f->row) {
        ++e, ++f;
      } else if (has_e && (!has_f || e->row < f->row)) {
        ++e, ++missing;
      } else {
        ++f, ++extra;
      }
    }
    if (missing + extra == 0) continue;
    std::int64_t changed = std::min(missing, extra);
    difference.changed += changed;
    difference.missing += missing - changed;
    difference.extra += extra - changed;
    if (keys.size() < kKeysKept) keys.push_back(key);
  }
}

bool less(const Cell& a, const Cell& b) {
  if (a.kind() != b.kind()) return a.kind() < b.kind();
  if (a.kind() == Cell::Kind::kDouble) return a.real() < b.real();
  return a.kind() == Cell::Kind::kText ? a.text() < b.text() : a.integer() < b.integer();
}

bool key_less(const Table& table, Row a, Row b) {
  return std::ranges::lexicographical_compare(a.first(table.key), b.first(table.key), less);
}

/// Rows with one key.
using Group = std::vector<KeptRow>;

bool group_less(const Table& table, const Group& a, const Group& b) {
  return key_less(table, a.front().row(), b.front().row());
}

/// The rows with the smallest keys among `keys`, by key, as many as are worth showing.
base::Result<std::vector<Group>> smallest(const Table& table, const Keys& keys,
                                          const RowSource& source) {
  std::vector<Group> groups;
  TRY(source([&](Row row) {
    if (!std::ranges::binary_search(keys, key_hash(row, table.key))) return;
    auto at = std::ranges::lower_bound(
        groups, row, [&](Row a, Row b) { return key_less(table, a, b); },
        [](const Group& group) { return group.front().row(); });
    if (at != groups.end() && !key_less(table, row, at->front().row())) {
      if (at->size() < kRowsOfAKey) at->emplace_back(row);
      return;
    }
    if (at == groups.end() && groups.size() == kKeysShown) return;
    at = groups.emplace(at);
    at->emplace_back(row);
    if (groups.size() > kKeysShown) groups.pop_back();
  }));
  return groups;
}

/// Rows that the other side has too say nothing.
void remove_common(Group& a, Group& b) {
  for (std::size_t i = 0; i < a.size();) {
    auto same = std::ranges::find_if(
        b, [&](const KeptRow& kept) { return std::ranges::equal(kept.row(), a[i].row()); });
    if (same == b.end()) {
      ++i;
    } else {
      b.erase(same);
      a.erase(a.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

std::string values_text(const Table& table, Row row) {
  std::string text;
  for (std::size_t i = table.key; i < row.size(); ++i) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", table.columns[i].name,
                        short_cell_text(row[i], table.columns[i].form));
  }
  return text;
}

/// What differs between rows with the same key; either group may be empty.
void describe(const Table& table, Group expected, Group found, std::vector<Change>& changes) {
  remove_common(expected, found);
  std::size_t both = std::min(expected.size(), found.size());
  for (std::size_t n = 0; n < both; ++n) {
    Row e = expected[n].row(), f = found[n].row();
    for (std::size_t i = 0; i < e.size(); ++i) {
      if (e[i] == f[i]) continue;
      Form form = table.columns[i].form;
      auto shown = base::differing_parts(cell_text(e[i], form), cell_text(f[i], form), kValueShown);
      changes.push_back({key_text(table, e), table.columns[i].name, shown.a, shown.b});
    }
  }
  for (std::size_t n = both; n < expected.size(); ++n) {
    Row row = expected[n].row();
    changes.push_back({key_text(table, row), "", values_text(table, row), kNothing});
  }
  for (std::size_t n = both; n < found.size(); ++n) {
    Row row = found[n].row();
    changes.push_back({key_text(table, row), "", kNothing, values_text(table, row)});
  }
}

std::vector<Change> changes_of(const Table& table, std::vector<Group> expected,
                               std::vector<Group> found) {
  std::vector<Change> changes;
  auto e = expected.begin(), f = found.begin();
  for (std::size_t n = 0; n < kKeysShown && (e != expected.end() || f != found.end()); ++n) {
    bool only_e = f == found.end() || (e != expected.end() && group_less(table, *e, *f));
    bool only_f = e == expected.end() || (f != found.end() && group_less(table, *f, *e));
    describe(table, only_f ? Group{} : std::move(*e++), only_e ? Group{} : std::move(*f++),
             changes);
  }
  return changes;
}

}  // namespace

base::Result<Difference> locate(const Table& table, const Fingerprint& expected,
                                const Fingerprint& found, const RowSource& expected_rows,
                                const RowSource& found_rows) {
  Difference difference;
  Keys keys;
  for (const Parts& parts : differing_parts(expected, found)) {
    auto expected_hashes = TRY(hashes(table, parts, expected_rows, difference.whole));
    auto found_hashes = TRY(hashes(table, parts, found_rows, difference.whole));
    count_rest(expected_hashes, found_hashes, difference, keys);
  }
  std::ranges::sort(keys);
  difference.changes = changes_of(table, TRY(smallest(table, keys, expected_rows)),
                                  TRY(smallest(table, keys, found_rows)));
  return difference;
}

}  // namespace grade
