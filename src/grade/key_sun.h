// Whether the sun is down: NOAA's solar equations, as docs/formats/tables.md writes them. Part of
// the expected side.
#pragma once

#include <cstdint>

namespace grade {

/// A place on earth. Immutable.
struct Place {
  Place() = default;
  Place(double latitude_degrees, double longitude_degrees);  ///< north and east positive
  double sin_latitude = 0, cos_latitude = 1, longitude = 0;
};

/// The height of the sun's centre above the horizon, without refraction, in degrees.
double sun_height(const Place& place, std::int64_t utc_ms);

/// Below −0.833°: refraction and the sun's radius are in that.
bool is_after_dark(const Place& place, std::int64_t utc_ms);

/// The same for a place at times close to each other: computed only where the sun may have crossed
/// the horizon since the last computation. Thread-compatible.
class Dusk {
 public:
  explicit Dusk(const Place& place) : place_(place) {}
  bool is_after_dark(std::int64_t utc_ms);

 private:
  Place place_;
  std::int64_t computed_ms_ = 0;
  double degrees_away_ = 0;  ///< from the limit, at computed_ms_
  bool dark_ = false;
};

}  // namespace grade
