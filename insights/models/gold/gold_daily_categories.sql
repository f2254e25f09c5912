{{ config(materialized='table', meta={'key': ['source', 'ordered_on', 'category', 'subcategory', 'business', 'branch', 'fee'], 'sum_of': 'gold_sales'}) }}

-- Sales of a day by category, business and branch. An order with articles of two categories is one order in each: orders
-- add up over days, not over categories. Rows with `fee` are money but no article.
{{ cells(['category', 'subcategory', 'business', 'branch', 'fee']) }}
