#include "model/batch.h"

namespace model {

std::size_t Column::rows() const {
  switch (type) {
    case Type::kDouble:
      return doubles.size();
    case Type::kString:
    case Type::kBinary:
      return ends.size();
    case Type::kStringList:
      return list_ends.size();
    default:
      return ints.size();
  }
}

void Column::add_null() {
  if (valid.empty()) valid.assign(rows(), 1);
  switch (type) {
    case Type::kDouble:
      doubles.push_back(0);
      break;
    case Type::kString:
    case Type::kBinary:
      ends.push_back(bytes.size());
      break;
    case Type::kStringList:
      list_ends.push_back(ends.size());
      break;
    default:
      ints.push_back(0);
      break;
  }
  valid.push_back(0);
}

void Column::clear() {
  ints.clear();
  doubles.clear();
  bytes.clear();
  ends.clear();
  list_ends.clear();
  valid.clear();
}

Batch::Batch(Schema s) : schema(std::move(s)) {
  for (const auto& field : schema.fields) columns.emplace_back(field.type);
}

void Batch::clear() {
  for (auto& column : columns) column.clear();
  rows = 0;
}

}  // namespace model
