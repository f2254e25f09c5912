-- What a merchant pays for; null: nobody said. An administrator sets it.
ALTER TABLE merchants ADD COLUMN plan TEXT CHECK (plan IN ('basic', 'premium', 'enterprise'));

-- Only if its owner says so, and as long as they do.
ALTER TABLE accounts ADD COLUMN birth_year BIGINT;

-- The change feed tells of it.
DROP TRIGGER feed_accounts_update;
CREATE TRIGGER feed_accounts_update AFTER UPDATE OF role, first_name, last_name, email, phone, address, active, created_at, birth_year
ON accounts BEGIN
    INSERT INTO mark VALUES ('cuenta', NEW.id);
END;
