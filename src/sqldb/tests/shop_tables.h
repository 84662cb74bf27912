// The table that the tests of every database fill.
#pragma once

#include "sqldb/database.h"

namespace sqldb {

inline TableDef orders() {
  using model::Type;
  return {"orders",
          {{{"orderId", Type::kInt64, false},
            {"userId", Type::kInt64},
            {"orderDate", Type::kTimestamp},
            {"orderValue", Type::kDecimal}}},
          {"orderId"}};
}

/// Orders `first`, `first` + 1, …: every value follows from the id.
inline model::Batch some_orders(std::int64_t first, std::int64_t count) {
  model::Batch batch(orders().schema);
  for (std::int64_t id = first; id < first + count; ++id) {
    batch.columns[0].add_int(id);
    batch.columns[1].add_int(id % 7);
    batch.columns[2].add_int(1'700'000'000'123'456 + id * 1'000'000);
    batch.columns[3].add_int(id * 1000 + 115);
    ++batch.rows;
  }
  return batch;
}

}  // namespace sqldb
