-- By how many milliseconds the time of a step was moved, because the clock of the phone that said it was off; 0 where it said
-- no time, NULL where nothing was moved.
ALTER TABLE events ADD COLUMN clock_moved_ms BIGINT;
