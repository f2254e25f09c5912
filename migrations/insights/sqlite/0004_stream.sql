-- How far a broker (`target`: its address without a password, and the name of the stream there) is with each feed. Up to `seq` of the
-- life `epoch` it has acknowledged everything; both are moved together, and by who holds the lease of that feed alone. Another broker
-- has everything to come. `current_at`: when it last had everything that there was; `trouble`: why it does not go on, in a sentence.
CREATE TABLE stream_cursors (
    target TEXT NOT NULL,
    feed TEXT NOT NULL,
    epoch TEXT,
    seq BIGINT NOT NULL DEFAULT 0,
    moved_at BIGINT,
    current_at BIGINT,
    trouble TEXT,
    PRIMARY KEY (target, feed)
);
