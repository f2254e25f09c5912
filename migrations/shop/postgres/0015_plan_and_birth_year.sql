-- What a merchant pays for; null: nobody said. An administrator sets it.
ALTER TABLE merchants ADD COLUMN plan TEXT CHECK (plan IN ('basic', 'premium', 'enterprise'));

-- Only if its owner says so, and as long as they do.
ALTER TABLE accounts ADD COLUMN birth_year BIGINT;

-- The change feed tells of it.
DROP TRIGGER feed_accounts ON accounts;
CREATE TRIGGER feed_accounts
    AFTER INSERT OR UPDATE OF role, first_name, last_name, email, phone, address, active, created_at, birth_year OR DELETE ON accounts
    FOR EACH ROW EXECUTE FUNCTION mark_row('cuenta', 'id');
