-- Nothing to do here: on SQLite there are no dead rows.
SELECT 1;
