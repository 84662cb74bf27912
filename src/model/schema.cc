#include "model/schema.h"

namespace model {

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kBool:
      return "BOOLEAN";
    case Type::kInt64:
      return "BIGINT";
    case Type::kDouble:
      return "DOUBLE";
    case Type::kDecimal:
      return "DECIMAL(12,2)";
    case Type::kString:
      return "VARCHAR";
    case Type::kBinary:
      return "BLOB";
    case Type::kDate:
      return "DATE";
    case Type::kTimestamp:
      return "TIMESTAMPTZ";
    case Type::kTimestampNtz:
      return "TIMESTAMP";
    case Type::kStringList:
      return "VARCHAR[]";
  }
  return "VARCHAR";
}

int Schema::index_of(std::string_view name) const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace model
