-- The pages of day editions, each with the place of its newest item (`items.position`, `items.id`), so that the page on which
-- an item stands is found without counting. Page 0 is the first one, the others are numbered from the oldest.
CREATE TABLE day_pages (
    edition_id TEXT NOT NULL REFERENCES editions (id),
    position BIGINT NOT NULL,
    item_id TEXT NOT NULL,
    page BIGINT NOT NULL,
    -- Of the items that it shows, and of its neighbours.
    hash TEXT NOT NULL,
    -- 1: to be composed, for it shows others than when it was last published.
    dirty BIGINT NOT NULL,
    PRIMARY KEY (edition_id, position, item_id)
) WITHOUT ROWID;
