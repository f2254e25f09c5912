{#- The newest version of each row of a bronze table: bronze appends a row for each change, and `seq` follows the order in
    which the changes were committed. Clocks only label, so no time is looked at. Takes the table and the columns of its
    key, none of which is ever null. Ranking the versions by a window sorts every row and costs four times as much on a
    million orders; this only hashes the keys. -#}
{% macro newest(table, key) -%}
select versions.*
    from {{ table }} as versions
    inner join (
        select{% for column in key %} {{ column }} as newest_{{ column }},{% endfor %} max(seq) as newest_seq
        from {{ table }}
        group by {% for column in key %}{{ column }}{% if not loop.last %}, {% endif %}{% endfor %}
    ) as newest
        on {% for column in key %}versions.{{ column }} = newest.newest_{{ column }} and {% endfor %}versions.seq = newest.newest_seq
{%- endmacro %}
