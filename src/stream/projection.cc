// The SELECT list of a SelectRunner.
#include "stream/select.h"

namespace stream {

base::Status SelectRunner::project(Evaluation& e, Rows rows, Pass pass) {
  out_.shape = &out_shape_;
  out_.rows = rows.size;
  out_.columns.assign(out_shape_.size(), nullptr);
  take_times(e, rows);
  for (Item& item : items_) {
    if (item.slot < 0 && !item.value)
      put_star(e, rows, item);
    else if (!put(e, rows, item))
      return runtime_error(*e.error());
  }
  if (pass == Pass::kCheck) return next_.checks() ? next_.check(out_) : base::Status{};
  evaluated_ = true;
  return next_.rows(out_);
}

/// Rows keep the time and the origin of their FROM row.
void SelectRunner::take_times(Evaluation& e, Rows rows) {
  const Frame::Source& source = e.frame().sources[0];
  out_.time = source.table->time;
  out_.origin = source.table->origin;
  if (rows.list == nullptr && source.index == nullptr) return;
  auto* time = e.arena().array<Ticks>(rows.size);
  auto* origin = e.arena().array<Origin>(rows.size);
  for (std::size_t i = 0; i < rows.size; i++) {
    std::uint32_t row = source.index == nullptr ? rows[i] : source.index[rows[i]];
    time[i] = source.table->time[row];
    origin[i] = source.table->origin[row];
  }
  out_.time = time;
  out_.origin = origin;
}

void SelectRunner::set_column(int slot, const Value* values) {
  auto i = static_cast<std::size_t>(slot);
  if (out_.columns.size() <= i) out_.columns.resize(i + 1, nullptr);
  out_.columns[i] = values;
}

bool SelectRunner::put(Evaluation& e, Rows rows, const Item& item) {
  const Value* values = item.value->run(e, rows);
  if (values == nullptr) return false;
  if (item.slot >= 0)
    set_column(item.slot, values);
  else
    put_record(values, e, rows);
  return true;
}

bool SelectRunner::is_named(int slot) const {
  for (const Item& item : items_)
    if (item.slot == slot) return true;
  return false;
}

/// A column that an item names hides the star's column of that name.
int SelectRunner::star_slot(Item& item, const Shape& source, int slot) {
  auto i = static_cast<std::size_t>(slot);
  if (item.star_slots.size() <= i) item.star_slots.resize(i + 1, -2);  // -2: not looked up yet
  if (item.star_slots[i] == -2) {
    int out = out_shape_.slot(source.name(slot));
    if (out >= 0 && is_named(out)) out = -1;
    if (out >= 0) out_shape_.mark_seen(out, source.name(slot));
    item.star_slots[i] = out;
  }
  return item.star_slots[i];
}

void SelectRunner::put_star(Evaluation& e, Rows rows, Item& item) {
  const Frame::Source& source = e.frame().sources[static_cast<std::size_t>(item.star_source)];
  const Shape& shape = *context_.shapes[static_cast<std::size_t>(item.star_source)];
  for (int slot : shape.seen()) {
    const Value* column = source.table->column(slot);
    int out = column == nullptr ? -1 : star_slot(item, shape, slot);
    if (out < 0 || out_.column(out) != nullptr) continue;
    if (rows.list == nullptr && source.index == nullptr) {
      set_column(out, column);
      continue;
    }
    Value* values = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      std::uint32_t row = source.index == nullptr ? rows[i] : source.index[rows[i]];
      values[i] = row == kNoRow ? Value{} : column[row];
    }
    set_column(out, values);
  }
}

/// `record.*`: each field becomes a column, where no item has its name.
void SelectRunner::put_record(const Value* records, Evaluation& e, Rows rows) {
  std::vector<std::pair<int, Value*>> made;
  for (std::size_t i = 0; i < rows.size; i++) {
    if (records[i].kind != Kind::kRecord) continue;
    for (std::size_t f = 0; f < records[i].record->size; f++) {
      const RecordField& field = records[i].record->fields[f];
      int slot = out_shape_.slot(field.name);
      if (slot < 0 || is_named(slot)) continue;
      out_shape_.mark_seen(slot, field.name);
      auto it = std::find_if(made.begin(), made.end(), [&](auto& m) { return m.first == slot; });
      if (it == made.end()) {
        Value* values = e.values(rows.size);
        std::fill_n(values, rows.size, Value{});
        it = made.insert(made.end(), {slot, values});
      }
      it->second[i] = field.value;
    }
  }
  for (const auto& [slot, values] : made) set_column(slot, values);
}

}  // namespace stream
