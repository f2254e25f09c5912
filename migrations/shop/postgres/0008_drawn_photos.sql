-- Whether a photo was drawn anew, without what a camera wrote into it. Those of an older version are, one after the other.
ALTER TABLE product_photos ADD COLUMN drawn BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX product_photos_undrawn ON product_photos (product_id) WHERE NOT drawn;
