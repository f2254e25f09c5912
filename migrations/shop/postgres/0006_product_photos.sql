-- A product's photo, as it is sent to browsers. Its hash is part of its address, which may be kept for ever.
CREATE TABLE product_photos (
    product_id BIGINT PRIMARY KEY REFERENCES products (id),
    hash TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content BYTEA NOT NULL
);
