-- One row that every change writes: room for many versions of it in its one page.
ALTER TABLE counters SET (fillfactor = 10);
