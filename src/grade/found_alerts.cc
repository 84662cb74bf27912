#include "grade/found_alerts.h"

#include <algorithm>
#include <unordered_map>

#include "base/clock.h"

namespace grade {

namespace {

constexpr std::int64_t kViewSlots = 32;        // event_id = session * 32 + view
constexpr std::int64_t kDelayMaxMs = 700'000;  // nothing arrives later than this after its time
constexpr std::int64_t kWorldEndMs =
    4'102'444'800'000;  // 2100: the traffic's curve goes on to there

/// When the page view arrives, once or twice; never for what is no page view of the world.
std::vector<std::int64_t> arrivals_of(const world::World& world, std::int64_t event_id,
                                      std::int64_t sessions) {
  if (event_id < 0 || event_id / kViewSlots >= sessions) return {};
  world::Session session;
  world.session(event_id / kViewSlots, session);
  auto view = static_cast<std::size_t>(event_id % kViewSlots);
  if (view >= session.views.size()) return {};
  const world::PageView& page_view = session.views[view];
  if (page_view.copy_arrival_ms == 0) return {page_view.arrival_ms};
  return {page_view.arrival_ms, page_view.copy_arrival_ms};
}

/// The text of a cell lies in `value`.
Cell cell_of(const json& value, Form form) {
  if (value.is_number_integer()) {
    auto number = value.get<std::int64_t>();
    return form == Form::kReal ? Cell::of(static_cast<double>(number)) : Cell::of(number);
  }
  if (value.is_number_float()) return Cell::of(value.get<double>());
  if (!value.is_string()) return {};
  const auto& text = value.get_ref<const std::string&>();
  if (form != Form::kInstant) return Cell::of(std::string_view(text));
  auto instant = base::parse_instant(text);
  return instant ? Cell::of(base::to_millis(*instant) * 1000) : Cell::of(std::string_view(text));
}

}  // namespace

bool counts_at(std::int64_t cut_ms, std::span<const std::int64_t> arrivals_ms, std::int64_t n) {
  auto due = std::ranges::count_if(arrivals_ms, [&](std::int64_t ms) { return ms < cut_ms; });
  return n < due || n >= static_cast<std::int64_t>(arrivals_ms.size());
}

RowSource alert_rows(const AlertInputs& alerts, Table table) {
  return [&alerts, table = std::move(table)](const RowSink& sink) -> base::Status {
    std::vector<Cell> cells;
    for (const json& fields : TRY(alerts.fields())) {
      cells.clear();
      for (const Column& column : table.columns) {
        auto field = fields.find(column.name);
        cells.push_back(field == fields.end() ? Cell() : cell_of(*field, column.form));
      }
      sink(cells);
    }
    return {};
  };
}

RowSource arrived_rows(const world::World& world, RowSource all, std::int64_t cut_ms) {
  return [&world, all = std::move(all), cut_ms](const RowSink& sink) {
    // How far the job has come since the cut depends on the clock's speed: any session of the world
    // can be among what it has found.
    std::int64_t sessions = world.sessions_before(kWorldEndMs);
    std::unordered_map<std::int64_t, std::int64_t> seen;  // rows by event near the cut
    return all([&](Row row) {
      bool old =
          row[1].kind() == Cell::Kind::kInt && row[1].integer() / 1000 < cut_ms - kDelayMaxMs;
      if (old || row[0].kind() != Cell::Kind::kInt) return sink(row);
      std::int64_t event_id = row[0].integer();
      if (counts_at(cut_ms, arrivals_of(world, event_id, sessions), seen[event_id]++)) sink(row);
    });
  };
}

}  // namespace grade
