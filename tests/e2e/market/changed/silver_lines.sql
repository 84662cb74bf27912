-- table: silver.lines
-- keys: order_id, row_id
-- needs: bronze.sold_lines
SELECT orderId AS order_id, rowId AS row_id, productId AS product_id FROM bronze.sold_lines WHERE rowId < 2
