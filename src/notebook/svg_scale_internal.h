// What a chart's cells are as numbers, and how an axis writes numbers. Inside the room only.
#pragma once

#include <optional>
#include <string>

#include "notebook/document.h"

namespace notebook {

inline constexpr int kTicks = 5;  ///< of an axis, about

/// A cell as a label: "–" for null.
std::string text_of(const json& value);
/// Numbers, booleans, and texts that are numbers, as DECIMALs are.
std::optional<double> number_of(const json& value);
/// Seconds since 1970 of "2026-06-01" and "2026-06-01T10:00:00…".
std::optional<double> instant_of(const std::string& text);

/// "12.5 k".
std::string short_number(double value);
/// The time of day when the axis' `range`, in seconds, is short; else the date.
std::string short_instant(double seconds, double range);

/// A round step that makes about kTicks of a range.
double nice_step(double range);

/// Of an axis.
struct Range {
  double low = 0, high = 0;
  bool empty = true;
  void add(double value);
  /// So that it has a width and ends at round numbers.
  void round();
  /// 0 … 1.
  double part(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

}  // namespace notebook
