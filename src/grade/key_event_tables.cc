#include "grade/key_event_tables.h"

namespace grade {

namespace {

using Field = Shape<Event>::Field;

Field whole(std::string name, Form form, std::int64_t Event::*member) {
  return {.column = {.name = std::move(name), .form = form},
          .cell = [member](const Event& e) { return Cell::of(e.*member); }};
}
Field instant(std::string name, std::int64_t Event::*member_ms) {
  return {.column = {.name = std::move(name), .form = Form::kInstant},
          .cell = [member_ms](const Event& e) { return Cell::of(e.*member_ms * 1000); }};
}
Field text(std::string name, std::string_view Event::*member) {
  return {.column = {.name = std::move(name), .form = Form::kText},
          .cell = [member](const Event& e) { return Cell::of(e.*member); }};
}
Field partition() {
  return {.column = {.name = "partition", .form = Form::kInt},
          .cell = [](const Event& e) { return Cell::of(std::int64_t{e.partition}); }};
}
Field latency() {
  return {.column = {.name = "latency", .form = Form::kReal, .summed = true},
          .cell = [](const Event& e) {
            return Cell::of(static_cast<double>(e.latency_hundredths) / 100);
          }};
}
Field is_outlier() {
  return {.column = {.name = "is_outlier", .form = Form::kFlag},
          .cell = [](const Event& e) { return Cell::flag(e.latency_hundredths >= 50'000); }};
}
Field optional(Field field) {
  field.required = false;
  return field;
}

std::vector<Field> event_fields(world::Stream stream, bool raw) {
  std::vector<Field> fields{whole("event_id", Form::kInt, &Event::event_id)};
  if (raw) fields.push_back(instant("arrival", &Event::arrival_ms));
  fields.push_back(instant("event_time", &Event::event_time_ms));
  fields.push_back(whole("user_id", Form::kInt, &Event::user_id));
  fields.back().column.summed = true;
  if (stream == world::Stream::kStars) {
    fields.push_back(whole("stars", Form::kInt, &Event::stars));
    fields.back().column.summed = true;
  } else {
    fields.push_back(text("http_method", &Event::http_method));
    fields.push_back(text("uri", &Event::uri));
    if (raw) fields.push_back(text("client_ip", &Event::client_ip));  // silver repairs it
    fields.push_back(text("user_agent", &Event::user_agent));
    fields.push_back(latency());
    if (!raw) fields.push_back(optional(is_outlier()));
  }
  if (raw) {
    fields.push_back(optional(partition()));
    fields.push_back(optional(whole("offset", Form::kInt, &Event::offset)));
  }
  return fields;
}

EventTable partition_table(std::string layer, const std::string& hub, int partition,
                           std::int64_t cut_ms, std::vector<Field> fields) {
  Shape<Event> shape(std::move(layer), fmt::format("{} partition {}", hub, partition), 1,
                     std::move(fields));
  shape.table().unit = "events";
  return {.shape = std::move(shape), .cut_ms = cut_ms, .belongs = [partition](const Event& e) {
            return e.partition == partition;
          }};
}

}  // namespace

EventTable hub_table(const std::string& hub, int partition, std::int64_t cut_ms) {
  return partition_table(
      "hub", hub, partition, cut_ms,
      {whole("offset", Form::kInt, &Event::offset), instant("arrival", &Event::arrival_ms),
       whole("key", Form::kInt, &Event::user_id), text("value", &Event::value)});
}

EventTable capture_table(const std::string& hub, int partition, std::int64_t cut_ms) {
  return partition_table(
      "capture", hub, partition, cut_ms,
      {whole("sequence_number", Form::kInt, &Event::offset),
       instant("enqueued_time", &Event::arrival_ms), text("body", &Event::value)});
}

EventTable stream_table(const world::World& world, world::Stream stream, Rows rows,
                        std::string layer, std::string name, std::int64_t cut_ms) {
  bool raw = rows != Rows::kFirst;
  Shape<Event> shape(std::move(layer), std::move(name), raw ? 2 : 1, event_fields(stream, raw));
  return {.shape = std::move(shape), .cut_ms = cut_ms, .belongs = [&world, rows](const Event& e) {
            if (e.malformed || e.dropped) return false;
            if (rows == Rows::kVip) return world.is_vip(e.user_id);
            return rows == Rows::kRaw || !e.copy;
          }};
}

EventTable dead_letter_table(const std::string& hub, std::int64_t cut_ms) {
  Field input{.column = {.name = "input", .form = Form::kText},
              .cell = [hub](const Event&) { return Cell::of(std::string_view(hub)); }};
  Shape<Event> shape("raw", hub + " dead letters", 3,
                     {std::move(input), partition(), whole("offset", Form::kInt, &Event::offset),
                      instant("arrival", &Event::arrival_ms), text("body", &Event::value)});
  shape.table().unit = "events";
  return {.shape = std::move(shape), .cut_ms = cut_ms, .belongs = [](const Event& e) {
            return e.malformed;
          }};
}

EventTable alert_table(std::string name, int latency_ms, std::int64_t cut_ms) {
  Shape<Event> shape("stream", std::move(name), 1,
                     {whole("event_id", Form::kInt, &Event::event_id)});
  shape.table().unit = "alerts";
  return {.shape = std::move(shape), .cut_ms = cut_ms, .belongs = [latency_ms](const Event& e) {
            return !e.malformed && !e.dropped && e.latency_hundredths > latency_ms * 100;
          }};
}

RowSource rows_of(const TrafficKey& traffic, const EventTable& table, std::stop_token stop) {
  return [&traffic, &table, stop](const RowSink& sink) {
    std::vector<Cell> cells;
    return traffic.read_all(
        [&](std::span<const Event> events) {
          for (const Event& event : events) {
            if (table.has(event)) sink(table.shape.row(event, cells));
          }
        },
        stop);
  };
}

}  // namespace grade
