// Values as text, with nothing lost: what JSON's numbers can't hold. DuckDB casts each text back to
// the value.
#pragma once

#include <cstdint>
#include <string>

namespace lake {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

std::string integer_text(Int128 value);
std::string integer_text(Uint128 value);
/// "12.30" for 1230 and scale 2.
std::string decimal_text(Int128 unscaled, std::size_t scale);

/// Days since 1970-01-01: "2026-06-01", "12026-06-01", "0044-03-15 (BC)", "infinity", "-infinity".
std::string date_text(std::int32_t days);

/// A time in units of 10^-digits s since 1970-01-01: "2026-06-01T00:00:00.000000" + `zone` for six;
/// of years before 1 "0044-03-15 (BC) 00:00:00.000000" + zone; "infinity", "-infinity".
std::string time_text(std::int64_t units, int digits, const char* zone = "");

}  // namespace lake
