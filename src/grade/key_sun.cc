#include "grade/key_sun.h"

#include <cmath>
#include <numbers>

namespace grade {

namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr double kLimit = -0.833;

struct Sun {
  double sin_declination, cos_declination;
  double equation_minutes;  ///< apparent minus mean solar time
};

Sun sun_at(std::int64_t utc_ms) {
  double days = static_cast<double>(utc_ms) / 86'400'000.0 + 2440587.5 - 2451545.0;
  double t = days / 36525.0;
  double length = (280.46646 + t * (36000.76983 + 0.0003032 * t)) * kDegree;
  double anomaly = (357.52911 + t * (35999.05029 - 0.0001537 * t)) * kDegree;
  double eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t);
  double center = std::sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t)) +
                  std::sin(2 * anomaly) * (0.019993 - 0.000101 * t) +
                  std::sin(3 * anomaly) * 0.000289;
  double node = (125.04 - 1934.136 * t) * kDegree;
  double apparent = length + (center - 0.00569 - 0.00478 * std::sin(node)) * kDegree;
  double seconds = 21.448 - t * (46.815 + t * (0.00059 - 0.001813 * t));
  double obliquity = (23 + (26 + seconds / 60) / 60 + 0.00256 * std::cos(node)) * kDegree;
  double y = std::tan(obliquity / 2);
  y *= y;
  double e = eccentricity;
  double equation = y * std::sin(2 * length) - 2 * e * std::sin(anomaly) +
                    4 * e * y * std::sin(anomaly) * std::cos(2 * length) -
                    0.5 * y * y * std::sin(4 * length) - 1.25 * e * e * std::sin(2 * anomaly);
  double sin_declination = std::sin(obliquity) * std::sin(apparent);
  return {sin_declination, std::sqrt(1 - sin_declination * sin_declination),
          4 * equation / kDegree};
}

double sin_height(const Place& place, std::int64_t utc_ms) {
  Sun sun = sun_at(utc_ms);
  std::int64_t of_day_ms = utc_ms % 86'400'000;
  if (of_day_ms < 0) of_day_ms += 86'400'000;
  double minutes = static_cast<double>(of_day_ms) / 60'000.0;
  double hour_angle = ((minutes + sun.equation_minutes + 4 * place.longitude) / 4 - 180) * kDegree;
  return place.sin_latitude * sun.sin_declination +
         place.cos_latitude * sun.cos_declination * std::cos(hour_angle);
}

}  // namespace

Place::Place(double latitude_degrees, double longitude_degrees)
    : sin_latitude(std::sin(latitude_degrees * kDegree)),
      cos_latitude(std::cos(latitude_degrees * kDegree)),
      longitude(longitude_degrees) {}

double sun_height(const Place& place, std::int64_t utc_ms) {
  return std::asin(sin_height(place, utc_ms)) / kDegree;
}

bool is_after_dark(const Place& place, std::int64_t utc_ms) {
  static const double kSinLimit = std::sin(kLimit * kDegree);
  return sin_height(place, utc_ms) < kSinLimit;
}

bool Dusk::is_after_dark(std::int64_t utc_ms) {
  // The earth turns 15.04 degrees an hour; the height can't change faster. With some to spare:
  constexpr double kDegreesAMs = 16.0 / 3'600'000;
  double moved = std::abs(static_cast<double>(utc_ms - computed_ms_)) * kDegreesAMs;
  if (moved >= degrees_away_) {
    dark_ = grade::is_after_dark(place_, utc_ms);
    degrees_away_ = std::abs(sun_height(place_, utc_ms) - kLimit);
    computed_ms_ = utc_ms;
  }
  return dark_;
}

}  // namespace grade
