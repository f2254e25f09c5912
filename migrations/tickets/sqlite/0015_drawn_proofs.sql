-- Whether a picture was drawn anew, without what a camera wrote into it. Those of an older version are, one after the other.
ALTER TABLE proofs ADD COLUMN drawn BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX proofs_undrawn ON proofs (ticket_id, kind) WHERE NOT drawn;
