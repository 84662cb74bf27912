// A row that outlives the texts that it was made of.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "grade/row.h"

namespace grade {

/// Its cells look into its own texts, which stay where they are when the row moves; it can't be
/// copied.
class KeptRow {
 public:
  explicit KeptRow(Row row) {
    for (const Cell& cell : row) {
      bool text = cell.kind() == Cell::Kind::kText;
      cells_.push_back(text ? Cell::of(std::string_view(texts_->emplace_back(cell.text()))) : cell);
    }
  }
  Row row() const { return cells_; }

 private:
  std::unique_ptr<std::deque<std::string>> texts_ = std::make_unique<std::deque<std::string>>();
  std::vector<Cell> cells_;
};

}  // namespace grade
