-- What a ticket is found by, folded to lower case without accents as both engines would not do it alike. Null: stored by an
-- older version and folded at the next start.
ALTER TABLE tickets ADD COLUMN search TEXT;
ALTER TABLE tickets ADD COLUMN neighbourhood_search TEXT;
CREATE INDEX tickets_unfolded ON tickets (id) WHERE search IS NULL;
