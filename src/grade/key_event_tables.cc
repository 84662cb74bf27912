#include "grade/key_event_tables.h"

#include <memory>

namespace grade {

namespace {

using EventField = Shape<Event>::Field;

template <std::int64_t Event::*kMember>
EventField whole(std::string name) {
  return {.column = {.name = std::move(name), .form = Form::kInt},
          .cell = [](const Event& e) { return Cell::of(e.*kMember); }};
}
template <std::int64_t Event::*kMillis>
EventField instant(std::string name) {
  return {.column = {.name = std::move(name), .form = Form::kInstant},
          .cell = [](const Event& e) { return Cell::of(e.*kMillis * 1000); }};
}
template <HashedText Event::*kMember>
EventField text(std::string name) {
  return {.column = {.name = std::move(name), .form = Form::kText},
          .cell = [](const Event& e) { return (e.*kMember).cell(); }};
}
EventField partition() {
  return {.column = {.name = "partition", .form = Form::kInt},
          .cell = [](const Event& e) { return Cell::of(std::int64_t{e.partition}); }};
}
EventField latency() {
  return {.column = {.name = "latency", .form = Form::kReal, .summed = true},
          .cell = [](const Event& e) {
            return Cell::of(static_cast<double>(e.latency_hundredths) / 100);
          }};
}
EventField is_outlier() {
  return {.column = {.name = "is_outlier", .form = Form::kFlag},
          .cell = [](const Event& e) { return Cell::flag(e.latency_hundredths >= 50'000); }};
}
/// A missing address is null.
EventField known_ip() {
  return {.column = {.name = "client_ip", .form = Form::kText}, .cell = [](const Event& e) {
            return e.client_ip.text.empty() ? Cell() : e.client_ip.cell();
          }};
}
EventField optional(EventField field) {
  field.required = false;
  return field;
}

std::vector<EventField> event_fields(world::Stream stream, bool raw) {
  std::vector<EventField> fields{whole<&Event::event_id>("event_id")};
  if (raw) fields.push_back(instant<&Event::arrival_ms>("arrival"));
  fields.push_back(instant<&Event::event_time_ms>("event_time"));
  fields.push_back(whole<&Event::user_id>("user_id"));
  fields.back().column.summed = true;
  if (stream == world::Stream::kStars) {
    fields.push_back(whole<&Event::stars>("stars"));
    fields.back().column.summed = true;
  } else {
    fields.push_back(text<&Event::http_method>("http_method"));
    fields.push_back(text<&Event::uri>("uri"));
    fields.push_back(raw ? text<&Event::client_ip>("client_ip") : optional(known_ip()));
    fields.push_back(text<&Event::user_agent>("user_agent"));
    fields.push_back(latency());
    if (!raw) fields.push_back(optional(is_outlier()));
  }
  if (raw) {
    fields.push_back(optional(partition()));
    fields.push_back(optional(whole<&Event::offset>("offset")));
  }
  return fields;
}

/// Asked for every event: looked up where there aren't more users than that is worth.
std::function<bool(std::int64_t)> vips_of(const world::World& world) {
  constexpr std::int64_t kUsersMax = 1'000'000;
  std::int64_t users = world.settings().users;
  if (users > kUsersMax) return [&world](std::int64_t user_id) { return world.is_vip(user_id); };
  auto vips = std::make_shared<std::vector<bool>>();
  for (std::int64_t id = 0; id < users; ++id) vips->push_back(world.is_vip(id));
  return [vips](std::int64_t user_id) { return (*vips)[static_cast<std::size_t>(user_id)]; };
}

EventTable partition_table(std::string layer, const std::string& hub, int partition,
                           std::int64_t cut_ms, std::vector<EventField> fields) {
  Shape<Event> shape(std::move(layer), fmt::format("{} partition {}", hub, partition), 1,
                     std::move(fields));
  shape.table().unit = "events";
  return {.shape = std::move(shape), .cut_ms = cut_ms, .belongs = [partition](const Event& e) {
            return e.partition == partition;
          }};
}

}  // namespace

EventTable hub_table(const std::string& hub, int partition, std::int64_t cut_ms) {
  return partition_table("hub", hub, partition, cut_ms,
                         {whole<&Event::offset>("offset"), instant<&Event::arrival_ms>("arrival"),
                          whole<&Event::user_id>("key"), text<&Event::value>("value")});
}

EventTable capture_table(const std::string& hub, int partition, std::int64_t cut_ms) {
  return partition_table(
      "capture", hub, partition, cut_ms,
      {whole<&Event::offset>("sequence_number"), instant<&Event::arrival_ms>("enqueued_time"),
       text<&Event::value>("body")});
}

EventTable stream_table(const world::World& world, world::Stream stream, Rows rows,
                        std::int64_t cut_ms) {
  bool raw = rows != Rows::kFirst;
  EventTable table{.shape = Shape<Event>("", "", raw ? 2 : 1, event_fields(stream, raw)),
                   .cut_ms = cut_ms,
                   .belongs = {},
                   .rows = rows};
  if (rows == Rows::kVip) {
    table.belongs = [vips = vips_of(world)](const Event& e) {
      return !e.malformed && !e.dropped && vips(e.user_id);
    };
  } else {
    table.belongs = [all = rows == Rows::kRaw](const Event& e) {
      return !e.malformed && !e.dropped && (all || !e.copy);
    };
  }
  return table;
}

EventTable dead_letter_table(const std::string& hub, std::int64_t cut_ms) {
  Shape<Event> shape("raw", hub + " dead letters", 2,
                     {partition(), whole<&Event::offset>("offset"),
                      instant<&Event::arrival_ms>("arrival"), text<&Event::value>("body")});
  shape.table().unit = "events";
  return {.shape = std::move(shape), .cut_ms = cut_ms, .belongs = [](const Event& e) {
            return e.malformed;
          }};
}

RowSource rows_of(const TrafficKey& traffic, const EventTable& table, std::stop_token stop) {
  return [&traffic, &table, stop](const RowSink& sink) {
    std::vector<Cell> cells;
    return traffic.read_all(
        [&](const EventChunk& chunk) {
          for (const Event& event : chunk.events) {
            if (table.has(event)) sink(table.shape.row(event, cells));
          }
        },
        stop);
  };
}

}  // namespace grade
