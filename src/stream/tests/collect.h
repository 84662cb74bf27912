// For tests: outputs kept in memory as JSON lines, and when events begin.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "stream/engine.h"
#include "stream/output_rows.h"

namespace stream {

constexpr Ticks kStart = 17'802'720'000'000'000;  // 2026-06-01T00:00:00Z

class CollectedOutputs final : public EngineOutputs {
 public:
  explicit CollectedOutputs(const streamsql::Plan& plan) : plan_(plan) {}
  struct Row {
    Ticks time;
    Origin origin;
    std::string json;
  };

  base::Status write(std::size_t step, const Table& rows) override {
    const std::string& output = plan_.steps[step].name;
    for (std::size_t i = 0; i < rows.rows; i++) {
      std::string json;
      append_json_row(rows, i, json);
      rows_[output].push_back({rows.time[i], rows.origin[i], json});
    }
    return {};
  }
  base::Status dead_letter(const DeadLetter& letter) override {
    dead_.push_back(std::string(letter.reason) + "|" + std::string(letter.body));
    return {};
  }

  /// In the order they came.
  std::vector<std::string> lines(const std::string& output) const {
    std::vector<std::string> out;
    if (auto it = rows_.find(output); it != rows_.end())
      for (const Row& row : it->second) out.push_back(row.json);
    return out;
  }
  /// By time, as a finite run writes them.
  std::vector<std::string> sorted(const std::string& output) const {
    std::vector<Row> rows;
    if (auto it = rows_.find(output); it != rows_.end()) rows = it->second;
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.time < b.time; });
    std::vector<std::string> out;
    for (const Row& row : rows) out.push_back(row.json);
    return out;
  }
  const std::vector<std::string>& dead() const { return dead_; }
  std::map<std::string, std::vector<Row>>& all() { return rows_; }

 private:
  const streamsql::Plan& plan_;
  std::map<std::string, std::vector<Row>> rows_;
  std::vector<std::string> dead_;
};

}  // namespace stream
