-- table: silver.products
-- keys: id
-- needs: bronze.products
-- expect: has_name: name IS NOT NULL AND name <> '' -> quarantine
-- expect: can_be_seen: size(pages) > 0 -> warn
--
-- Ten thousand little files become one table: opening a file costs more than reading it.
SELECT
  id,
  name,
  description,
  pages,
  concat('bronze/products/product_', CAST(id AS STRING), '.json') AS _origin
FROM bronze.products
