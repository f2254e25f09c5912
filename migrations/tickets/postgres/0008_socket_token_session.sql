-- The session that asked for the token: the token and the socket it opens end with it. Null for the shop's own feed.
ALTER TABLE socket_tokens ADD COLUMN session_hash BYTEA;
