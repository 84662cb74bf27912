-- table: gold.order_features
-- keys: order_id
-- needs: silver.orders, silver.users
-- expect: worth_something: order_value > 0 -> warn
--
-- What a model may know of an order before it sees its value: when it was placed, and by whom. A
-- linear model adds numbers, so each level of a kind is a column of its own, 1 or 0 (a dummy). One
-- level of each kind has none: Praha, women, under 25, midnight, Monday, January. They are the
-- reference that the others are measured against; with a column for each level the columns of a
-- kind would add up to 1, and nothing could tell their effects from the intercept.
--
-- Add a column, apply, and a new version of the model is trained with it.
WITH known AS (
  SELECT
    o.order_id,
    o.order_date AS ordered_at,
    o.order_value,
    hour(o.local_time) AS hour,
    o.day_of_week,
    month(o.local_time) AS month,
    o.is_holiday,
    o.after_dark,
    u.is_vip,
    u.sex,
    u.age,
    u.kraj_code
  FROM silver.orders o
  JOIN silver.users u ON u.id = o.user_id
)
SELECT
  order_id,
  ordered_at,  -- training and test are split by it
  order_value,  -- what is to be predicted
  CASE WHEN is_vip THEN 1 ELSE 0 END AS vip,
  CASE WHEN after_dark THEN 1 ELSE 0 END AS after_dark,
  CASE WHEN is_holiday THEN 1 ELSE 0 END AS holiday,
  CASE WHEN sex = 'male' THEN 1 ELSE 0 END AS sex_male,
  CASE WHEN age BETWEEN 25 AND 34 THEN 1 ELSE 0 END AS age_25_34,
  CASE WHEN age BETWEEN 35 AND 44 THEN 1 ELSE 0 END AS age_35_44,
  CASE WHEN age BETWEEN 45 AND 54 THEN 1 ELSE 0 END AS age_45_54,
  CASE WHEN age BETWEEN 55 AND 64 THEN 1 ELSE 0 END AS age_55_64,
  CASE WHEN age >= 65 THEN 1 ELSE 0 END AS age_65_up,
  CASE WHEN kraj_code = 'CZ020' THEN 1 ELSE 0 END AS kraj_cz020,
  CASE WHEN kraj_code = 'CZ031' THEN 1 ELSE 0 END AS kraj_cz031,
  CASE WHEN kraj_code = 'CZ032' THEN 1 ELSE 0 END AS kraj_cz032,
  CASE WHEN kraj_code = 'CZ041' THEN 1 ELSE 0 END AS kraj_cz041,
  CASE WHEN kraj_code = 'CZ042' THEN 1 ELSE 0 END AS kraj_cz042,
  CASE WHEN kraj_code = 'CZ051' THEN 1 ELSE 0 END AS kraj_cz051,
  CASE WHEN kraj_code = 'CZ052' THEN 1 ELSE 0 END AS kraj_cz052,
  CASE WHEN kraj_code = 'CZ053' THEN 1 ELSE 0 END AS kraj_cz053,
  CASE WHEN kraj_code = 'CZ063' THEN 1 ELSE 0 END AS kraj_cz063,
  CASE WHEN kraj_code = 'CZ064' THEN 1 ELSE 0 END AS kraj_cz064,
  CASE WHEN kraj_code = 'CZ071' THEN 1 ELSE 0 END AS kraj_cz071,
  CASE WHEN kraj_code = 'CZ072' THEN 1 ELSE 0 END AS kraj_cz072,
  CASE WHEN kraj_code = 'CZ080' THEN 1 ELSE 0 END AS kraj_cz080,
  CASE WHEN hour = 1 THEN 1 ELSE 0 END AS hour_01,
  CASE WHEN hour = 2 THEN 1 ELSE 0 END AS hour_02,
  CASE WHEN hour = 3 THEN 1 ELSE 0 END AS hour_03,
  CASE WHEN hour = 4 THEN 1 ELSE 0 END AS hour_04,
  CASE WHEN hour = 5 THEN 1 ELSE 0 END AS hour_05,
  CASE WHEN hour = 6 THEN 1 ELSE 0 END AS hour_06,
  CASE WHEN hour = 7 THEN 1 ELSE 0 END AS hour_07,
  CASE WHEN hour = 8 THEN 1 ELSE 0 END AS hour_08,
  CASE WHEN hour = 9 THEN 1 ELSE 0 END AS hour_09,
  CASE WHEN hour = 10 THEN 1 ELSE 0 END AS hour_10,
  CASE WHEN hour = 11 THEN 1 ELSE 0 END AS hour_11,
  CASE WHEN hour = 12 THEN 1 ELSE 0 END AS hour_12,
  CASE WHEN hour = 13 THEN 1 ELSE 0 END AS hour_13,
  CASE WHEN hour = 14 THEN 1 ELSE 0 END AS hour_14,
  CASE WHEN hour = 15 THEN 1 ELSE 0 END AS hour_15,
  CASE WHEN hour = 16 THEN 1 ELSE 0 END AS hour_16,
  CASE WHEN hour = 17 THEN 1 ELSE 0 END AS hour_17,
  CASE WHEN hour = 18 THEN 1 ELSE 0 END AS hour_18,
  CASE WHEN hour = 19 THEN 1 ELSE 0 END AS hour_19,
  CASE WHEN hour = 20 THEN 1 ELSE 0 END AS hour_20,
  CASE WHEN hour = 21 THEN 1 ELSE 0 END AS hour_21,
  CASE WHEN hour = 22 THEN 1 ELSE 0 END AS hour_22,
  CASE WHEN hour = 23 THEN 1 ELSE 0 END AS hour_23,
  CASE WHEN day_of_week = 2 THEN 1 ELSE 0 END AS weekday_2,
  CASE WHEN day_of_week = 3 THEN 1 ELSE 0 END AS weekday_3,
  CASE WHEN day_of_week = 4 THEN 1 ELSE 0 END AS weekday_4,
  CASE WHEN day_of_week = 5 THEN 1 ELSE 0 END AS weekday_5,
  CASE WHEN day_of_week = 6 THEN 1 ELSE 0 END AS weekday_6,
  CASE WHEN day_of_week = 7 THEN 1 ELSE 0 END AS weekday_7,
  CASE WHEN month = 2 THEN 1 ELSE 0 END AS month_02,
  CASE WHEN month = 3 THEN 1 ELSE 0 END AS month_03,
  CASE WHEN month = 4 THEN 1 ELSE 0 END AS month_04,
  CASE WHEN month = 5 THEN 1 ELSE 0 END AS month_05,
  CASE WHEN month = 6 THEN 1 ELSE 0 END AS month_06,
  CASE WHEN month = 7 THEN 1 ELSE 0 END AS month_07,
  CASE WHEN month = 8 THEN 1 ELSE 0 END AS month_08,
  CASE WHEN month = 9 THEN 1 ELSE 0 END AS month_09,
  CASE WHEN month = 10 THEN 1 ELSE 0 END AS month_10,
  CASE WHEN month = 11 THEN 1 ELSE 0 END AS month_11,
  CASE WHEN month = 12 THEN 1 ELSE 0 END AS month_12
FROM known
