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
      cells_.push_back(kept(cell));
    }
  }
  Row row() const { return cells_; }

 private:
  Cell kept(const Cell& cell) {
    bool list = cell.kind() == Cell::Kind::kTexts;
    if (!list && cell.kind() != Cell::Kind::kText) return cell;
    std::string_view text = texts_->emplace_back(cell.text());
    return list ? Cell::of_texts(cell.hash(), text) : Cell::of(text, cell.hash());
  }

  std::unique_ptr<std::deque<std::string>> texts_ = std::make_unique<std::deque<std::string>>();
  std::vector<Cell> cells_;
};

}  // namespace grade
