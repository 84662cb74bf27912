// What describe's parts share: gathering facts about numbers and categories. Inside the room only.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include "world/describe.h"

namespace world::internal {

/// Facts are computed from at most this many rows.
inline constexpr std::int64_t kFactRows = 100'000;

/// Calls `visit(id)` for at most kFactRows of 0 … count−1 at even distances; returns how many.
template <typename Visit>
std::int64_t each_of(std::int64_t count, Visit visit) {
  std::int64_t rows = std::min(count, kFactRows);
  for (std::int64_t i = 0; i < rows; ++i) {
    visit(static_cast<std::int64_t>(static_cast<double>(i) * static_cast<double>(count) /
                                    static_cast<double>(rows)));
  }
  return rows;
}

using Facts = std::vector<std::pair<std::string, std::string>>;

inline std::string percent(double share) { return fmt::format("{:.4g} %", 100 * share); }

class Numbers {
 public:
  void add(double value) {
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
    sum_ += value;
    squares_ += value * value;
    ++count_;
  }
  double mean() const { return count_ == 0 ? 0 : sum_ / count_; }
  double variance() const { return count_ == 0 ? 0 : squares_ / count_ - mean() * mean(); }
  /// min, mean and max; nothing of nothing.
  Facts facts(int decimals) const {
    if (count_ == 0) return {};
    auto text = [&](double v) { return fmt::format("{:.{}f}", v, decimals); };
    return {{"min", text(low_)}, {"mean", fmt::format("{:.2f}", mean())}, {"max", text(high_)}};
  }

 private:
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
  double sum_ = 0, squares_ = 0, count_ = 0;
};

class Categories {
 public:
  void add(std::string_view value) {
    auto it = counts_.find(value);
    if (it == counts_.end()) it = counts_.emplace(value, 0).first;
    ++it->second;
    ++count_;
  }
  /// The most frequent with their shares.
  Facts most_frequent(std::size_t most) const {
    std::vector<std::pair<std::string, double>> all(counts_.begin(), counts_.end());
    std::ranges::stable_sort(all, std::ranges::greater{}, &std::pair<std::string, double>::second);
    Facts out;
    for (std::size_t i = 0; i < std::min(most, all.size()); ++i) {
      out.emplace_back(all[i].first, percent(all[i].second / count_));
    }
    return out;
  }
  /// The same, and first how many differ.
  Facts facts(std::size_t most) const {
    Facts out = most_frequent(most);
    if (counts_.size() > most) {
      out.insert(out.begin(), {"different", std::to_string(counts_.size())});
    }
    return out;
  }

 private:
  std::map<std::string, double, std::less<>> counts_;
  double count_ = 0;
};

/// describe_sales.cc, describe_traffic.cc: fill columns, facts and examples.
void describe_orders(const World& world, TableDescription& out);
void describe_items(const World& world, TableDescription& out);
void describe_events(const World& world, Stream stream, TableDescription& out);

}  // namespace world::internal
