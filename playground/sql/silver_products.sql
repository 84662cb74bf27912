-- table: silver.products
-- needs: bronze.products
--
-- Ten thousand little files become one table: opening a file costs more than reading it.
SELECT
  id,
  name,
  description,
  pages
FROM bronze.products
