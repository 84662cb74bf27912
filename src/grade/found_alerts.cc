#include "grade/found_alerts.h"

#include <algorithm>

namespace grade {

namespace {

constexpr std::int64_t kViewSlots = 32;  // event_id = session * 32 + view

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

/// -1 when the alert doesn't say.
std::int64_t event_id_of(const json& fields) {
  auto id = fields.find("event_id");
  return id != fields.end() && id->is_number_integer() ? id->get<std::int64_t>() : -1;
}

}  // namespace

std::int64_t alerts_at(std::int64_t cut_ms, std::span<const std::int64_t> arrivals_ms,
                       std::int64_t found) {
  auto all = static_cast<std::int64_t>(arrivals_ms.size());
  auto due = std::ranges::count_if(arrivals_ms, [&](std::int64_t ms) { return ms < cut_ms; });
  if (found <= due) return found;
  return found <= all ? due : due + found - all;
}

RowSource alert_rows(const world::World& world, const AlertInputs& alerts, std::int64_t cut_ms) {
  return [&world, &alerts, cut_ms](const RowSink& sink) -> base::Status {
    std::vector<std::int64_t> ids;
    for (const json& fields : TRY(alerts.fields())) ids.push_back(event_id_of(fields));
    std::ranges::sort(ids);
    // An alert of after the cut comes from a session that began before the newest event there can
    // be; a day is far more than any grade takes.
    constexpr std::int64_t kDayMs = 86'400'000;
    std::int64_t sessions = world.sessions_before(cut_ms + kDayMs);
    for (std::size_t i = 0; i < ids.size();) {
      std::size_t begin = i;
      while (i < ids.size() && ids[i] == ids[begin]) ++i;
      auto arrivals = arrivals_of(world, ids[begin], sessions);
      std::int64_t count = alerts_at(cut_ms, arrivals, static_cast<std::int64_t>(i - begin));
      Cell cells[] = {Cell::of(ids[begin])};
      for (std::int64_t n = 0; n < count; ++n) sink(cells);
    }
    return {};
  };
}

}  // namespace grade
