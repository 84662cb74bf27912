#include <algorithm>
#include <charconv>

#include "codec/text.h"
#include "load/batch_text_internal.h"
#include "load/maker_internal.h"

namespace load {

using model::Batch;
using model::Type;
using world::Deliveries;
using world::Delivery;
using world::Table;
using world::World;

namespace {

/// Traffic: rows a chunk should have, and the longest stretch where there are few.
constexpr double kEvents = 4'000, kEventsOfGroup = 25'000;
constexpr std::int64_t kStretchMaxMs = 3'600'000;
/// Columns behind the event's own: when it arrived, and what came in its place.
constexpr std::size_t kExtraColumns = 2;

std::int64_t chunk_positions(Table table, Form form) {
  bool batch = form == Form::kBatch || form == Form::kPlainBatch, group = form == Form::kRowGroup;
  switch (table) {
    case Table::kVipUsers:
      return group ? 262'144 : 65'536;
    case Table::kTowns:
      return 65'536;  // all
    case Table::kOrders:
      return group ? 100'000 : batch ? 50'000 : 16'384;
    case Table::kItems:
      return group ? 20'000 : batch ? 10'000 : 4'096;
    default:
      return group ? 20'000 : 512;
  }
}

/// Calls visit(share, row) for every row, in delivery order.
template <typename Visit>
void in_delivery_order(std::span<Deliveries> shares, Visit visit) {
  if (shares.size() == 1) {
    for (const Delivery& row : shares[0].rows) visit(shares[0], row);
    return;
  }
  std::vector<std::size_t> next(shares.size());
  auto key = [](const Delivery& d) { return std::tuple(d.arrival_ms, d.event_id, d.copy); };
  for (;;) {
    const Delivery* first = nullptr;
    std::size_t from = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      if (next[i] == shares[i].rows.size()) continue;
      const Delivery& row = shares[i].rows[next[i]];
      if (first == nullptr || key(row) < key(*first)) {
        first = &row;
        from = i;
      }
    }
    if (first == nullptr) return;
    ++next[from];
    visit(shares[from], *first);
  }
}

/// The rows' values, a line each.
void append_lines(std::span<Deliveries> shares, std::string& out) {
  const std::size_t old = out.size();
  std::size_t most = old;  // a value is in at most two rows
  for (const Deliveries& share : shares) most += 2 * share.bytes.size() + share.rows.size();
  out.resize_and_overwrite(most, [&](char* data, std::size_t) {
    char* p = data + old;
    in_delivery_order(shares, [&](const Deliveries& share, const Delivery& row) {
      p = codec::put_text(p, share.value(row));
      *p++ = '\n';
    });
    return p - data;
  });
}

void add_towns(const World& world, std::int64_t begin, std::int64_t end, Batch& out) {
  auto degrees = [](std::string_view text) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  for (std::int64_t i = begin; i < end; ++i) {
    const world::Town& town = world.towns()[static_cast<std::size_t>(i)];
    out.columns[0].add_text(town.city);
    out.columns[1].add_text(town.administrative_unit);
    out.columns[2].add_text(town.kraj_code);
    out.columns[3].add_double(degrees(town.latitude));
    out.columns[4].add_double(degrees(town.longitude));
  }
}

/// Lines of the lake's file, whose degrees have four places.
void append_towns_csv(const World& world, std::int64_t begin, std::int64_t end, std::string& out) {
  std::string file;
  world.towns_csv(file);
  std::string_view rows(file);
  auto skip = [&](std::int64_t lines) {
    std::size_t at = 0;
    for (; lines > 0; --lines) at = rows.find('\n', at) + 1;
    return at;
  };
  rows.remove_prefix(skip(1 + begin));
  out += rows.substr(0, skip(end - begin));
}

/// Calls visit(line) for each line, without its end.
template <typename Visit>
void for_each_line(std::string_view text, Visit visit) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    visit(text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

std::int64_t chunk_end(const World& world, Table table, Form form, std::int64_t begin,
                       std::int64_t end) {
  if (!is_traffic(table)) return std::min(end, begin + chunk_positions(table, form));
  double rows = world.expected_rows(stream_of(table), begin, begin + 60'000);
  double wanted = form == Form::kRowGroup ? kEventsOfGroup : kEvents;
  double step_ms = std::min(60'000 * wanted / std::max(rows, 1.0), double{kStretchMaxMs});
  return std::min(end, begin + std::max<std::int64_t>(static_cast<std::int64_t>(step_ms), 1));
}

Maker::Maker(const World& world, Table table, Form form, std::int64_t begin, int share, int shares)
    : world_(world),
      table_(table),
      form_(form),
      batch_(table_schema(table, form == Form::kPlainBatch ? form : Form::kBatch)) {
  std::size_t fields = batch_.schema.fields.size();
  if (is_traffic(table)) {
    cursor_ = world.cursor(stream_of(table), begin, share, shares);
    fields -= kExtraColumns;
  }
  rows_.emplace(batch_.schema, fields);
}

void Maker::make(std::int64_t begin, std::int64_t end, Chunk& chunk) {
  switch (form_) {
    case Form::kJsonLines:
      make_json(begin, end, chunk.text);
      chunk.rows = table_ == Table::kVipUsers || table_ == Table::kItems
                       ? std::ranges::count(chunk.text, '\n')
                       : end - begin;
      return;
    case Form::kCsv:
      if (table_ == Table::kTowns) {
        append_towns_csv(world_, begin, end, chunk.text);
        chunk.rows = end - begin;
        return;
      }
      batch_.clear();
      make_batch(begin, end, batch_);
      append_csv_rows(chunk.text, batch_);
      chunk.rows = static_cast<std::int64_t>(batch_.rows);
      return;
    case Form::kExcelCsv:
      batch_.clear();
      make_batch(begin, end, batch_);
      append_excel_rows(chunk.text, batch_);
      chunk.rows = static_cast<std::int64_t>(batch_.rows);
      return;
    case Form::kRowGroup:
    case Form::kBatch:
    case Form::kPlainBatch:
      take_batch(chunk);
      make_batch(begin, end, chunk.batch);
      chunk.rows = static_cast<std::int64_t>(chunk.batch.rows);
      return;
    case Form::kRecords:
      text_.clear();
      make_json(begin, end, text_);
      return make_records(begin, chunk);
  }
}

void Maker::make_json(std::int64_t begin, std::int64_t end, std::string& out) {
  switch (table_) {
    case Table::kUsers:
      return world_.users_jsonl(begin, end, out);
    case Table::kVipUsers:
      return world_.vipusers_jsonl(begin, end, out);
    case Table::kProducts:
      for (std::int64_t id = begin; id < end; ++id) world_.product_json(id, out);
      return;
    default:
      batch_.clear();
      make_batch(begin, end, batch_);
      append_json_lines(out, batch_);
  }
}

void Maker::make_batch(std::int64_t begin, std::int64_t end, Batch& out) {
  switch (table_) {
    case Table::kOrders:
      return world_.orders(begin, end, out);
    case Table::kItems:
      return world_.items(begin, end, out);
    case Table::kTowns:
      add_towns(world_, begin, end, out);
      out.rows += static_cast<std::size_t>(end - begin);
      return;
    default:
      text_.clear();
      make_json(begin, end, text_);
      for_each_line(text_, [&](std::string_view line) {
        rows_->add(line, out);
        ++out.rows;
      });
  }
}

/// One record a line of text_.
void Maker::make_records(std::int64_t begin, Chunk& chunk) {
  std::int64_t number = begin;
  for_each_line(text_, [&](std::string_view line) {
    Delivery row{.arrival_ms = world_.epoch_ms(), .event_id = number, .user_id = number};
    ++number;
    std::size_t colon = line.find(':') + 1;
    std::from_chars(line.data() + colon, line.data() + line.size(), row.user_id);
    auto at = static_cast<std::size_t>(line.data() - text_.data());
    row.value_begin = static_cast<std::uint32_t>(at);
    row.value_end = static_cast<std::uint32_t>(at + line.size());
    chunk.records.rows.push_back(row);
  });
  chunk.records.bytes.swap(text_);
  chunk.rows = std::ssize(chunk.records.rows);
}

/// Gives the chunk an empty batch, with memory where there is some.
void Maker::take_batch(Chunk& chunk) {
  if (chunk.batch.columns.empty()) std::swap(chunk.batch, spare_);
  if (chunk.batch.columns.empty()) chunk.batch = Batch(batch_.schema);
}

void Maker::encode(Chunk& chunk) {
  if (form_ != Form::kRowGroup || chunk.rows == 0) return;
  auto group = lake::encode_row_group(chunk.batch);
  CHECK(group.has_value(), "{}", group.error().message);  // the world is UTF-8
  chunk.group = std::move(*group);
  chunk.batch.clear();
  spare_ = std::exchange(chunk.batch, {});
}

void Maker::make_share(std::int64_t end, Deliveries& out) { cursor_->next(end, out); }

void Maker::merge(std::span<Deliveries> shares, Chunk& chunk) {
  for (const Deliveries& share : shares) chunk.rows += std::ssize(share.rows);
  switch (form_) {
    case Form::kJsonLines:
      return append_lines(shares, chunk.text);
    case Form::kCsv:
    case Form::kExcelCsv:
      batch_.clear();
      in_delivery_order(shares, [&](const Deliveries& share, const Delivery& row) {
        add_event(share, row, batch_);
      });
      return form_ == Form::kCsv ? append_csv_rows(chunk.text, batch_)
                                 : append_excel_rows(chunk.text, batch_);
    case Form::kRowGroup:
    case Form::kBatch:
    case Form::kPlainBatch:
      take_batch(chunk);
      return in_delivery_order(shares, [&](const Deliveries& share, const Delivery& row) {
        add_event(share, row, chunk.batch);
      });
    case Form::kRecords:
      if (shares.size() == 1) return std::swap(shares[0], chunk.records);
      return in_delivery_order(shares, [&](const Deliveries& share, Delivery row) {
        std::string_view value = share.value(row);
        row.value_begin = static_cast<std::uint32_t>(chunk.records.bytes.size());
        row.value_end = static_cast<std::uint32_t>(row.value_begin + value.size());
        chunk.records.bytes += value;
        chunk.records.rows.push_back(row);
      });
  }
}

void Maker::add_event(const Deliveries& share, const Delivery& row, Batch& out) {
  std::size_t events = out.columns.size() - kExtraColumns;
  if (row.malformed) {
    for (std::size_t i = 0; i < events; ++i) {
      if (out.schema.fields[i].name == "user_id") {
        out.columns[i].add_int(row.user_id);  // the key is sound
      } else {
        out.columns[i].add_null();
      }
    }
    out.columns[events + 1].add_text(share.value(row));
  } else {
    rows_->add(share.value(row), out);
    out.columns[events + 1].add_null();
  }
  out.columns[events].add_int(1000 * row.arrival_ms);
  ++out.rows;
}

}  // namespace load
