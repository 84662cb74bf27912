-- table: silver.users
-- keys: id
-- needs: bronze.users, bronze.vipusers, bronze.towns, meta.world
-- expect: was_born: birth_date IS NOT NULL -> quarantine
-- expect: place_is_known: kraj_code IS NOT NULL -> warn
-- expect: has_phone: phone_number IS NOT NULL -> warn
--
-- People as the shop may rely on them: one row each, typed, the town as the reference list spells it,
-- and what follows from the birth number (rodné číslo) worked out once, here, instead of in every
-- question. Bronze keeps the text as it came; whoever doubts a repair can look there.
--
-- A birth number is YYMMDD/XXXX: women have 50 added to the month, and the three digits behind the
-- slash instead of four say that the person was born before 1954.
WITH people AS (
  SELECT
    u.*,
    CAST(substring(birth_number, 1, 2) AS INT) AS yy,
    CAST(substring(birth_number, 3, 2) AS INT) AS mm,
    CAST(substring(birth_number, 5, 2) AS INT) AS dd,
    length(birth_number) = 10 AS before_1954
  FROM bronze.users u
),
born AS (
  SELECT
    p.*,
    make_date(
      CASE WHEN before_1954 OR yy >= 54 THEN 1900 + yy ELSE 2000 + yy END,
      CASE WHEN mm > 50 THEN mm - 50 ELSE mm END,
      dd) AS birth_date,
    CASE WHEN mm > 50 THEN 'female' ELSE 'male' END AS sex
  FROM people p
)
SELECT
  b.id,
  b.name,
  -- Blanks around a town and its letter case are slips of whoever typed it. The kraj tells apart the
  -- towns that share a name. A town that the list lacks stays as it is: better odd than lost.
  coalesce(t.city, trim(b.city)) AS city,
  b.street_address,
  b.postcode,
  -- An empty text is not a phone number; null says "unknown" to everything that counts.
  nullif(trim(b.phone_number), '') AS phone_number,
  b.email,
  b.birth_number,
  b.birth_date,
  b.sex,
  -- Whole years at the world's first day, so that the answer is the same tomorrow.
  CAST(
    year(w.epoch) - year(b.birth_date)
    - CASE
        WHEN month(w.epoch) * 100 + day(w.epoch) < month(b.birth_date) * 100 + day(b.birth_date)
        THEN 1 ELSE 0
      END AS INT) AS age,
  b.user_name,
  b.administrative_unit,
  t.kraj_code,
  b.description,
  b.jobs,
  v.id IS NOT NULL AS is_vip
FROM born b
CROSS JOIN meta.world w
LEFT JOIN bronze.towns t
  ON lower(t.city) = lower(trim(b.city)) AND t.administrative_unit = b.administrative_unit
LEFT JOIN bronze.vipusers v
  ON v.id = b.id
