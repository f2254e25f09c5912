-- What a session was opened with, roughly: a program and a system (`Firefox, Android`). Null where neither is known.
ALTER TABLE sessions ADD COLUMN device TEXT;
