-- Functions of our own, in the words of Spark SQL; each is one expression. The lake makes macros of
-- them, Spark functions: every query in this folder may use them, on both.

-- Easter Sunday by the Gregorian calendar (Meeus, Jones, Butcher): `a` is the golden number less
-- one, `h` the age of the moon, `l` the days from there to the next Sunday, `m` a correction.
CREATE OR REPLACE TEMPORARY FUNCTION easter_h(y INT)
  RETURNS INT
  RETURN (19 * (y % 19) + floor(y / 100) - floor(floor(y / 100) / 4)
          - floor((floor(y / 100) - floor((floor(y / 100) + 8) / 25) + 1) / 3) + 15) % 30;

CREATE OR REPLACE TEMPORARY FUNCTION easter_l(y INT, h INT)
  RETURNS INT
  RETURN (32 + 2 * (floor(y / 100) % 4) + 2 * floor((y % 100) / 4) - h - (y % 100) % 4) % 7;

CREATE OR REPLACE TEMPORARY FUNCTION easter_m(y INT, h INT, l INT)
  RETURNS INT
  RETURN floor(((y % 19) + 11 * h + 22 * l) / 451);

-- Days from 22 March to Easter Sunday.
CREATE OR REPLACE TEMPORARY FUNCTION easter_days(y INT)
  RETURNS INT
  RETURN easter_h(y) + easter_l(y, easter_h(y))
         - 7 * easter_m(y, easter_h(y), easter_l(y, easter_h(y)));

CREATE OR REPLACE TEMPORARY FUNCTION easter_sunday(y INT)
  RETURNS DATE
  RETURN date_add(make_date(y, 3, 22), easter_days(y));

-- Czech public holidays; Good Friday is one since 2016. `d` is the day on the wall's calendar.
CREATE OR REPLACE TEMPORARY FUNCTION is_holiday(d DATE)
  RETURNS BOOLEAN
  RETURN month(d) * 100 + day(d) IN (101, 501, 508, 705, 706, 928, 1028, 1117, 1224, 1225, 1226)
    OR d = date_add(easter_sunday(year(d)), 1)
    OR (year(d) >= 2016 AND d = date_add(easter_sunday(year(d)), -2));


-- Where the sun stands, by NOAA's equations (Meeus). Angles are in radians but where degrees are
-- said. `t` is the time in Julian centuries since noon of 1 January 2000. A parameter that stands
-- twice in a body is computed twice where an engine doesn't notice, so the bodies name each rarely.
CREATE OR REPLACE TEMPORARY FUNCTION julian_century(instant TIMESTAMP)
  RETURNS DOUBLE
  RETURN (unix_micros(instant) / 86400e6 - 10957.5e0) / 36525e0;

CREATE OR REPLACE TEMPORARY FUNCTION sun_mean_longitude(t DOUBLE)
  RETURNS DOUBLE
  RETURN radians(280.46646e0 + t * (36000.76983e0 + t * 0.0003032e0));

CREATE OR REPLACE TEMPORARY FUNCTION sun_mean_anomaly(t DOUBLE)
  RETURNS DOUBLE
  RETURN radians(357.52911e0 + t * (35999.05029e0 - t * 0.0001537e0));

-- What the earth's orbit, an ellipse and not a circle, adds to the mean longitude; degrees.
CREATE OR REPLACE TEMPORARY FUNCTION sun_centre_degrees(t DOUBLE, anomaly DOUBLE)
  RETURNS DOUBLE
  RETURN sin(anomaly) * (1.914602e0 - t * (0.004817e0 + t * 0.000014e0))
    + sin(2 * anomaly) * (0.019993e0 - t * 0.000101e0)
    + sin(3 * anomaly) * 0.000289e0;

CREATE OR REPLACE TEMPORARY FUNCTION moon_node(t DOUBLE)
  RETURNS DOUBLE
  RETURN radians(125.04e0 - t * 1934.136e0);

CREATE OR REPLACE TEMPORARY FUNCTION sun_longitude(t DOUBLE)
  RETURNS DOUBLE
  RETURN sun_mean_longitude(t)
    + radians(sun_centre_degrees(t, sun_mean_anomaly(t)) - 0.00569e0 - 0.00478e0 * sin(moon_node(t)));

-- How far the earth's axis is tilted.
CREATE OR REPLACE TEMPORARY FUNCTION obliquity(t DOUBLE)
  RETURNS DOUBLE
  RETURN radians(
    23e0 + (26e0 + (21.448e0 - t * (46.815e0 + t * (0.00059e0 - t * 0.001813e0))) / 60e0) / 60e0
    + 0.00256e0 * cos(moon_node(t)));

CREATE OR REPLACE TEMPORARY FUNCTION sun_declination(t DOUBLE)
  RETURNS DOUBLE
  RETURN asin(sin(obliquity(t)) * sin(sun_longitude(t)));

-- How much a sundial is ahead of a clock, in radians of the earth's turning.
CREATE OR REPLACE TEMPORARY FUNCTION equation_of_time_of(y DOUBLE, l DOUBLE, e DOUBLE, m DOUBLE)
  RETURNS DOUBLE
  RETURN y * (sin(2 * l) + 4 * e * sin(m) * cos(2 * l) - 0.5e0 * y * sin(4 * l))
    - e * (2 * sin(m) + 1.25e0 * e * sin(2 * m));

CREATE OR REPLACE TEMPORARY FUNCTION equation_of_time(t DOUBLE)
  RETURNS DOUBLE
  RETURN equation_of_time_of(
    power(tan(obliquity(t) / 2), 2),
    sun_mean_longitude(t),
    0.016708634e0 - t * (0.000042037e0 + t * 0.0000001267e0),
    sun_mean_anomaly(t));

-- The sine of the sun's height; `turned` is how far the earth has turned since midnight there.
CREATE OR REPLACE TEMPORARY FUNCTION sin_height(
    latitude DOUBLE, declination DOUBLE, turned DOUBLE)
  RETURNS DOUBLE
  RETURN sin(latitude) * sin(declination) - cos(latitude) * cos(declination) * cos(turned);

CREATE OR REPLACE TEMPORARY FUNCTION sun_sin_height(
    instant TIMESTAMP, latitude DOUBLE, longitude DOUBLE)
  RETURNS DOUBLE
  RETURN sin_height(
    radians(latitude),
    sun_declination(julian_century(instant)),
    radians((unix_micros(instant) % 86400000000) / 240e6 + longitude)
      + equation_of_time(julian_century(instant)));

-- The sun is down: its centre is 0.833° below the horizon, half of its width and what the air bends
-- its light by. Null where the place is not known.
CREATE OR REPLACE TEMPORARY FUNCTION after_dark(
    instant TIMESTAMP, latitude DOUBLE, longitude DOUBLE)
  RETURNS BOOLEAN
  RETURN sun_sin_height(instant, latitude, longitude) < sin(radians(-0.833e0));
