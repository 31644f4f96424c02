-- What an edition shows, and what it showed when it was shown last, as hashes: `updated` moves when they differ. Empty where
-- the edition was not looked at since these columns came.
ALTER TABLE editions ADD COLUMN shows TEXT NOT NULL DEFAULT '';
ALTER TABLE editions ADD COLUMN showed TEXT NOT NULL DEFAULT '';

-- Items that are not live and have no story are found by their title.
CREATE INDEX items_absent ON items (title) WHERE live <> 1 AND story IS NULL;

-- Covers the counts of links by verdict, which would else read every link.
DROP INDEX links_verdict;
CREATE INDEX links_verdict ON links (verdict, key);
