// First pass: the hashes of all rows in the parts that differ; sorted and merged they give the keys
// whose rows are missing, extra or changed. Second pass: the rows of these keys; the smallest is
// shown.
#include <algorithm>
#include <deque>
#include <memory>
#include <optional>

#include "grade/difference_internal.h"

namespace grade {

namespace {

constexpr std::int64_t kRowsLookedAt = 1'000'000;  // a side

struct Entry {
  std::uint64_t key, row;
  auto operator<=>(const Entry&) const = default;
};

struct Parts {
  std::vector<bool> wanted = std::vector<bool>(kParts);
  bool whole = true;
};

Parts differing_parts(const Fingerprint& expected, const Fingerprint& found) {
  std::int64_t rows = std::max(expected.rows(), found.rows());
  std::int64_t rows_a_part = rows / static_cast<std::int64_t>(kParts) + 1;
  std::int64_t budget = std::max<std::int64_t>(1, kRowsLookedAt / rows_a_part);
  Parts parts;
  for (std::size_t i = 0; i < kParts; ++i) {
    if (expected.same_part(found, i)) continue;
    if (budget-- > 0) {
      parts.wanted[i] = true;
    } else {
      parts.whole = false;
    }
  }
  return parts;
}

base::Result<std::vector<Entry>> hashes(const Table& table, const Parts& parts,
                                        const RowSource& source) {
  std::vector<Entry> entries;
  TRY(source([&](Row row) {
    std::uint64_t key = key_hash(row, table.key);
    if (!parts.wanted[part_of(key)]) return;
    std::uint64_t whole = key;
    for (std::size_t i = 0; i < row.size(); ++i) whole += cell_hash(key, i, row[i]);
    // A key that comes endlessly often can fill a part: what is beyond the bound is left out.
    if (entries.size() < 2 * kRowsLookedAt) entries.push_back({key, whole});
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
    keys.push_back(key);
  }
}

/// A row that outlives its source. Its cells look into its texts, so these stay where they are when
/// the row moves, and it can't be copied.
struct Kept {
  std::unique_ptr<std::deque<std::string>> texts = std::make_unique<std::deque<std::string>>();
  std::vector<Cell> cells;

  explicit Kept(Row row) {
    for (const Cell& cell : row) {
      bool text = cell.kind() == Cell::Kind::kText;
      cells.push_back(text ? Cell::of(std::string_view(texts->emplace_back(cell.text()))) : cell);
    }
  }
};

bool less(const Cell& a, const Cell& b) {
  if (a.kind() != b.kind()) return a.kind() < b.kind();
  if (a.kind() == Cell::Kind::kDouble) return a.real() < b.real();
  return a.kind() == Cell::Kind::kText ? a.text() < b.text() : a.integer() < b.integer();
}

bool key_less(const Table& table, Row a, Row b) {
  return std::ranges::lexicographical_compare(a.first(table.key), b.first(table.key), less);
}

/// All rows with the smallest key among `keys`, as many as are worth showing.
base::Result<std::vector<Kept>> smallest(const Table& table, const Keys& keys,
                                         const RowSource& source) {
  std::vector<Kept> kept;
  TRY(source([&](Row row) {
    if (!std::ranges::binary_search(keys, key_hash(row, table.key))) return;
    if (!kept.empty() && key_less(table, kept.front().cells, row)) return;
    if (!kept.empty() && key_less(table, row, kept.front().cells)) kept.clear();
    if (kept.size() < 16) kept.emplace_back(row);
  }));
  return kept;
}

/// Rows that the other side has too say nothing.
void remove_common(std::vector<Kept>& a, std::vector<Kept>& b) {
  for (std::size_t i = 0; i < a.size();) {
    auto same = std::ranges::find_if(b, [&](const Kept& kept) { return kept.cells == a[i].cells; });
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
    text += fmt::format("{} {} {}", text.empty() ? "" : ",", table.columns[i].name,
                        cell_text(row[i], table.columns[i].form));
  }
  return text.empty() ? text : " (" + text.substr(1) + ")";
}

std::string change_text(const Table& table, Row expected, Row found) {
  std::string text;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] == found[i]) continue;
    Form form = table.columns[i].form;
    text +=
        fmt::format("{} {} expected {}, found {}", text.empty() ? ":" : ";", table.columns[i].name,
                    cell_text(expected[i], form), cell_text(found[i], form));
  }
  return key_text(table, expected) + text;
}

std::string first_text(const Table& table, std::vector<Kept> expected, std::vector<Kept> found) {
  bool same_key = !expected.empty() && !found.empty() &&
                  !key_less(table, expected[0].cells, found[0].cells) &&
                  !key_less(table, found[0].cells, expected[0].cells);
  if (same_key) {
    remove_common(expected, found);
    if (!expected.empty() && !found.empty()) {
      return change_text(table, expected[0].cells, found[0].cells);
    }
  } else if (!expected.empty() && !found.empty()) {
    bool found_first = key_less(table, found[0].cells, expected[0].cells);
    (found_first ? expected : found).clear();
  }
  if (!expected.empty()) {
    return key_text(table, expected[0].cells) + " is missing" +
           values_text(table, expected[0].cells);
  }
  if (found.empty()) return "";
  return key_text(table, found[0].cells) + " is extra" + values_text(table, found[0].cells);
}

}  // namespace

base::Result<Difference> locate(const Table& table, const Fingerprint& expected,
                                const Fingerprint& found, const RowSource& expected_rows,
                                const RowSource& found_rows) {
  Parts parts = differing_parts(expected, found);
  Difference difference{.whole = parts.whole};
  Keys keys;
  {
    auto expected_hashes = TRY(hashes(table, parts, expected_rows));
    auto found_hashes = TRY(hashes(table, parts, found_rows));
    count_rest(expected_hashes, found_hashes, difference, keys);
  }
  difference.first = first_text(table, TRY(smallest(table, keys, expected_rows)),
                                TRY(smallest(table, keys, found_rows)));
  return difference;
}

}  // namespace grade
