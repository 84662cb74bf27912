// How one kind of thing of the world (an order, an event, a user) becomes a row: the columns that
// are known of it, each with how to take it. What is compared is chosen from them.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "grade/row.h"

namespace grade {

/// Immutable once made. `T`'s texts live as long as a row made from it is used.
template <typename T>
class Shape {
 public:
  struct Field {
    Column column;
    Cell (*cell)(const T&);  ///< a plain function: it is called for every row
    bool required = true;    ///< false: compared where the found side has it
  };
  Shape(std::string layer, std::string name, std::size_t key, std::vector<Field> fields)
      : fields_(std::move(fields)),
        table_{.layer = layer, .name = name, .columns = {}, .key = key} {
    for (const Field& field : fields_) table_.columns.push_back(field.column);
  }

  const Table& table() const { return table_; }
  Table& table() { return table_; }

  /// Only the required columns and those optional ones that `there` has.
  Shape choose(const std::set<std::string>& there) const {
    std::vector<Field> chosen;
    for (const Field& field : fields_) {
      if (field.required || there.contains(field.column.name)) chosen.push_back(field);
    }
    Shape shape(table_.layer, table_.name, table_.key, std::move(chosen));
    shape.table_.unit = table_.unit;
    shape.table_.in_lake = table_.in_lake;
    return shape;
  }

  /// The row of `thing`, in `cells`, which is overwritten.
  Row row(const T& thing, std::vector<Cell>& cells) const {
    cells.resize(fields_.size());
    for (std::size_t i = 0; i < fields_.size(); ++i) cells[i] = fields_[i].cell(thing);
    return cells;
  }

 private:
  std::vector<Field> fields_;
  Table table_;
};

}  // namespace grade
