-- table: silver.items
-- keys: order_id, row_id
-- needs: bronze.items
-- expect: has_product: product_id IS NOT NULL -> quarantine
--
-- What was in each order: one row a piece.
SELECT
  orderId AS order_id,
  rowId AS row_id,
  productId AS product_id
FROM bronze.items
