-- Upstream feeds: what is remembered of fetching them and of their entries, and the day editions that their items form.

-- digest, feed, or days: the one input of ours that owns the day editions.
ALTER TABLE inputs ADD COLUMN kind TEXT NOT NULL DEFAULT 'digest';

-- 0: a day edition whose day has not ended. Its page is there, since its items link to it; the list of editions waits.
ALTER TABLE editions ADD COLUMN listed BIGINT NOT NULL DEFAULT 1;
DROP INDEX editions_published;
CREATE INDEX editions_published ON editions (live, shown, listed, published);

-- What the primary source is compared by, where that names one story.
ALTER TABLE items ADD COLUMN story TEXT;
CREATE INDEX items_story ON items (story) WHERE story IS NOT NULL;

-- What a link is compared by where it led when it was last reached, if that is elsewhere.
ALTER TABLE links ADD COLUMN leads_to TEXT;
CREATE INDEX links_leads_to ON links (leads_to) WHERE leads_to IS NOT NULL;

-- What is remembered of fetching a feed, as JSON of the model's struct.
CREATE TABLE polls (
    input_id BIGINT PRIMARY KEY REFERENCES inputs (id),
    state TEXT NOT NULL
);

-- Entries of feed inputs, each with the item that shows it; several where feeds carry one story.
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    input_id BIGINT NOT NULL REFERENCES inputs (id),
    key TEXT NOT NULL,
    link TEXT,
    -- The link where it names one story.
    story TEXT,
    title TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    -- Of everything that is taken over, tags and label included.
    hash TEXT NOT NULL,
    -- Empty: as in the item that this entry founded.
    written TEXT NOT NULL,
    published BIGINT NOT NULL,
    -- NULL: recorded only, as too many came at once.
    item_id TEXT REFERENCES items (id),
    -- Order among those who carry the item; the first one's words are shown.
    place BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    -- When it was no longer in the document.
    left_at BIGINT,
    UNIQUE (input_id, key)
);
CREATE INDEX entries_story ON entries (story) WHERE story IS NOT NULL;
CREATE INDEX entries_item ON entries (item_id, place);
CREATE INDEX entries_seen ON entries (input_id, first_seen, item_id);

-- Items of which is to be looked whether they are still one story with those who carry them.
CREATE TABLE dirty_stories (item_id TEXT PRIMARY KEY) WITHOUT ROWID;
