-- Which board tells the old shop, and until when it has to come back: several boards on one database take turns.
ALTER TABLE callback_cursor ADD COLUMN lease_token TEXT NOT NULL DEFAULT '';
ALTER TABLE callback_cursor ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
