// Figures as people read them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

/// "0.75 s", "42.5 s", "12 min 31 s", "3 h 5 min", "2 d 4 h"; "0.4 ms" below a millisecond's ten.
std::string duration_text(double seconds);
/// "512 B", "4.1 kB", "356 MB", "1.2 GB": powers of a thousand, at most three digits.
std::string bytes_text(double bytes);
/// Thousands apart by a space from five digits on, so that a year stays whole: "2026", "78 281",
/// "-1 234 567.891". What is no plain number stays as it is.
std::string grouped_text(std::string_view number);

/// An instant of the wall's clock ("2026-11-30T14:04:46.643Z") in the reader's zone, whose name is
/// said: "2026-11-30 15:04:46 CET". What is no instant stays as it is.
std::string wall_text(const std::string& instant);
/// An instant of the playground's clock, in UTC, without its thousandths: "2026-06-01 00:30:00".
std::string playground_text(const std::string& instant);

}  // namespace cli
