#include <array>

#include "base/result.h"
#include "streamsql/binder.h"
#include "streamsql/lexer.h"
#include "streamsql/time_unit.h"

namespace streamsql {
namespace {

constexpr Ticks kSizeMax = 7 * 24 * 3600 * kTicksPerSecond;

constexpr Ticks kWindowsPerEventMax = 10'000;

struct WindowName {
  std::string_view name;
  WindowKind kind;
};
constexpr std::array<WindowName, 8> kNames = {{{"TumblingWindow", WindowKind::kTumbling},
                                               {"Tumbling", WindowKind::kTumbling},
                                               {"HoppingWindow", WindowKind::kHopping},
                                               {"Hopping", WindowKind::kHopping},
                                               {"SlidingWindow", WindowKind::kSliding},
                                               {"Sliding", WindowKind::kSliding},
                                               {"SessionWindow", WindowKind::kSession},
                                               {"Session", WindowKind::kSession}}};

/// What a window may be measured in: a day, or what is in one.
bool measures_windows(DatePart unit) { return unit == DatePart::kDay || unit >= DatePart::kHour; }

/// `n` units; sizes must be above zero, offsets need not.
Parsed<Ticks> bind_span(Ticks unit, const Expr& n, bool offset) {
  if (n.kind != ExprKind::kInteger) return located(n.at, "expected a whole number");
  if (!offset && n.integer <= 0) return located(n.at, "the duration must be above zero");
  if (n.integer > kSizeMax / unit || n.integer < -(kSizeMax / unit))
    return located(n.at, "a duration is at most 7 days");
  return n.integer * unit;
}

/// Duration(unit, n), Hop(unit, n), Offset(unit, n); nullopt when `expr` isn't a call of `name`.
Parsed<std::optional<Ticks>> bind_part(const Expr& expr, std::string_view name) {
  if (expr.kind != ExprKind::kCall || !same_name(expr.text, name)) return std::nullopt;
  if (expr.args.size() != 2)
    return located(expr.at, fmt::format("{} takes a unit and a number, as in {}(minute, 5)",
                                        expr.text, expr.text));
  Ticks unit = TRY(bind_unit(*expr.args[0]));
  return TRY(bind_span(unit, *expr.args[1], same_name(name, "Offset")));
}

std::unexpected<Located> shape_error(const Expr& item, WindowKind kind) {
  switch (kind) {
    case WindowKind::kTumbling:
      return located(item.at, "a tumbling window is TumblingWindow(minute, 5)");
    case WindowKind::kSliding:
      return located(item.at, "a sliding window is SlidingWindow(minute, 5)");
    case WindowKind::kSession:
      return located(item.at,
                     "a session window is SessionWindow(minute, 5, 60): unit, timeout, longest "
                     "duration");
    default:
      return located(item.at, "a hopping window is HoppingWindow(minute, 10, 5): unit, size, hop");
  }
}

/// The two spans of a window: (unit, n, m), or First(unit, n), Second(unit, m).
struct Spans {
  Ticks first = 0, second = 0;
  std::size_t used = 0;  ///< arguments
};

Parsed<Spans> bind_spans(const Expr& item, WindowKind kind, const char* first, const char* second) {
  Spans spans;
  if (item.args.empty()) return shape_error(item, kind);
  if (auto span = TRY(bind_part(*item.args[0], first))) {
    spans.first = *span;
    spans.used = 1;
    if (second == nullptr) return spans;
    auto other = item.args.size() > 1 ? TRY(bind_part(*item.args[1], second)) : std::nullopt;
    if (!other) return shape_error(item, kind);
    spans.second = *other;
    spans.used = 2;
    return spans;
  }
  spans.used = second == nullptr ? 2 : 3;
  if (item.args.size() < spans.used) return shape_error(item, kind);
  Ticks unit = TRY(bind_unit(*item.args[0]));
  spans.first = TRY(bind_span(unit, *item.args[1], false));
  if (second != nullptr) spans.second = TRY(bind_span(unit, *item.args[2], false));
  return spans;
}

}  // namespace

Parsed<Ticks> bind_unit(const Expr& expr) {
  auto part = expr.kind == ExprKind::kColumn && expr.path.size() == 1 ? find_date_part(expr.path[0])
                                                                      : std::nullopt;
  if (!part || !measures_windows(*part))
    return located(expr.at,
                   "expected a unit: day, hour, minute, second, millisecond or microsecond");
  return ticks_in(*part);
}

Parsed<Ticks> bind_duration(const Expr& unit, const Expr& n) {
  return bind_span(TRY(bind_unit(unit)), n, false);
}

bool find_window_name(std::string_view name) {
  for (const WindowName& known : kNames)
    if (same_name(known.name, name)) return true;
  return false;
}

Parsed<std::optional<Window>> bind_window(const Expr& item) {
  const WindowName* known = nullptr;
  for (const WindowName& name : kNames)
    if (item.kind == ExprKind::kCall && same_name(name.name, item.text)) known = &name;
  if (known == nullptr) return std::nullopt;

  Window window;
  window.kind = known->kind;
  bool session = window.kind == WindowKind::kSession;
  bool hopping = window.kind == WindowKind::kHopping;
  Spans spans = TRY(bind_spans(item, window.kind, session ? "Timeout" : "Duration",
                               session   ? "MaxDuration"
                               : hopping ? "Hop"
                                         : nullptr));
  window.size = session ? spans.second : spans.first;
  window.timeout = session ? spans.first : 0;
  window.hop = hopping ? spans.second : window.size;
  if (window.size / window.hop > kWindowsPerEventMax)
    return located(item.at, fmt::format("an event would be in more than {} windows; make the hop "
                                        "longer",
                                        kWindowsPerEventMax));
  if (spans.used < item.args.size()) {
    auto offset = TRY(bind_part(*item.args[spans.used], "Offset"));
    bool aligned = hopping || window.kind == WindowKind::kTumbling;
    if (!offset || !aligned || spans.used + 1 != item.args.size())
      return shape_error(item, window.kind);
    window.offset = *offset;
  }
  if (item.over && !session)
    return located(item.at, fmt::format("{} takes no OVER; put the key into GROUP BY", item.text));
  return window;
}

}  // namespace streamsql
