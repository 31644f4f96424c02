-- What the page of a link looked like at first and last, as JSON; how its last look went, where that says something of the
-- other links of its host.
ALTER TABLE links ADD COLUMN portraits TEXT;
ALTER TABLE links ADD COLUMN lately TEXT;
CREATE INDEX links_lately ON links (host) WHERE lately IS NOT NULL;
