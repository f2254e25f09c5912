-- Why the ticket had its driver, as it then was: the history says it, and an undo brings it back.
ALTER TABLE events ADD COLUMN assignment_reason TEXT;
