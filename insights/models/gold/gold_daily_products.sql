{{ config(materialized='table', meta={'day': 'ordered_on', 'key': ['source', 'ordered_on', 'product_id', 'fee'], 'sum_of': 'gold_sales'}) }}

-- Sales of a day by article. Orders add up over days, not over articles. Rows with `fee` are money but no article.
{{ cells(['product_id', 'fee'], ['product_name']) }}
