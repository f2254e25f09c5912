-- How far the old shop, which has no feed, was told.
CREATE TABLE callback_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
