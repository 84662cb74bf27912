-- table: silver.goods
-- keys: id
-- needs: bronze.products
SELECT id, name, description, pages FROM bronze.products
