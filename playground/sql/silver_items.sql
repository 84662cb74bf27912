-- table: silver.items
-- needs: bronze.items
--
-- What was in each order: one row a piece.
SELECT
  orderId AS order_id,
  rowId AS row_id,
  productId AS product_id
FROM bronze.items
