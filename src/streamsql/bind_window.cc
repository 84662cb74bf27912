#include <array>

#include "base/result.h"
#include "streamsql/binder.h"
#include "streamsql/lexer.h"

namespace streamsql {
namespace {

constexpr Ticks kSizeMax = 7 * 24 * 3600 * kTicksPerSecond;

constexpr Ticks kWindowsPerEventMax = 10'000;

struct WindowName {
  std::string_view name;
  WindowKind kind;
};
constexpr std::array<WindowName, 4> kNames = {{{"TumblingWindow", WindowKind::kTumbling},
                                               {"Tumbling", WindowKind::kTumbling},
                                               {"HoppingWindow", WindowKind::kHopping},
                                               {"Hopping", WindowKind::kHopping}}};

std::optional<Ticks> unit_ticks(DatePart part) {
  switch (part) {
    case DatePart::kDay:
      return 24 * 3600 * kTicksPerSecond;
    case DatePart::kHour:
      return 3600 * kTicksPerSecond;
    case DatePart::kMinute:
      return 60 * kTicksPerSecond;
    case DatePart::kSecond:
      return kTicksPerSecond;
    case DatePart::kMillisecond:
      return kTicksPerSecond / 1000;
    case DatePart::kMicrosecond:
      return kTicksPerSecond / 1'000'000;
    default:
      return std::nullopt;
  }
}

Parsed<Ticks> bind_unit(const Expr& expr) {
  auto part = expr.kind == ExprKind::kColumn && expr.path.size() == 1 ? find_date_part(expr.path[0])
                                                                      : std::nullopt;
  auto ticks = part ? unit_ticks(*part) : std::nullopt;
  if (!ticks)
    return located(expr.at,
                   "expected a unit: day, hour, minute, second, millisecond or microsecond");
  return *ticks;
}

/// `n` units; sizes must be above zero, offsets need not.
Parsed<Ticks> bind_span(Ticks unit, const Expr& n, bool offset) {
  if (n.kind != ExprKind::kInteger) return located(n.at, "expected a whole number");
  if (!offset && n.integer <= 0) return located(n.at, "the size of a window must be above zero");
  if (n.integer > kSizeMax / unit || n.integer < -(kSizeMax / unit))
    return located(n.at, "a window is at most 7 days");
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
  return located(item.at,
                 kind == WindowKind::kTumbling
                     ? "a tumbling window is TumblingWindow(minute, 5)"
                     : "a hopping window is HoppingWindow(minute, 10, 5): unit, size, hop");
}

}  // namespace

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
  bool hopping = known->kind == WindowKind::kHopping;
  std::size_t i = 0;
  auto arg = [&]() -> const Expr* { return i < item.args.size() ? item.args[i].get() : nullptr; };
  if (arg() == nullptr) return shape_error(item, known->kind);
  if (auto size = TRY(bind_part(*arg(), "Duration"))) {
    window.size = *size;
    i++;
    if (hopping) {
      auto hop = arg() ? TRY(bind_part(*arg(), "Hop")) : std::nullopt;
      if (!hop) return shape_error(item, known->kind);
      window.hop = *hop;
      i++;
    }
  } else {
    if (item.args.size() < (hopping ? 3u : 2u)) return shape_error(item, known->kind);
    Ticks unit = TRY(bind_unit(*item.args[0]));
    window.size = TRY(bind_span(unit, *item.args[1], false));
    if (hopping) window.hop = TRY(bind_span(unit, *item.args[2], false));
    i = hopping ? 3 : 2;
  }
  if (!hopping) window.hop = window.size;
  if (window.size / window.hop > kWindowsPerEventMax)
    return located(item.at, fmt::format("an event would be in more than {} windows; make the hop "
                                        "longer",
                                        kWindowsPerEventMax));
  if (arg() != nullptr) {
    auto offset = TRY(bind_part(*arg(), "Offset"));
    if (!offset || i + 1 != item.args.size()) return shape_error(item, known->kind);
    window.offset = *offset;
  }
  return window;
}

}  // namespace streamsql
