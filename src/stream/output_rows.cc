#include "stream/output_rows.h"

#include "codec/json.h"

namespace stream {

void append_json_row(const Table& table, std::size_t row, std::string& out) {
  static constexpr Value kAbsent{};
  out += '{';
  bool first = true;
  for (int slot : table.shape->seen()) {
    const Value* column = table.column(slot);
    const Value& value = column == nullptr ? kAbsent : column[row];
    if (value.kind == Kind::kMissing && !table.shape->is_named(slot)) continue;
    if (!first) out += ',';
    first = false;
    codec::append_json_string(out, table.shape->name(slot));
    out += ':';
    append_json(value, out);
  }
  out += '}';
}

}  // namespace stream
